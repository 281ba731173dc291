/** What a person can do about a request that was refused, by the setting that decides it: the server knows no settings. */
import { l10n } from 'vscode';
import type { Advised, Options } from '../../options';

/** What clients are told, too: their user may be the one who sets it. */
export const adviceForClients = (): Readonly<Record<Advised, string>> => ({
  access: l10n.t('The setting httpServer.access says whether files may be stored, replaced and deleted.'),
  allowedHosts: l10n.t('If that is a name of this machine, add it to the setting httpServer.allowedHosts.'),
  cors: l10n.t('The setting httpServer.cors says which origins may ask.'),
  proxyHosts: l10n.t('The setting httpServer.proxyHosts says which hosts beyond this machine may be asked.'),
  token: l10n.t('The setting httpServer.token says what secret a request must carry.'),
  trash: l10n.t('Where there is no trash, turn off the setting files.enableTrash.'),
});

const adviceForLog = (): Readonly<Partial<Record<keyof Options, string>>> => ({
  ...adviceForClients(),
  exclude: l10n.t('The setting httpServer.exclude says what is kept back.'),
  limits: l10n.t('The setting httpServer.maxUploadSize says how large a file may be.'),
});

/** One sentence; undefined where there is nothing to advise. */
export const adviceOn = (option: keyof Options | undefined): string | undefined =>
  option === undefined ? undefined : adviceForLog()[option];
