/** Removes a file of the folder. */
import { realpathSync, statSync, unlinkSync } from 'node:fs';
import { errnoOf, FileError } from './errors';
import { Folder } from './folder';
import type { Root } from './root';
import { failureOf, type Check } from './write';

/**
 * Removes the file of these segments; of a link, the link.
 *
 * @throws FileError `missing`, `folder`, `protected` and others; whatever `check` throws
 */
export function remove(root: Root, segments: readonly string[], check: Check): void {
  try {
    root.locate(segments);
    const name = segments.at(-1);
    if (name === undefined) throw new FileError('folder', 'The folder itself cannot be removed.');
    const folder = Folder.open(root, segments.slice(0, -1));
    try {
      if (!root.shows(folder.real, name)) throw new FileError('protected', 'That path may not be written.');
      removeEntry(root, folder.entry(name), segments, check);
    } finally {
      folder.close();
    }
  } catch (error) {
    throw errnoOf(error) === 'ENOTDIR' ? new FileError('missing', 'There is no such file.') : failureOf(error);
  }
}

function removeEntry(root: Root, path: string, segments: readonly string[], check: Check): void {
  root.admit(realpathSync.native(path), segments);
  const stat = statSync(path);
  if (stat.isDirectory()) throw new FileError('folder', 'A folder has that name.');
  if (!stat.isFile()) throw new FileError('missing', 'There is no such file.');
  check();
  unlinkSync(path);
}
