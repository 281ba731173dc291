/** Removes a file of the folder. */
import { lstatSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, FileError } from '../fileError';
import { Folder } from '../folder';
import { concealed, type Root } from '../root';
import { failureOf, type Check } from './write';

/**
 * Removes the file of these segments; of a link, the link.
 *
 * @throws FileError `missing`, `folder`, `protected` and others; whatever `check` throws
 */
export function remove(root: Root, segments: readonly string[], check: Check): void {
  atEntry(root, segments, check, ({ folder, name }) => unlinkSync(folder.entry(name)));
}

/**
 * The absolute path, now, of the file of these segments: what could be removed, but a link.
 *
 * @returns undefined for a link: what it leads to is not what would be removed
 * @throws as {@link remove}
 */
export function removable(root: Root, segments: readonly string[], check: Check): string | undefined {
  return atEntry(root, segments, check, ({ folder, name }) =>
    lstatSync(folder.entry(name)).isSymbolicLink() ? undefined : join(root.path, ...folder.real, name),
  );
}

interface Entry {
  readonly folder: Folder;
  readonly name: string;
}

/** Has `use` do something with what may be removed, while its folder is held. */
function atEntry<T>(root: Root, segments: readonly string[], check: Check, use: (entry: Entry) => T): T {
  try {
    root.locate(segments);
    const name = segments.at(-1);
    if (name === undefined) throw new FileError('folder', 'The folder itself cannot be removed.');
    const folder = Folder.open(root, segments.slice(0, -1));
    try {
      if (!root.shows(folder.real, name)) throw new FileError('protected', 'That path may not be written.');
      checkEntry(root, folder.entry(name), segments);
      check();
      return use({ folder, name });
    } finally {
      folder.close();
    }
  } catch (error) {
    const known = concealed(root, segments, error);
    throw errnoOf(known) === 'ENOTDIR' ? new FileError('missing', 'There is no such file.') : failureOf(known);
  }
}

function checkEntry(root: Root, path: string, segments: readonly string[]): void {
  root.admit(realpathSync.native(path), segments);
  const stat = statSync(path);
  if (stat.isDirectory()) throw new FileError('folder', 'A folder has that name.');
  if (!stat.isFile()) throw new FileError('missing', 'There is no such file.');
}
