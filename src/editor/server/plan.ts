/** What the settings and the workspace ask for: which folder to serve, and how. */
import { realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import type { WorkspaceFolder } from 'vscode';
import type { Options } from '../../options';
import type { Choice } from './workspaceMemory';
import { openFolder, openSettings, ProblemError, settingError } from './problem';
import type { Problem } from './problem';
import { readSettings } from './settings';

export interface Plan {
  readonly folder: WorkspaceFolder;
  /** `port` is the one asked for. */
  readonly options: Options;
}

/** The workspace folders that are on a disk. */
export const diskFolders = (): readonly WorkspaceFolder[] =>
  (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');

/** The folder picked by hand, if it is still in the workspace, else the first. */
export function servedFolder(choice: Choice | undefined): WorkspaceFolder | undefined {
  const folders = diskFolders();
  return folders.find((folder) => folder.uri.toString() === choice?.folder) ?? folders[0];
}

const noToken = (): Promise<string> => Promise.resolve('');

/**
 * Reads the settings and looks at the folder. Rejects with a {@link ProblemError} for the first thing that cannot work.
 *
 * @param keptToken empty if none was generated
 */
export async function makePlan(choice: Choice | undefined, keptToken: () => Promise<string> = noToken): Promise<Plan> {
  const folder = servedFolder(choice);
  if (folder === undefined) throw new ProblemError(noFolder());
  const { root, ...rest } = await readSettings(folder, keptToken);
  const picked = choice?.folder === folder.uri.toString() ? choice.path : undefined;
  const directory = picked === undefined ? await rootDirectory(folder, root) : await pickedDirectory(folder, picked);
  return { folder, options: { ...rest, directory } };
}

const noFolder = (): Problem => ({
  message: l10n.t('There is no folder to serve: open one first.'),
  actions: [openFolder()],
});

async function rootDirectory(folder: WorkspaceFolder, root: string): Promise<string> {
  const directory = path.resolve(folder.uri.fsPath, root);
  const real = await realDirectory(directory);
  if (real === undefined) throw new ProblemError(missing(folder, root));
  if (!isInside(folder.uri.fsPath, directory) || !isInside(await realpath(folder.uri.fsPath), real)) {
    throw settingError(
      'root',
      l10n.t('The setting httpServer.root must not lead out of the workspace folder: {0}', root),
    );
  }
  return directory;
}

function missing(folder: WorkspaceFolder, root: string): Problem {
  if (root === '')
    return { message: l10n.t('The folder {0} does not exist.', folder.uri.fsPath), actions: [openFolder()] };
  return {
    message: l10n.t('The folder {0}, which the setting httpServer.root names, does not exist.', root),
    actions: [openSettings('root')],
  };
}

async function pickedDirectory(folder: WorkspaceFolder, relative: string): Promise<string> {
  const directory = Uri.joinPath(folder.uri, relative).fsPath;
  if ((await realDirectory(directory)) !== undefined) return directory;
  throw new ProblemError({
    message: l10n.t('The folder {0}, which was picked to be served, does not exist.', relative),
    actions: [{ title: l10n.t('Pick Another…'), command: 'httpServer.serveFolder', args: [] }],
  });
}

/** The real path of a folder; undefined if there is none. */
async function realDirectory(directory: string): Promise<string | undefined> {
  try {
    return (await stat(directory)).isDirectory() ? await realpath(directory) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `child` is `parent` or below it. Both are absolute. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
