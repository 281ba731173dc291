/**
 * Whether a held folder may be reached by its plain path. Of a path below `/proc/self/fd` the system walks two links and
 * three folders more for each call, but nobody can put another folder in its place.
 *
 * The invariant: from the moment it is told to the end of the hold, in which nothing is awaited, no other user can make the
 * path lead elsewhere. By induction from `/` down, which belongs to the superuser:
 *
 * - Only who may write a folder can rename or remove an entry of it, put another there, or mount something on it. That is
 *   its owner alone, and that is this user or the superuser, who can do all that this process can. (An access control list
 *   cannot grant more than the mode shows: the bits of the group are its mask.)
 * - In a sticky folder, such as `/tmp`, others may write, but not rename or remove what is not theirs, nor mount on it; and
 *   the next folder on the way is this user's or the superuser's, too.
 * - None of them is a link: what it leads to might change. The last one is the very folder that is held.
 * - All are on file systems of this machine: a server of files elsewhere may have its own mind about who renames what.
 *
 * Other programs of this user can do what this one can: nothing here is about them.
 */
import { constants, lstatSync, statfsSync, type BigIntStats, type Stats } from 'node:fs';
import { succeeds } from '../fileError';
import { localTypes } from '../mounts';
import type { Folder } from '../folder';

/** Most folders on the way: to look at more would cost more than it saves. */
const mostFolders = 12;
/** A path must have room for a name behind it (PATH_MAX is 4096 octets, a character may take three). */
const longest = 1000;
const sticky = 0o1000;

/** How long the type of a file system is believed, in milliseconds: its number may be another's after that. */
const trusted = 10_000;
const mostKnown = 100;

/** What is asked of the system, so that tests can answer in its place. */
export interface Look {
  readonly lstat: (path: string) => Pick<Stats, 'dev' | 'uid' | 'mode'>;
  /** The type of the file system that the path is on. */
  readonly fileSystem: (path: string) => number;
  readonly identity: (path: string) => Pick<BigIntStats, 'dev' | 'ino'>;
}

const system: Look = {
  lstat: (path) => lstatSync(path),
  fileSystem: (path) => statfsSync(path).type,
  identity: (path) => lstatSync(path, { bigint: true }),
};

export class PlainPaths {
  /** By the number of their file system. */
  private readonly known = new Map<number, { readonly isLocal: boolean; readonly until: number }>();

  /** @param self the user's number; undefined where there is none */
  constructor(
    private readonly look: Look = system,
    private readonly self = process.geteuid?.(),
  ) {}

  /** Whether the path of the folder leads there for the whole of the hold. */
  leadTo({ path, stat }: Pick<Folder, 'path' | 'stat'>): boolean {
    if (path.length > longest) return false;
    const folders = wayTo(path);
    if (folders.length > mostFolders) return false;
    let isSafe = false;
    // What cannot be looked at is not trusted.
    succeeds(() => {
      isSafe = folders.every((folder) => this.isOurs(folder));
      const { dev, ino } = this.look.identity(path);
      isSafe &&= dev === stat.dev && ino === stat.ino;
    });
    return isSafe;
  }

  /** Whether it is a folder of which nobody else takes an entry away. */
  private isOurs(folder: string): boolean {
    const { mode, uid, dev } = this.look.lstat(folder);
    if ((mode & constants.S_IFMT) !== constants.S_IFDIR || (uid !== 0 && uid !== this.self)) return false;
    const isOwnersAlone = (mode & (constants.S_IWGRP | constants.S_IWOTH)) === 0;
    return (isOwnersAlone || (mode & sticky) !== 0) && this.isLocal(folder, dev);
  }

  private isLocal(folder: string, dev: number): boolean {
    const now = performance.now();
    const known = this.known.get(dev);
    if (known !== undefined && known.until > now) return known.isLocal;
    const isLocal = localTypes.has(this.look.fileSystem(folder));
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.set(dev, { isLocal, until: now + trusted });
    return isLocal;
  }
}

/** The folders on the way to `path`, from the top down, and that one. */
function wayTo(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return ['/', ...names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`)];
}
