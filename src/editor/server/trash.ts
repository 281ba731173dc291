/** Deletes as the explorer does: what is deleted can be brought back. */
import { env, FileSystemError, Uri, workspace } from 'vscode';

/**
 * Moves a file, given by its absolute path, to the trash. Resolves to whether it is there now; if not, there is no trash,
 * or no file.
 * Rejects if there is one, but it did not take the file.
 */
export type Trash = (file: string) => Promise<boolean>;

export const moveToTrash: Trash = async (file) => {
  const uri = Uri.file(file);
  if (!hasTrash(uri)) return false;
  try {
    await workspace.fs.delete(uri, { useTrash: true });
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
