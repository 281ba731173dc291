/** An entry of the folder that may be made, moved or removed, while the folder that it is in is held. */
import { lstatSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { knowsDescriptors } from '../descriptor';
import { errnoOf, FileError } from '../fileError';
import { Folder } from '../folder';
import { concealed, type Root } from '../root';
import { letGo } from '../writing/folderCache';
import { failureOf } from '../writing/failures';

/** `link`: to a file or to a folder; what it leads to is inside, and is not what would be changed. */
type EntryKind = 'file' | 'folder' | 'link' | 'other';

export class HeldEntry {
  /** What is there, itself and not what it links to; undefined if nothing is. */
  readonly found: BigIntStats | undefined;

  constructor(
    readonly root: Root,
    readonly folder: Folder,
    readonly name: string,
  ) {
    this.found = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
  }

  /** Good as long as the folder is held. */
  get path(): string {
    return this.folder.entry(this.name);
  }

  /** Real path, segments from the root: of a link, its own. */
  get real(): readonly string[] {
    return [...this.folder.real, this.name];
  }

  get kind(): EntryKind | undefined {
    if (this.found?.isSymbolicLink() === true) return 'link';
    if (this.found?.isDirectory() === true) return 'folder';
    return this.found && (this.found.isFile() ? 'file' : 'other');
  }

  /** Whether it is a folder, or leads to one. */
  get leadsToFolder(): boolean {
    return statSync(this.path).isDirectory();
  }

  /** Whether it leads to a file, or is one. */
  get leadsToFile(): boolean {
    return statSync(this.path).isFile();
  }

  /**
   * Makes sure that what is there may be known of: by this name, and where it leads.
   *
   * @throws FileError `hidden`; an `errno` error of a link that cannot be followed
   */
  admit(segments: readonly string[]): void {
    if (this.found === undefined) return;
    this.root.admit(realpathSync.native(this.path), segments);
  }

  /** Makes sure, where there is only a path to hold on to, that it still leads to the folder. @throws FileError `busy` */
  verify(): void {
    if (!knowsDescriptors) this.folder.verify();
  }

  isSameAs(other: BigIntStats | undefined): boolean {
    return this.found !== undefined && this.found.ino === other?.ino && this.found.dev === other.dev;
  }
}

/**
 * Has `use` do something with the entry of these segments, at once, while its folder is held.
 *
 * @throws an `errno` error; FileError; whatever `use` throws
 */
function holding<T>(root: Root, segments: readonly string[], use: (entry: HeldEntry) => T): T {
  root.locate(segments);
  const name = segments.at(-1);
  if (name === undefined) throw new FileError('denied', 'The served folder itself stays where it is.');
  const folder = Folder.open(root, segments.slice(0, -1));
  try {
    if (!root.shows(folder.real, name)) throw new FileError('protected', 'That path may not be written.');
    const entry = new HeldEntry(root, folder, name);
    entry.admit(segments);
    return use(entry);
  } finally {
    folder.close();
    // The folder that a path leads to may be another one now.
    letGo();
  }
}

/** With something that is there. @throws FileError `missing` if nothing is, and others; whatever `use` throws */
export function withSource<T>(root: Root, segments: readonly string[], use: (entry: HeldEntry) => T): T {
  try {
    return holding(root, segments, (entry) => {
      if (entry.found === undefined) throw new FileError('missing', 'There is no such file.');
      return use(entry);
    });
  } catch (error) {
    const known = concealed(root, segments, error);
    throw errnoOf(known) === 'ENOTDIR' ? new FileError('missing', 'There is no such file.') : failureOf(known);
  }
}

/** With a place for something. @throws FileError `noParent` without a folder for it, and others; whatever `use` throws */
export function withDestination<T>(root: Root, segments: readonly string[], use: (entry: HeldEntry) => T): T {
  try {
    return holding(root, segments, use);
  } catch (error) {
    const known = concealed(root, segments, error);
    throw errnoOf(known) === 'ENOENT' ? new FileError('noParent', noParent, { cause: error }) : failureOf(known);
  }
}

const noParent = 'There is no folder to put it into.';
