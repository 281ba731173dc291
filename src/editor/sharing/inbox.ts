/** The folder into which visitors put files, and out of which they get none. */
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { l10n, ThemeIcon, Uri, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { forLabel } from '../common/words';
import { isInside } from '../server/plan';
import { ProblemError, settingError } from '../server/problem';
import type { ServedSite } from '../server/state';
import { isExcluded, servedPath } from '../server/urls';

/** Its name, if its user wants no other. */
const usual = 'received';

interface Item extends QuickPickItem {
  readonly choose: () => Promise<string | undefined>;
}

/** Asks for a folder below the one that is served; undefined if the user changed their mind. It may have to be made. */
export async function pickInbox(
  site: Pick<ServedSite, 'directory' | 'exclude'>,
  title: string,
): Promise<string | undefined> {
  const own = path.join(site.directory, usual);
  const items: Item[] = [
    {
      label: forLabel(`${usual}/`),
      iconPath: new ThemeIcon('inbox'),
      description: existsSync(own) ? '' : l10n.t('a new folder'),
      choose: () => Promise.resolve(own),
    },
    { label: l10n.t('Another Folder…'), iconPath: new ThemeIcon('folder-opened'), choose: () => browse(site) },
  ];
  const placeHolder = l10n.t('Into which folder files come');
  return (await window.showQuickPick(items, { title, placeHolder }))?.choose();
}

async function browse(site: Pick<ServedSite, 'directory' | 'exclude'>): Promise<string | undefined> {
  const defaultUri = Uri.file(site.directory);
  const options = { canSelectFiles: false, canSelectFolders: true, defaultUri, openLabel: l10n.t('Receive Here') };
  const [folder] = (await window.showOpenDialog(options)) ?? [];
  if (folder === undefined) return undefined;
  const pathname = servedPath(site, folder);
  if (pathname === undefined) throw outside(folder);
  if (!isExcluded(site, pathname)) return folder.fsPath;
  const name = workspace.asRelativePath(folder);
  throw settingError('exclude', l10n.t('{0} is kept back by the setting httpServer.exclude.', name));
}

const outside = (folder: Uri): ProblemError =>
  new ProblemError({
    message: l10n.t('{0} is not in the folder that is served.', workspace.asRelativePath(folder)),
    actions: [],
  });

/** Makes it, if need be. Rejects with a {@link ProblemError} if it is a file, or leads out of `directory`, as by a link. */
export async function makeInbox(directory: string, inbox: string): Promise<void> {
  if (!isInside(directory, inbox)) throw outside(Uri.file(inbox));
  try {
    await mkdir(inbox, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProblemError({
      message: l10n.t('The folder for received files cannot be made: {0}', reason),
      actions: [],
    });
  }
  if (!isInside(await realpath(directory), await realpath(inbox))) throw outside(Uri.file(inbox));
}
