/** Deletes as the explorer does: what is deleted can be brought back. */
import { Uri, workspace } from 'vscode';

/** Moves a file, given by its absolute path, to the trash. Resolves to whether it is there now. */
export type Trash = (file: string) => Promise<boolean>;

export const moveToTrash: Trash = async (file) => {
  try {
    await workspace.fs.delete(Uri.file(file), { useTrash: true });
    return true;
  } catch {
    // A remote machine has no trash, nor has every drive: the error says so in words only, in the language of the editor.
    return false;
  }
};
