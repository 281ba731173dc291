/** What a person can do about a request that was refused. */
import { l10n } from 'vscode';
import type { LogEvent } from '../../accessLog';

const writes = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What is to be stored elsewhere is refused whatever the settings say. */
const isOfFiles = (target: string): boolean => /^\/+files(?:[/?]|$)/.test(target);

/** One sentence; undefined where there is nothing to advise. */
export function advice({ status, method, target }: LogEvent): string | undefined {
  switch (status) {
    case 401:
      return l10n.t('The setting httpServer.token says what secret a request must carry.');
    case 405:
      return writes.includes(method) && isOfFiles(target)
        ? l10n.t('The setting httpServer.access says whether files may be stored and deleted.')
        : undefined;
    case 413:
      return l10n.t('The setting httpServer.maxUploadSize says how large a file may be.');
    case 421:
      return l10n.t('If that is a name of this machine, add it to the setting httpServer.allowedHosts.');
    default:
      return undefined;
  }
}
