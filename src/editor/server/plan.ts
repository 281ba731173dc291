/** What the settings and the workspace ask for: which folder to serve, and how. */
import { realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import type { WorkspaceFolder } from 'vscode';
import type { Options } from '../../options';
import type { FolderChoice } from './workspaceMemory';
import { openFolder, openSettings, ProblemError, settingError } from './problem';
import type { Action, Problem } from './problem';
import { isPortSet, readSettings } from './settings';

export interface Plan {
  readonly folder: WorkspaceFolder;
  /** `port` is the one asked for. */
  readonly options: Options;
  /** Whether somebody chose the port. */
  readonly isPortSet: boolean;
}

/** The workspace folders that are on a disk. */
export const diskFolders = (): readonly WorkspaceFolder[] =>
  (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');

/** The folder picked by hand, if it is still in the workspace, else the first. */
export function servedFolder(choice: FolderChoice | undefined): WorkspaceFolder | undefined {
  const folders = diskFolders();
  return folders.find((folder) => folder.uri.toString() === choice?.folder) ?? folders[0];
}

const noToken = (): Promise<string> => Promise.resolve('');

/**
 * Reads the settings and looks at the folder. Rejects with a {@link ProblemError} for the first thing that cannot work.
 *
 * @param keptToken empty if none was generated
 */
export async function makePlan(
  choice: FolderChoice | undefined,
  keptToken: () => Promise<string> = noToken,
): Promise<Plan> {
  const folder = servedFolder(choice);
  if (folder === undefined) throw new ProblemError(noFolder());
  const { root, ...rest } = await readSettings(folder, keptToken);
  const picked = choice?.folder === folder.uri.toString() ? choice.path : undefined;
  const directory = picked === undefined ? await rootDirectory(folder, root) : await pickedDirectory(folder, picked);
  return { folder, options: { ...rest, directory }, isPortSet: isPortSet(folder) };
}

export const noFolder = (): Problem => ({
  message: l10n.t('There is no folder to serve: open one first.'),
  actions: [openFolder()],
  isFatal: true,
});

async function rootDirectory(folder: WorkspaceFolder, root: string): Promise<string> {
  const directory = path.resolve(folder.uri.fsPath, root);
  const kind = await kindOf(directory);
  if (kind === 'none') throw new ProblemError(missing(folder, root, directory));
  if (kind === 'other') {
    throw settingError('root', l10n.t('What the setting httpServer.root names is a file and not a folder: {0}', root));
  }
  const real = await realpath(directory);
  if (!isInside(folder.uri.fsPath, directory) || !isInside(await realpath(folder.uri.fsPath), real)) {
    throw settingError(
      'root',
      l10n.t('The setting httpServer.root must not lead out of the workspace folder: {0}', root),
    );
  }
  return directory;
}

function missing(folder: WorkspaceFolder, root: string, directory: string): Problem {
  if (root === '') return vanished(folder.uri.fsPath);
  return {
    message: l10n.t('The folder {0}, which the setting httpServer.root names, does not exist.', root),
    actions: [openSettings('root')],
    missing: directory,
  };
}

/** A folder that was to be served is not there any more. */
export const vanished = (directory: string): Problem => ({
  message: l10n.t('The folder that is to be served is gone: {0}', directory),
  actions: [pickAnother()],
  isFatal: true,
  missing: directory,
});

const pickAnother = (): Action => ({ title: l10n.t('Pick Another…'), command: 'httpServer.serveFolder', args: [] });

async function pickedDirectory(folder: WorkspaceFolder, relative: string): Promise<string> {
  const directory = Uri.joinPath(folder.uri, relative).fsPath;
  if ((await kindOf(directory)) === 'folder') return directory;
  throw new ProblemError({
    message: l10n.t('The folder {0}, which was picked to be served, does not exist.', relative),
    actions: [pickAnother()],
    missing: directory,
  });
}

async function kindOf(file: string): Promise<'folder' | 'other' | 'none'> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'none';
  }
}

/** Whether `child` is `parent` or below it. Both are absolute. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
