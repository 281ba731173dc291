/**
 * Where content lies until it takes its place by a rename: out of the sight of whatever watches the folder, lists it or
 * keeps its versions, and where a rename reaches the target.
 */
import { constants, existsSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { join, sep } from 'node:path';
import { succeeds } from '../fileError';
import type { Folder } from '../folder';
import { holdFolder } from './folderCache';
import { ignoreFile, removeTemporaryFolder } from '../unfinished/journal';
import type { Leftovers } from '../unfinished/leftovers';
import type { UploadTarget } from './uploadTarget';
import { descriptorPath, giveBack, knowsDescriptors } from '../descriptor';
import { Rights } from './rights';
import type { Root } from '../root';
import type { ServerFolder } from '../unfinished/serverFolder';

/** A name for a temporary entry, and where that is. */
export interface Spot {
  /** Absolute, for everybody; good unless somebody moves a folder. */
  readonly path: string;
  /** Its path while the folder of its target is held. */
  readonly pathFrom: (target: UploadTarget) => string;
  /** To be called when nothing is there any more. */
  readonly release: () => void;
  /** To be called if its folder is not there any more. */
  readonly lost?: () => void;
}

/** Octets that nobody guesses, for many names at a time: to ask for a few costs as much as to ask for many. */
const chance = Buffer.alloc(4096);
let spent = chance.length;

function random(octets: number): string {
  if (spent + octets > chance.length) {
    randomFillSync(chance);
    spent = 0;
  }
  return chance.toString('hex', spent, (spent += octets));
}

/** A name as `temporaryName` knows it. */
const newName = (): string => `.http-server-${random(12)}.tmp`;

/** Most folders that are remembered to be out of reach. */
const mostUnreachable = 1000;

/**
 * Whether files have labels, and keep the one of the folder they were made in: a file is then made below the root, which has
 * the label of its targets.
 */
const hasLabels = existsSync('/sys/fs/selinux/enforce');

/** Whether a file may be made away from its target: on Windows it would keep the access control list of where it was made. */
const canBeAway = process.platform !== 'win32' && !hasLabels;

export class Staging {
  private readonly rights = new Rights();
  private readonly unreachable = new Set<string>();
  private readonly below: FolderBelow;
  private away: Whereabouts | undefined;

  /** @param own of the server; undefined if it can have none */
  constructor(
    private readonly root: Root,
    private readonly own: ServerFolder | undefined,
    leftovers: Leftovers,
  ) {
    this.below = new FolderBelow(root, own, leftovers);
  }

  /**
   * @param isWhole whether it takes its place in this run of code, so that hardly anybody can see it anywhere
   * @throws an `errno` error
   */
  reserve(target: UploadTarget, isWhole: boolean): Spot {
    const { near } = target;
    if (!this.unreachable.has(near.path)) {
      const spot = this.reserveAway(near, isWhole) ?? (isWhole ? undefined : this.reserveBelow(near));
      if (spot !== undefined) return spot;
    }
    return this.reserveBeside(target);
  }

  /** Reserves a name in the folder of the target or, if that is not there, in the one that it will be made in. */
  reserveBeside({ near }: UploadTarget): Spot {
    const journal = this.own?.journal;
    const name = journal === undefined ? newName() : `${journal.prefix}${random(6)}.tmp`;
    const folder = near.path;
    const path = near.root.pathOf([...near.real, name]);
    journal?.enter(folder);
    return {
      path,
      // A folder that was missing may be there by now: then another one is the last that is.
      pathFrom: ({ near: now }) => (now.path === folder ? now.entry(name) : path),
      release: () => journal?.leave(folder),
    };
  }

  /** Remembers that no rename leads to the target's folder from where other files are made. */
  avoid({ near }: UploadTarget): void {
    if (this.unreachable.size >= mostUnreachable) this.unreachable.clear();
    this.unreachable.add(near.path);
  }

  /** Reserves a name in the server's own folder, which is outside of the root. */
  private reserveAway(near: Folder, isWhole: boolean): Spot | undefined {
    const { own } = this;
    if (own === undefined || !canBeAway) return undefined;
    const isThere = succeeds(() => {
      const path = own.claim();
      this.away ??= whereaboutsOf(path);
    });
    if (!isThere || this.away === undefined || !this.reaches(this.away, near, isWhole)) return undefined;
    const path = join(own.path, newName());
    return { path, pathFrom: () => path, release: () => undefined, lost: () => own.lost() };
  }

  private reserveBelow(near: Folder): Spot | undefined {
    const top = holdFolder(this.root, []);
    try {
      if (!this.reaches({ dev: top.stat.dev, mount: mountOf(top), base: top.base, path: top.path }, near, false))
        return undefined;
      let spot: Spot | undefined;
      // Where the root takes no folder, one within may take a file.
      succeeds(() => (spot = this.below.reserve(top)));
      return spot;
    } finally {
      top.close();
    }
  }

  private reaches(from: Whereabouts, to: Folder, isWhole: boolean): boolean {
    if (from.dev !== to.stat.dev) return false;
    // What is whole is all here: it can be written once more.
    if (!isWhole && from.mount !== mountOf(to)) return false;
    return this.rights.of(from.path, from.base) === this.rights.of(to.path, to.base);
  }
}

interface Whereabouts {
  readonly dev: bigint;
  readonly mount: string;
  /** A path to reach it by, as of {@link Folder}. */
  readonly base: string;
  readonly path: string;
}

function whereaboutsOf(path: string): Whereabouts {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return { dev: fstatSync(fd, { bigint: true }).dev, mount: mountOfDescriptor(fd), base: path, path };
  } finally {
    giveBack(fd);
  }
}

const mountOf = ({ descriptor }: Folder): string => (descriptor === undefined ? '' : mountOfDescriptor(descriptor));

/** One file system may be mounted at several places, between which no rename leads. */
function mountOfDescriptor(fd: number): string {
  if (!knowsDescriptors) return '';
  return /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
}

/** A folder at the top of the root that is there as long as there is something in it. */
class FolderBelow {
  private opened: { readonly path: string; readonly base: string; readonly fd: number | undefined } | undefined;
  private users = 0;

  constructor(
    private readonly root: Root,
    private readonly own: ServerFolder | undefined,
    private readonly leftovers: Leftovers,
  ) {}

  /** @throws an `errno` error if the root takes no folder */
  reserve(top: Folder): Spot {
    const { path, base } = (this.opened ??= this.open(top));
    const name = newName();
    this.users++;
    const here = base + sep + name;
    return { path: here, pathFrom: () => here, release: () => this.leave(path), lost: () => this.lose(path) };
  }

  private open(top: Folder): NonNullable<FolderBelow['opened']> {
    const name = newName();
    const path = this.root.pathOf([name]);
    this.own?.journal.add(`${path}/`);
    let fd: number | undefined;
    try {
      mkdirSync(top.entry(name), 0o700);
      if (knowsDescriptors) fd = openSync(top.entry(name), constants.O_DIRECTORY | constants.O_NOFOLLOW);
      const base = fd === undefined ? path : descriptorPath(fd);
      // What keeps versions knows nothing of an empty folder, so this file comes before everything else.
      writeFileSync(base + sep + ignoreFile, '*\n', { flag: 'wx' });
      return { path, base, fd };
    } catch (error) {
      if (fd !== undefined) giveBack(fd);
      this.remove(path);
      throw error;
    }
  }

  private leave(path: string): void {
    if (this.opened?.path !== path || --this.users > 0) return;
    this.lose(path);
    this.remove(path);
  }

  private lose(path: string): void {
    if (this.opened?.path !== path) return;
    if (this.opened.fd !== undefined) giveBack(this.opened.fd);
    this.opened = undefined;
    this.users = 0;
  }

  private remove(path: string): void {
    this.leftovers.remove(path, () => this.own?.journal.delete(`${path}/`), removeTemporaryFolder);
  }
}
