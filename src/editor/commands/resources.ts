/** The files that a command is about, and where the site has them. */
import * as path from 'node:path';
import { FileSystemError, FileType, l10n, Uri, workspace } from 'vscode';
import type { CommandId } from '../manifest/ids';
import { ProblemError, settingError } from '../server/problem';
import type { ServedSite } from '../server/state';
import { isExcluded, servedPath } from '../server/urls';

/** A file as menus and other programs name it: a `Uri`, its form in JSON, a URI as text, or a path, perhaps of the workspace. */
function resourceOf(value: unknown): Uri | undefined {
  if (value instanceof Uri) return value;
  if (typeof value === 'string' && value !== '') return uriOf(value);
  if (typeof value !== 'object' || value === null || !('scheme' in value)) return undefined;
  return Uri.from(value as Parameters<typeof Uri.from>[0]);
}

function uriOf(text: string): Uri | undefined {
  // A drive is no scheme.
  if (/^[a-z][\w+.-]+:/i.test(text)) return Uri.parse(text, true);
  if (path.isAbsolute(text)) return Uri.file(text);
  const [folder] = workspace.workspaceFolders ?? [];
  return folder && Uri.joinPath(folder.uri, text);
}

/** What a command was run with: the explorer hands on what was clicked, and then all that is selected. */
export function resourcesOf(args: readonly unknown[]): Uri[] {
  const [clicked, selected] = args;
  const asked = Array.isArray(clicked)
    ? clicked
    : Array.isArray(selected) && selected.length > 0
      ? selected
      : [clicked];
  return asked.flatMap((each) => resourceOf(each) ?? []);
}

/**
 * The path at which `site` serves it. Rejects with a {@link ProblemError} if it does not.
 *
 * @param asked what is done with it, once it can be
 */
export async function pathnameOf(site: ServedSite, resource: Uri, asked: CommandId): Promise<string> {
  if (servedPath(site, resource) === undefined) throw outside(resource, asked);
  const pathname = servedPath(site, resource, await isFolder(resource)) ?? '/';
  if (!isExcluded(site, pathname)) return pathname;
  const name = workspace.asRelativePath(resource);
  throw settingError('exclude', l10n.t('{0} is kept back by the setting httpServer.exclude.', name));
}

async function isFolder(resource: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(resource)).type & FileType.Directory) !== 0;
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
    // Its editor may still be open.
    const message = l10n.t('{0} is not there any more.', workspace.asRelativePath(resource));
    throw new ProblemError({ message, actions: [] });
  }
}

function outside(resource: Uri, asked: CommandId): ProblemError {
  const parent = Uri.joinPath(resource, '..');
  const message = l10n.t('{0} is not in the folder that is served.', workspace.asRelativePath(resource));
  return new ProblemError({
    message,
    actions: [
      {
        title: l10n.t('Serve Its Folder'),
        command: 'httpServer.serveFolder',
        args: [parent],
        then: { title: '', command: asked, args: [resource] },
      },
    ],
  });
}
