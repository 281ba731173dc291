/** Where a file goes: its folder, held, and its name in there. */
import { accessSync, constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { errnoOf, FileError } from '../fileError';
import type { Folder } from '../folder';
import { markOf, type FolderMark } from '../flushes';
import { heldFolder, holdFolder } from './folderCache';
import type { Journal } from '../unfinished/journal';
import { MadeFolders } from './madeFolders';
import { mayBeAlias } from '../names';
import { knowsDescriptors } from '../descriptor';
import { hidden, type Root } from '../root';

/** Most folders that are made for one file. */
const mostMade = 100;

export class UploadTarget {
  private name = '';
  /** Names of the target's folder, and of those above it, that are not there. */
  private missing: readonly string[] = [];
  private opened: Folder[] = [];
  /** What is at the target, itself and not what it links to. */
  readonly found: Stats | undefined;

  /**
   * Holds the target's folder or, if that is not there, the last one on the way that is. A link to a file stands for that
   * file. Nothing is changed.
   *
   * @throws FileError or an `errno` error
   */
  constructor(
    private readonly root: Root,
    segments: readonly string[],
  ) {
    try {
      this.found = this.reach(segments);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private reach(segments: readonly string[]): Stats | undefined {
    if (!this.approachHeld(segments)) {
      this.root.locate(segments);
      this.approach(segments);
    }
    const found = this.look();
    const real = this.realTarget(segments, found);
    if (real === undefined) return found;
    this.close();
    this.approach(real);
    const there = this.look();
    if (there?.isSymbolicLink() === true) throw new FileError('busy', 'The file is being replaced.');
    return there;
  }

  /** The last folder on the way that was there. */
  get near(): Folder {
    const [folder] = this.opened;
    if (folder === undefined) throw new Error('No folder is held.');
    return folder;
  }

  /** The target's, or where it is to be made. */
  private get folder(): Folder {
    return this.opened.at(-1) ?? this.near;
  }

  /** Of the target's folder, while it is held. */
  get mark(): FolderMark {
    return markOf(this.folder);
  }

  get isHeld(): boolean {
    return this.opened.length > 0;
  }

  /** Good as long as the folder is held. */
  get target(): string {
    return this.folder.entry(this.name);
  }

  /** Real path of the target, segments from the root. */
  get real(): readonly string[] {
    return [...this.near.real, ...this.missing, this.name];
  }

  /**
   * Makes sure that what is at the target may be replaced.
   *
   * @throws FileError `hidden` if it is known by another name, `folder` if it is no file; `EACCES` if it is read-only
   */
  allow(): void {
    const { found } = this;
    if (found === undefined) return;
    if (mayBeAlias(this.name)) this.root.checkNames(this.real);
    if (!found.isFile()) throw new FileError('folder', 'A folder, or a thing that is no file, has that name.');
    if (!isOwnersToWrite(found)) accessSync(this.target, constants.W_OK);
  }

  /** Makes sure, before there is content, that there can be a new entry where it will need one. @throws an `errno` error */
  checkWritable(): void {
    accessSync(this.near.base, constants.W_OK | constants.X_OK);
    // So a name that no file system takes is refused before there is a folder for it.
    for (const name of this.missing) lstatSync(this.near.entry(name), { throwIfNoEntry: false });
    lstatSync(this.near.entry(this.name), { throwIfNoEntry: false });
  }

  /** Makes sure, where there is only a path to hold on to, that it still leads to the folder. @throws FileError `busy` */
  verify(): void {
    if (!knowsDescriptors) this.folder.verify();
  }

  /**
   * Makes the folders that are missing. Of those on the way none stays held.
   *
   * @param onMade called before the first is made, if any is
   */
  make(journal: Journal | undefined, onMade: (made: MadeFolders) => void): void {
    if (this.missing.length === 0) return;
    const made = new MadeFolders(this.root, this.near, this.missing, journal);
    onMade(made);
    for (const [i, name] of this.missing.entries()) {
      const { folder } = this;
      const real = [...this.near.real, ...this.missing.slice(0, i + 1)];
      if (folder.make(name)) made.add(real);
      this.opened.push(folder.child(name, real));
      if (folder !== this.near) this.opened.splice(1, 1)[0]?.close();
    }
  }

  close(): void {
    for (const folder of this.opened.splice(0)) folder.close();
  }

  private look(): Stats | undefined {
    if (this.missing.length > 0) return undefined;
    return lstatSync(this.target, { throwIfNoEntry: false });
  }

  /** For another file of a folder that is held: what was judged of that is not judged again. */
  private approachHeld(segments: readonly string[]): boolean {
    const parents = segments.slice(0, -1);
    const folder = heldFolder(this.root, parents);
    if (folder === undefined) return false;
    this.opened.push(folder);
    this.name = segments.at(-1) ?? '';
    if (folder.isAt(parents) && folder.shows(this.name)) return true;
    this.close();
    return false;
  }

  private approach(segments: readonly string[]): void {
    const parents = segments.slice(0, -1);
    this.name = segments.at(-1) ?? '';
    if (this.name === '') throw new FileError('folder', 'The path is that of a folder.');
    const there = openIfThere(this.root, parents);
    if (there === undefined) this.descend(parents, segments);
    else this.opened.push(there);
    // Whether its folders list them is seen when they are made.
    if (this.missing.length > 0) this.root.contain(this.root.pathOf(this.real));
    else if (!this.near.shows(this.name)) throw new FileError('protected', 'That path may not be written.');
  }

  /** Goes down as far as there are folders. */
  private descend(parents: readonly string[], segments: readonly string[]): void {
    let folder = holdFolder(this.root, []);
    this.opened.push(folder);
    let depth = 0;
    for (const name of parents) {
      if (lstatSync(folder.entry(name), { throwIfNoEntry: false }) === undefined) break;
      folder = folder.child(name, segments.slice(0, ++depth));
      this.close();
      this.opened.push(folder);
    }
    this.missing = parents.slice(depth);
    if (this.missing.length > mostMade) throw new FileError('badPath', 'The path needs too many new folders.');
  }

  /** Where the target, if it is a link, really leads; undefined if it is none. */
  private realTarget(segments: readonly string[], stat: Stats | undefined): readonly string[] | undefined {
    // The real path of a folder that is held by its descriptor is known, and so is that of an entry that is no link.
    if (stat === undefined || (knowsDescriptors && !stat.isSymbolicLink())) return undefined;
    try {
      const real = this.root.admit(realpathSync.native(this.target), segments);
      return stat.isSymbolicLink() ? real : undefined;
    } catch (error) {
      // Nobody writes through a link that cannot be followed: it might lead out of the folder.
      throw errnoOf(error) === undefined || !stat.isSymbolicLink() ? error : hidden();
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

export function openIfThere(root: Root, segments: readonly string[]): Folder | undefined {
  try {
    return holdFolder(root, segments);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
