/** Small files in memory, used only while they are provably the files on disk. */
import { lstatSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { persistently } from './proof';
import { openFile, smallSize, type OpenFile } from './read';
import type { Root } from './root';

const statOptions = { bigint: true, throwIfNoEntry: false } as const;

export class SmallFile {
  /**
   * Whether the content was read so long after the file's last change that any later change has another timestamp.
   * Until then, equal timestamps prove nothing: both changes may have been made within one tick of the clock.
   */
  private readonly settled: boolean;

  /**
   * @param direct whether it is an entry of the root itself and no link: then nothing above it can be exchanged
   * @param startedReading in milliseconds since the epoch
   */
  private constructor(
    private readonly path: string,
    private readonly real: string,
    private readonly direct: boolean,
    readonly stat: BigIntStats,
    readonly bytes: Buffer,
    startedReading: number,
  ) {
    this.settled = startedReading > settledAt(stat);
  }

  /** Reads all of an open file. Returns undefined if the file changed meanwhile: then open it again. */
  static read(file: OpenFile, depth: number): SmallFile | undefined {
    const started = Date.now();
    const bytes = file.readSync(file.size);
    if (bytes.length !== file.size || !sameVersion(file.restat(), file.stat)) return undefined;
    return new SmallFile(file.path, file.real, depth === 1 && file.real === file.path, file.stat, bytes, started);
  }

  /** Whether these bytes are what a read of the path would give now. */
  isCurrent(): boolean {
    if (!this.settled) return false;
    try {
      const now = this.direct ? lstatSync(this.path, statOptions) : statSync(this.path, statOptions);
      if (now === undefined || !sameVersion(now, this.stat)) return false;
      // The same file may be reached through a folder that was moved away and linked: outside it does not exist.
      return this.direct || realpathSync.native(this.path) === this.real;
    } catch {
      // Whatever it is, opening the file again will tell.
      return false;
    }
  }

  hasSameContent(other: SmallFile): boolean {
    return sameVersion(this.stat, other.stat) && this.real === other.real && this.bytes.equals(other.bytes);
  }
}

/** Whether nothing tells the two states of a file apart. */
export function sameVersion(a: BigIntStats, b: BigIntStats): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.size === b.size && a.ino === b.ino && a.dev === b.dev;
}

/** Coarsest clocks of file systems, in milliseconds: the kernel's tick, and FAT's two seconds. */
const tick = 20;
const coarseTick = 2000;

/** From when on a read sees what no later change can be mistaken for, in milliseconds since the epoch. */
function settledAt(stat: BigIntStats): number {
  const latest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
  const granularity = latest % 1_000_000_000n === 0n ? coarseTick : tick;
  return Number(latest / 1_000_000n) + 1 + granularity;
}

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
    } finally {
      file.close();
    }
  }).content;
}
