/** What the servers serve, and how much of everything. */
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/host/paths';

/** Sizes in octets. */
export interface Scale {
  readonly big: number;
  readonly bulk: number;
  readonly entries: number;
  readonly idle: number;
  /** How many points a curve has at most. */
  readonly points: number;
}

export const full: Scale = { big: 100_000_000, bulk: 1_000_000_000, entries: 10_000, idle: 10_000, points: 20 };

/** Enough to show that every measurement works. */
export const tiny: Scale = { big: 5_000_000, bulk: 20_000_000, entries: 300, idle: 200, points: 2 };

/** Room for the uploads of one measurement, and more. */
const enough = 8e9;

/** Where to work: in memory if there is room, so that the servers are measured and not the disk. */
export function bestFolder(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (process.platform === 'linux' && process.env.TMPDIR === undefined && bavail * bsize > enough) return memory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return tmpdir();
}

/** A temporary folder, with one in it that is served. */
export class Site {
  /** Its absolute path. */
  readonly folder: string;
  /** That of what is served. */
  readonly path: string;
  /** A copy of our bundles: a build in the meantime changes nothing. */
  readonly programs: string;
  #besides = 0;
  #kept = 0;
  #disk: string | undefined;

  /** @param parent absolute path of an existing folder */
  constructor(
    readonly scale: Scale,
    parent = tmpdir(),
  ) {
    this.folder = realpathSync(mkdtempSync(join(parent, 'http-server-bench-')));
    this.path = join(this.folder, 'site');
    mkdirSync(join(this.path, 'up'), { recursive: true });
    this.programs = this.beside();
    mkdirSync(join(this.programs, 'terminal'));
    for (const name of ['worker.js', 'cli.js', 'terminal/main.js']) {
      copyFileSync(join(projectRoot, 'dist', name), join(this.programs, name));
    }
    this.file('hello.txt', 11);
    this.file('page.txt', 10 * 1024);
  }

  /** Makes a file of that many octets, if there is none of that name yet. */
  file(name: string, size: number): void {
    const file = join(this.path, name);
    try {
      const descriptor = openSync(file, 'wx');
      for (let left = size; left > 0;) left -= writeSync(descriptor, text, 0, Math.min(left, text.length));
      closeSync(descriptor);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** Makes a folder of that many files, if there is none of that name yet. */
  entries(name: string, count: number): void {
    const folder = join(this.path, name);
    if (mkdirSync(folder, { recursive: true }) === undefined) return;
    for (let i = 0; i < count; i++) writeFileSync(join(folder, `file-${String(i).padStart(6, '0')}.txt`), '');
  }

  /** A folder to serve that is on a disk, wherever the others are. */
  get onDisk(): string {
    mkdirSync(join(projectRoot, 'out'), { recursive: true });
    this.#disk ??= mkdtempSync(join(projectRoot, 'out', 'bench-'));
    mkdirSync(join(this.#disk, 'up'), { recursive: true });
    return this.#disk;
  }

  /**
   * Takes what was uploaded out of the way. On the disk it is kept to the end: ext4 gives the number of a deleted file to nobody
   * for minutes, and finds each such number on its way to a free one (`recently_deleted` in its `ialloc.c`).
   */
  clear(): void {
    const uploads = join(this.path, 'up');
    for (const name of readdirSync(uploads)) rmSync(join(uploads, name), { recursive: true });
    if (this.#disk === undefined) return;
    renameSync(join(this.#disk, 'up'), join(this.#disk, `before-${this.#kept++}`));
    mkdirSync(join(this.#disk, 'up'));
  }

  /** A new folder that is not served. */
  beside(): string {
    const folder = join(this.folder, String(this.#besides++));
    mkdirSync(folder);
    return folder;
  }

  remove(): void {
    for (const path of [this.folder, this.#disk])
      if (path !== undefined) rmSync(path, { recursive: true, force: true });
  }
}

/** Not all alike, and text, so that nobody has to guess what it is. */
const text = Buffer.alloc(2 ** 20, 'Hello world. The quick brown fox jumps over the lazy dog, and then once more.\n');
