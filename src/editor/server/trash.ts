/** Deletes as the explorer does: what is deleted can be brought back. */
import { env, FileSystemError, Uri, workspace } from 'vscode';

/**
 * Moves a file or, as one, a folder, given by its absolute path, to the trash. Resolves to whether it is there now; if not, there is no trash,
 * or nothing at that path.
 * Rejects if there is one, but it did not take it.
 */
export type Trash = (path: string, kind: 'file' | 'folder') => Promise<boolean>;

export const moveToTrash: Trash = async (path, kind) => {
  const uri = Uri.file(path);
  if (!hasTrash(uri)) return false;
  try {
    await workspace.fs.delete(uri, { useTrash: true, recursive: kind === 'folder' });
    return true;
  } catch (error) {
    // Somebody else was faster: the server finds out.
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
};

/** Whether there is a trash: not on a remote machine, nor where it is turned off. The editor's errors tell that in words only. */
const hasTrash = (uri: Uri): boolean =>
  env.remoteName === undefined && workspace.getConfiguration('files', uri).get('enableTrash') !== false;
