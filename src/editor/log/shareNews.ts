/** What follows when something is shared on the local network, and when that ends. */
import { commands, Disposable, l10n } from 'vscode';
import { setContext } from '../common/context';
import type { Log } from './log';
import { showDone, showInformation } from '../common/notify';
import { clockTime } from '../common/clockTime';
import type { Ending, Share, Sharing } from '../sharing/share';

/** Keeps the context key `httpServer.sharing`, and tells the log and the user. */
export function publishSharing(sharing: Sharing, log: Pick<Log, 'note'>): Disposable {
  let told = '';
  return Disposable.from(
    sharing.onDidChange((share) => {
      setContext('httpServer.sharing', share !== undefined);
      const news = share === undefined ? notShared() : sharedAt(share);
      // Other settings make it another share, at the same place and for as long.
      if (news !== told) log.note(news);
      told = news;
    }),
    sharing.onDidEnd((ending) => void tell(ending)),
  );
}

const sharedAt = ({ url, until }: Share): string =>
  l10n.t('Shared on the local network at {0} until {1}', url, clockTime(until));

const notShared = (): string => l10n.t('No longer shared on the local network.');

/** Tells that nothing is shared any more: who ended it knows, everybody else should. */
async function tell(ending: Ending): Promise<void> {
  if (ending === 'asked') {
    showDone(notShared());
    return;
  }
  const again = l10n.t('Share Again…');
  if ((await showInformation(news(ending), again)) === again) {
    await commands.executeCommand('httpServer.share');
  }
}

function news(ending: Exclude<Ending, 'asked'>): string {
  switch (ending) {
    case 'expired':
      return l10n.t('The hour is over: the folder is no longer shared on the local network.');
    case 'gone':
      return l10n.t('The folder is no longer shared on the local network, because the server stopped.');
    case 'moved':
      return l10n.t('The folder is no longer shared on the local network, for another one is served now.');
    case 'failed':
      return l10n.t('The folder is no longer shared on the local network: the settings do not work there.');
  }
}
