/** "Serve This Folder": which folder of the workspace is served, chosen by hand and remembered. */
import * as path from 'node:path';
import { l10n, ThemeIcon, window, workspace } from 'vscode';
import type { QuickPickItem, Uri } from 'vscode';
import type { FolderChoice } from '../server/workspaceMemory';
import { diskFolders } from '../server/plan';
import { openFolder, ProblemError } from '../server/problem';
import { forLabel } from '../common/words';

/** The choice that a folder of the explorer stands for. Throws {@link ProblemError} if it is not in the workspace. */
export function choiceOf(resource: Uri): FolderChoice {
  const folder = workspace.getWorkspaceFolder(resource);
  if (folder?.uri.scheme !== 'file') {
    const message = l10n.t('{0} is not in a folder of this workspace, so it is not served.', resource.fsPath);
    throw new ProblemError({ message, actions: [openFolder()] });
  }
  const relative = path.relative(folder.uri.fsPath, resource.fsPath).split(path.sep).join('/');
  return { folder: folder.uri.toString(), path: relative };
}

interface Item extends QuickPickItem {
  readonly choose: () => Promise<FolderChoice | undefined>;
}

/** Asks for a workspace folder, as its settings serve it, or for any folder below one. */
export async function pickFolder(): Promise<FolderChoice | undefined> {
  const folders = diskFolders();
  const items = folders.map(({ name, uri }): Item => {
    const choice = { folder: uri.toString() };
    return {
      label: forLabel(name),
      iconPath: new ThemeIcon('root-folder'),
      description: forLabel(uri.fsPath),
      choose: () => Promise.resolve(choice),
    };
  });
  const iconPath = new ThemeIcon('folder-opened');
  const browse: Item = { label: l10n.t('Another Folder…'), iconPath, choose: browseFolder };
  const placeHolder = l10n.t('Which folder to serve');
  const item = await window.showQuickPick(folders.length === 0 ? [] : [...items, browse], { placeHolder });
  return item?.choose();
}

async function browseFolder(): Promise<FolderChoice | undefined> {
  const defaultUri = diskFolders()[0]?.uri;
  const [folder] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: l10n.t('Serve'),
      ...(defaultUri === undefined ? {} : { defaultUri }),
    })) ?? [];
  return folder === undefined ? undefined : choiceOf(folder);
}
