/** Small files in memory, used only while they are provably the files on disk. */
import { lstatSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FileError, readFailure } from '../fileError';
import { persistently } from '../descriptor';
import { openFile, OpenFile, smallSize } from './read';
import type { Root } from '../root';

const statOptions = { bigint: true } as const;

export class SmallFile {
  /**
   * Whether the content was read so long after the file's last change that any later change has another timestamp.
   * Until then, equal timestamps prove nothing: both changes may have been made within one tick of the clock.
   */
  private readonly settled: boolean;

  /** The folders between the root and the file, if no link is among them; undefined if there is one. */
  private readonly folders: readonly string[] | undefined;

  private readonly path: string;
  /** The real path of the file. */
  readonly real: string;
  readonly stat: BigIntStats;

  /** @param startedReading in milliseconds since the epoch */
  private constructor(
    { path, real, stat }: OpenFile,
    readonly bytes: Buffer,
    depth: number,
    startedReading: number,
  ) {
    this.path = path;
    this.real = real;
    this.stat = stat;
    this.settled = this.isTold && startedReading > settledAt(stat);
    this.folders = path === real ? foldersAbove(path, depth - 1) : undefined;
  }

  /**
   * Reads all of an open file. Returns undefined if the file changed meanwhile: then open it again.
   *
   * @param depth how many segments lead from the root to it
   */
  static read(file: OpenFile, depth: number): SmallFile | undefined {
    const started = Date.now();
    const bytes = file.size === 0 ? readUntold(file) : file.readSync(file.size);
    if (!sameVersion(file.restat(), file.stat)) return undefined;
    return new SmallFile(file, bytes, depth, started);
  }

  /** Whether the file system knows what it tells: of files that a kernel makes up, neither the size nor the times are true. */
  get isTold(): boolean {
    return this.bytes.length === Number(this.stat.size);
  }

  /**
   * Whether these bytes are what a read of the path would give now. That the file is the same is not enough: a folder
   * above it may have been moved out of the root, and linked to.
   */
  isCurrent(): boolean {
    if (!this.settled) return false;
    try {
      return this.folders === undefined ? this.isStillLinked() : this.isStillThere(this.folders);
    } catch {
      // It is gone, or whatever it is: opening the file again will tell.
      return false;
    }
  }

  private isStillThere(folders: readonly string[]): boolean {
    if (!folders.every((folder) => lstatSync(folder).isDirectory())) return false;
    return sameVersion(lstatSync(this.path, statOptions), this.stat);
  }

  private isStillLinked(): boolean {
    return sameVersion(statSync(this.path, statOptions), this.stat) && realpathSync.native(this.path) === this.real;
  }

  hasSameContent(other: SmallFile): boolean {
    return sameVersion(this.stat, other.stat) && this.real === other.real && this.bytes.equals(other.bytes);
  }
}

/** Most octets of a file whose size is not told. */
const mostUntold = 1024 * 1024;

/** What is there of a file that is said to be empty: `/proc` says that of all its files. @throws FileError `denied` */
function readUntold(file: OpenFile): Buffer {
  const bytes = file.readToEnd(mostUntold);
  if (bytes === undefined) throw new FileError('denied', 'The file does not tell its length, and is too long.');
  return bytes;
}

/** The `count` folders above `path`, the nearest first. */
function foldersAbove(path: string, count: number): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folders.length < count; folder = dirname(folder)) folders.push(folder);
  return folders;
}

/** Whether nothing tells the two states of a file apart. */
export function sameVersion(a: BigIntStats, b: BigIntStats): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.size === b.size && a.ino === b.ino && a.dev === b.dev;
}

/** Coarsest clocks of file systems, in milliseconds: the kernel's tick, and FAT's two seconds. */
const tick = 20;
const coarseTick = 2000;

/** From when on a read sees a state that no later change can leave behind, too; in milliseconds since the epoch. */
function settledAt(stat: BigIntStats): number {
  const latest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
  const granularity = latest % 1_000_000_000n === 0n ? coarseTick : tick;
  return Number(latest / 1_000_000n) + 1 + granularity;
}

/** Whether any change from now on gives a file of this state another one. */
export const isSettled = (stat: BigIntStats): boolean => Date.now() > settledAt(stat);

/**
 * The content of a file of the folder: read, if it is small, else open.
 *
 * @returns undefined if there is a folder
 * @throws FileError `badPath`, `missing`, `hidden`, `denied` or `busy`
 */
export function readOrOpen(root: Root, segments: readonly string[]): SmallFile | OpenFile | undefined {
  return persistently(() => {
    const file = openFile(root, segments);
    if (file === undefined || file.size > smallSize) return { content: file };
    try {
      const content = SmallFile.read(file, segments.length);
      return content === undefined ? undefined : { content };
    } catch (error) {
      throw readFailure(error);
    } finally {
      file.close();
    }
  }).content;
}

const attempts = 3;

/**
 * As {@link readOrOpen}. A file that is not read at once and has changed within the last tick of the clock is opened when
 * that is over, so that its timestamps are those of no later change: what they identify is then only this content.
 */
export async function readOrOpenSettled(
  root: Root,
  segments: readonly string[],
): Promise<SmallFile | OpenFile | undefined> {
  for (let i = 0; i < attempts; i++) {
    const content = readOrOpen(root, segments);
    if (!(content instanceof OpenFile)) return content;
    const wait = settledAt(content.stat) - Date.now();
    // Longer than a tick is a coarse clock, or one in the future: nobody wants to wait for it.
    if (wait < 0 || wait > tick + 1) return content;
    content.close();
    await setTimeout(wait + 1);
  }
  return readOrOpen(root, segments);
}
