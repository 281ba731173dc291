/** A folder inside the root, held so that nobody can put another in its place between two steps. */
import {
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type BigIntStats,
} from 'node:fs';
import { sep } from 'node:path';
import { errnoOf, FileError, noFolder, readFailure } from './fileError';
import { descriptorPath, giveBack, knowsDescriptors, persistently, locateDescriptor } from './descriptor';
import { concealed, type Root } from './root';

interface Hold {
  /** Undefined where the platform has no paths for those. */
  readonly descriptor: number | undefined;
  /** What it was when it was opened; its identity, where there is no descriptor. */
  readonly stat: BigIntStats;
  /** Path to reach the entries by: the descriptor's, where the platform has it. */
  readonly base: string;
}

export class Folder {
  readonly descriptor: number | undefined;
  readonly stat: BigIntStats;
  private reach: string;
  /** Path of the folder for everybody, when it was opened. */
  readonly path: string;
  private holders = 1;
  private showing: ((name: string) => boolean) | undefined;

  /** @param real the real path's segments, relative to the root */
  private constructor(
    readonly root: Root,
    { descriptor, stat, base }: Hold,
    readonly real: readonly string[],
  ) {
    this.descriptor = descriptor;
    this.stat = stat;
    this.reach = base;
    this.path = root.pathOf(real);
  }

  /**
   * Holds the folder of these segments.
   *
   * @throws FileError or an `errno` error, `ENOENT` and `ENOTDIR` among them
   */
  static open(root: Root, segments: readonly string[]): Folder {
    return Folder.hold(root, segments, root.locate(segments));
  }

  /** Holds the entry `name` of this folder, itself a folder. */
  child(name: string, segments: readonly string[]): Folder {
    return Folder.hold(this.root, segments, this.entry(name));
  }

  /** Path to reach the entries by, good as long as the folder is held. */
  get base(): string {
    return this.reach;
  }

  /** From now on, entries are reached by {@link path}, which is quicker: where nobody can put another folder there meanwhile. */
  usePath(): void {
    this.reach = this.path;
  }

  /** From now on, entries are reached by the descriptor again, where the platform has paths for those. */
  useDescriptor(): void {
    if (this.descriptor !== undefined) this.reach = descriptorPath(this.descriptor);
  }

  /** Whether these segments are its real path. */
  isAt(segments: readonly string[]): boolean {
    return segments.length === this.real.length && segments.every((name, i) => name === this.real[i]);
  }

  /** Whether an entry of that name may appear in a listing; see {@link Root.shows}. */
  shows(name: string): boolean {
    return (this.showing ??= this.root.showing(this.real))(name);
  }

  /** Path of an entry, good as long as the folder is held. */
  entry(name: string): string {
    return this.base + sep + name;
  }

  /** Whether {@link path} still leads here. */
  isHere(): boolean {
    // {@link path} comes from the descriptor, too; the numbers of some file systems do not stay the same.
    if (this.descriptor !== undefined) return readlinkSync(descriptorPath(this.descriptor)) === this.path;
    const now = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    return now?.dev === this.stat.dev && now.ino === this.stat.ino;
  }

  /** Makes a folder in this one. Returns false if there is one already. */
  make(name: string): boolean {
    try {
      mkdirSync(this.entry(name));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** @throws FileError `busy` if {@link path} leads elsewhere by now */
  verify(): void {
    if (!this.isHere()) throw new FileError('busy', 'The folder is being replaced.');
  }

  /** Counts one more who holds the folder, and has to close it. */
  retain(): this {
    this.holders++;
    return this;
  }

  /** Counts one holder less; the last one lets go of the folder. */
  close(): void {
    if (--this.holders === 0 && this.descriptor !== undefined) giveBack(this.descriptor);
  }

  private static hold(root: Root, segments: readonly string[], path: string): Folder {
    if (knowsDescriptors) return persistently(() => Folder.tryHold(root, segments, path));
    const real = realpathSync.native(path);
    const inside = root.admit(real, segments);
    const stat = lstatSync(real, { bigint: true });
    if (!stat.isDirectory()) throw noFolder('It is no folder.');
    return new Folder(root, { descriptor: undefined, stat, base: real }, inside);
  }

  private static tryHold(root: Root, segments: readonly string[], path: string): Folder | undefined {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
    let folder: Folder | undefined;
    try {
      const stat = fstatSync(fd, { bigint: true });
      const there = locateDescriptor(root, segments, { fd, path, stat });
      const hold = { descriptor: fd, stat, base: descriptorPath(fd) };
      if (there !== undefined) folder = new Folder(root, hold, there.inside);
      return folder;
    } finally {
      if (folder === undefined) giveBack(fd);
    }
  }
}

/**
 * Makes sure that there is a folder to be read, however it is asked for.
 *
 * @returns its real path's segments, relative to the root
 * @throws FileError `badPath`, `missing`, `hidden`, `denied` or `busy`
 */
export function realFolder(root: Root, segments: readonly string[]): readonly string[] {
  try {
    const folder = Folder.open(root, segments);
    folder.close();
    return folder.real;
  } catch (error) {
    throw readFailure(concealed(root, segments, error));
  }
}
