/** Where a file goes: its folder, held, and its name in there. */
import { accessSync, constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, FileError, succeeds } from './errors';
import { Folder } from './folder';
import { holdFolder, letGo } from './held';
import { journal, removeIfEmpty } from './journal';
import { knowsDescriptors } from './proof';
import type { Root } from './root';

/** Most folders that are made for one file: each is held open. */
const mostMade = 100;

export class Place {
  private readonly made: { readonly folder: Folder; readonly name: string }[] = [];
  private readonly opened: Folder[] = [];
  private readonly noted: string[] = [];
  name = '';

  constructor(private readonly root: Root) {}

  /**
   * Holds the target's folder, and makes it if need be. A link to a file stands for that file.
   *
   * @returns what is at the target
   */
  reach(segments: readonly string[]): Stats | undefined {
    this.root.locate(segments);
    this.approach(segments);
    const found = this.look();
    const real = this.realTarget(segments, found);
    if (real === undefined) return found;
    this.approach(real);
    const there = this.look();
    if (there?.isSymbolicLink() === true) throw new FileError('busy', 'The file is being replaced.');
    return there;
  }

  private get held(): Folder {
    const folder = this.opened.at(-1);
    if (folder === undefined) throw new Error('No folder is held.');
    return folder;
  }

  /** Path of an entry of the target's folder, good as long as the folder is held. */
  entry(name: string): string {
    return this.held.entry(name);
  }

  /** Path of an entry of the target's folder for everybody, now. */
  pathOf(name: string): string {
    return join(this.root.path, ...this.held.real, name);
  }

  get target(): string {
    return this.entry(this.name);
  }

  /** Real path of the target relative to the root, with `/`. */
  get relativePath(): string {
    return [...this.held.real, this.name].join('/');
  }

  /**
   * Makes sure that what is at the target may be replaced.
   *
   * @throws FileError `folder` if it is no file; `EACCES` if it is read-only
   */
  allow(found: Stats | undefined): void {
    if (found === undefined) return;
    if (!found.isFile()) throw new FileError('folder', 'A folder, or a thing that is no file, has that name.');
    if (!isOwnersToWrite(found)) accessSync(this.target, constants.W_OK);
  }

  /** Makes sure, where there is only a path to hold on to, that it still leads to the folder. @throws FileError `busy` */
  verify(): void {
    if (!knowsDescriptors) this.held.verify();
  }

  /** Makes sure that the folder is where everybody will look for the file. @throws FileError `busy` */
  verifyPath(): void {
    this.held.verify();
  }

  close(): void {
    for (const folder of this.opened.splice(0)) folder.close();
    for (const path of this.noted.splice(0)) journal.delete(path);
  }

  /** Removes the folders that were made, unless somebody has put something into them, or in their place. */
  undo(): void {
    if (this.made.length > 0) letGo();
    for (const { folder, name } of this.made.toReversed()) succeeds(() => removeIfEmpty(folder.entry(name)));
  }

  /** What is at the target now, itself and not what it links to. */
  look(): Stats | undefined {
    return lstatSync(this.target, { throwIfNoEntry: false });
  }

  private approach(segments: readonly string[]): void {
    const parents = segments.slice(0, -1);
    this.name = segments.at(-1) ?? '';
    if (this.name === '') throw new FileError('folder', 'The path is that of a folder.');
    const there = openIfThere(this.root, parents);
    if (there === undefined) this.descend(parents);
    else this.opened.push(there);
    if (!this.root.shows(this.held.real, this.name)) throw new FileError('protected', 'That path may not be written.');
  }

  private descend(parents: readonly string[]): void {
    this.opened.push(Folder.open(this.root, []));
    for (const [depth, name] of parents.entries()) {
      const folder = this.held;
      if (this.make(name)) this.made.push({ folder, name });
      this.opened.push(folder.child(name, parents.slice(0, depth + 1)));
    }
  }

  /** Makes a folder in the one that is held, noted in case that this server is killed before there is a file in it. */
  private make(name: string): boolean {
    if (lstatSync(this.entry(name), { throwIfNoEntry: false }) !== undefined) return false;
    if (this.made.length === mostMade) throw new FileError('badPath', 'The path needs too many new folders.');
    const path = `${this.pathOf(name)}/`;
    this.noted.push(path);
    journal.add(path);
    return this.held.make(name);
  }

  /** Where the target, if it is a link, really leads; undefined if it is none. */
  private realTarget(segments: readonly string[], stat: Stats | undefined): readonly string[] | undefined {
    // The real path of a folder that is held by its descriptor is known, and so is that of an entry that is no link.
    if (stat === undefined || (knowsDescriptors && !stat.isSymbolicLink())) return undefined;
    try {
      const real = this.root.admit(realpathSync.native(this.target), segments);
      return stat.isSymbolicLink() ? real : undefined;
    } catch (error) {
      // Nobody writes through a link that leads nowhere: it might lead out of the folder.
      if (errnoOf(error) === 'ENOENT') throw new FileError('protected', 'The path leads through a broken link.');
      throw error;
    }
  }
}

/** @throws FileError or an `errno` error if nothing can be stored in the folder of these segments, there or not */
export function checkStorable(root: Root, segments: readonly string[]): void {
  const folder = openIfThere(root, segments) ?? openIfThere(root, thoseThere(root, segments));
  try {
    if (folder !== undefined) accessSync(folder.base, constants.W_OK | constants.X_OK);
  } finally {
    folder?.close();
  }
}

/** As many of these segments as are there. From above, for the way down ends where nothing is, however long it is. */
function thoseThere(root: Root, segments: readonly string[]): readonly string[] {
  const isThere = (_: string, i: number): boolean =>
    lstatSync(root.locate(segments.slice(0, i + 1)), { throwIfNoEntry: false }) !== undefined;
  const missing = segments.findIndex((name, i) => !isThere(name, i));
  return missing < 0 ? segments : segments.slice(0, missing);
}

const user = process.geteuid?.();

/** Whether its mode alone says that this process may write it. */
const isOwnersToWrite = ({ uid, mode }: Stats): boolean => uid === user && (mode & constants.S_IWUSR) !== 0;

function openIfThere(root: Root, segments: readonly string[]): Folder | undefined {
  try {
    return holdFolder(root, segments);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
