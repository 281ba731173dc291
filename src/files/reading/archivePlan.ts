/** What of a folder goes into an archive: looked through before the first octet is sent, so that the length is known. */
import { accessSync, constants, lstatSync, opendirSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { FileError, readFailure } from '../fileError';
import { Folder } from '../folder';
import { mountPoints } from '../mounts';
import type { Pace } from '../pace';
import { concealed, type Root } from '../root';
import { sorted } from './list';
import type { ZipEntry } from './zip';

/** One file or folder of an archive. */
export interface Planned extends ZipEntry {
  /** Of a file, by which a change is seen; in nanoseconds since the epoch. */
  readonly times: readonly [modified: bigint, changed: bigint];
}

export interface ArchivePlan {
  readonly root: Root;
  /** Real path of the folder, segments from the root. */
  readonly top: readonly string[];
  readonly entries: readonly Planned[];
}

/** What is to be archived. */
interface WantedArchive {
  readonly root: Root;
  /** Of the folder, as it was asked for. */
  readonly segments: readonly string[];
  /** Entries of it; none for all. */
  readonly names: readonly string[];
  /** Most files and folders. */
  readonly most: number;
}

/**
 * Those that may be read, sorted by name within each folder. Left out are links to folders, what is mounted, and what is no
 * file. A link to a file stands for the file.
 *
 * @throws FileError `missing` if one of the names is not among them, `denied` for too many, and others; what ended the work
 */
export async function planArchive(wanted: WantedArchive, pace: Pace): Promise<ArchivePlan> {
  const { root, segments, names } = wanted;
  try {
    return await new Planning(wanted, pace).run(names);
  } catch (error) {
    throw readFailure(concealed(root, segments, error));
  }
}

interface Found {
  readonly name: string;
  readonly stat: BigIntStats;
}

class Planning {
  private readonly planned: Planned[] = [];
  /** Of folders that are still to be looked into, paths below the first one; the next one is the last. */
  private readonly waiting: (readonly string[])[] = [[]];
  private readonly mounted = mountPoints();
  private found = 0;
  private top: Folder | undefined;

  constructor(
    private readonly wanted: WantedArchive,
    private readonly pace: Pace,
  ) {}

  async run(names: readonly string[]): Promise<ArchivePlan> {
    for (let below = this.waiting.pop(); below !== undefined; below = this.waiting.pop()) {
      await this.lookInto(below, below.length === 0 ? names : []);
    }
    return { root: this.wanted.root, top: this.top?.real ?? [], entries: this.planned };
  }

  private async lookInto(below: readonly string[], names: readonly string[]): Promise<void> {
    const folder = this.open(below);
    if (folder === undefined) return;
    try {
      if (below.length > 0) this.add({ name: below.at(-1) ?? '', stat: folder.stat }, below.slice(0, -1));
      const found = await this.entriesOf(folder, names);
      for (const each of found) if (each.stat.isFile()) this.add(each, below);
      // The last is looked into first.
      for (const { name, stat } of found.toReversed()) if (stat.isDirectory()) this.waiting.push([...below, name]);
    } finally {
      folder.close();
    }
  }

  /** Undefined for what may not be looked into, but the first. */
  private open(below: readonly string[]): Folder | undefined {
    const { top } = this;
    const { root, segments } = this.wanted;
    if (top === undefined) return (this.top = Folder.open(root, segments));
    try {
      const real = [...top.real, ...below];
      const folder = Folder.open(root, real);
      // What was a folder when it was listed may be a link by now.
      if (folder.stat.dev === top.stat.dev && folder.real.join('/') === real.join('/')) return folder;
      folder.close();
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
    return undefined;
  }

  private async entriesOf(folder: Folder, names: readonly string[]): Promise<Found[]> {
    const shows = this.wanted.root.showing(folder.real);
    const found: Found[] = [];
    for (const name of names.length > 0 ? names : namesIn(folder)) {
      const stat = shows(name) ? this.statOf(folder, name) : undefined;
      if (stat !== undefined) found.push({ name, stat });
      else if (names.length > 0) throw new FileError('missing', 'There is no such file.');
      if (stat !== undefined && ++this.found > this.wanted.most) throw tooMany(this.wanted.most);
      if (this.pace.due()) await this.pace.rest();
    }
    return sorted(found, this.pace);
  }

  /** Undefined for what does not go into an archive. */
  private statOf(folder: Folder, name: string): BigIntStats | undefined {
    const { root } = this.wanted;
    const path = folder.entry(name);
    try {
      const stat = lstatSync(path, { bigint: true });
      if (this.mounted.has(`${folder.path}/${name}`)) return undefined;
      if (stat.isDirectory()) return stat;
      const isLink = stat.isSymbolicLink();
      if (isLink) root.admit(realpathSync.native(path));
      const there = isLink ? statSync(path, { bigint: true }) : stat;
      if (!there.isFile()) return undefined;
      accessSync(path, constants.R_OK);
      return there;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  private add({ name, stat }: Found, below: readonly string[]): void {
    const path = [...below, name].join('/') + (stat.isDirectory() ? '/' : '');
    this.planned.push({
      name: path,
      size: stat.isDirectory() ? 0 : Number(stat.size),
      modified: Number(stat.mtimeNs / 1_000_000n),
      isExecutable: (Number(stat.mode) & 0o100) !== 0,
      times: [stat.mtimeNs, stat.ctimeNs],
    });
  }
}

function* namesIn(folder: Folder): Generator<string, undefined> {
  const directory = opendirSync(folder.base, { bufferSize: 512 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry.name;
  } finally {
    directory.closeSync();
  }
}

/** Gone meanwhile, hidden, or not to be read. */
function isAbsence(error: unknown): boolean {
  const known = readFailure(error);
  return known instanceof FileError && known.kind !== 'busy' && known.kind !== 'failed';
}

const tooMany = (most: number): FileError =>
  new FileError('denied', `An archive has at most ${most} files and folders: take some of them at a time.`);
