/**
 * Has the system write to the disk what it keeps in memory: files, and the folders that list them. A failed flush is never tried
 * again: the system forgets what it could not write, and says of the next one that all is well.
 */
import { constants, fsync, lstatSync, open, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { giveBack } from './descriptor';
import { errnoOf, FileError } from './fileError';
import { Folder } from './folder';
import { Pool, pool } from './pool';
import type { Root } from './root';

const [opened, flushed] = [promisify(open), promisify(fsync)];

/** However many files are to be flushed, who reads or writes meanwhile waits for two of them at most. */
const turns = new Pool(2);

/** Resolves when a file is on the disk, its mode and its time among it. @throws an `errno` error: nobody knows what is there then */
export const flushFile = (fd: number): Promise<void> => turns.run(() => pool.run(() => flushed(fd)));

/** As {@link flushFile}; closes the descriptor. */
export async function flushAndClose(fd: number): Promise<void> {
  try {
    await flushFile(fd);
  } finally {
    giveBack(fd);
  }
}

/** Windows lets nobody flush a folder: its file system notes each rename in a journal of its own. Some others know no such call. */
const unable: Readonly<Record<'open' | 'fsync', readonly string[]>> =
  process.platform === 'win32'
    ? { open: ['EPERM', 'EACCES', 'EISDIR'], fsync: ['EPERM', 'EACCES', 'EINVAL'] }
    : { open: [], fsync: ['EINVAL'] };

const isUnable = (error: unknown): boolean => {
  const call = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  return (call === 'open' || call === 'fsync') && unable[call].includes(errnoOf(error) ?? '');
};

const hasFailed = (error: Error): boolean => 'syscall' in error && error.syscall === 'fsync' && !isUnable(error);

/** A folder, to be known again when it is opened once more. */
export interface FolderMark {
  readonly root: Root;
  /** Real path's segments, relative to the root. */
  readonly real: readonly string[];
  readonly id: string;
  /** When it was made, in nanoseconds; where the system does not tell, something that changes, or nothing. */
  readonly made: bigint;
}

const idOf = ({ dev, ino }: BigIntStats): string => `${dev} ${ino}`;

const identityOf = (stat: BigIntStats): Pick<FolderMark, 'id' | 'made'> => ({ id: idOf(stat), made: stat.birthtimeNs });

export const markOf = ({ root, real, stat }: Folder): FolderMark => ({ root, real, ...identityOf(stat) });

/** Of the folder that is now at a real path; undefined if none is. */
export function markAt(root: Root, real: readonly string[]): FolderMark | undefined {
  const stat = lstatSync(root.pathOf(real), { bigint: true, throwIfNoEntry: false });
  return stat?.isDirectory() === true ? { root, real, ...identityOf(stat) } : undefined;
}

/** Most folders of which is remembered that they are found after a crash, or may not be. */
const mostKnown = 1000;

export class Flushes {
  /** By path: those that have not begun yet, which serve all that is done before. */
  private readonly next = new Map<string, Promise<void>>();
  private readonly running = new Map<string, Promise<void>>();
  /** By path: the folder that is found there after a crash. */
  private readonly known = new Map<string, string>();
  /** Path and folder, where the flush failed of what made it be there. */
  private readonly doubtful = new Map<string, Error>();
  private changes = 0;

  /**
   * Resolves when all that was done in the folder until now is on the disk, and the folder is found there: what is above it is
   * flushed, too, where that is not known.
   *
   * @throws an `errno` error; FileError `busy` if somebody has put another in its place
   */
  async place(mark: FolderMark): Promise<void> {
    const { root, real } = mark;
    const above = real.map((_, depth) => ({ root, real: real.slice(0, depth) }));
    await this.placeAt({
      ...mark,
      path: root.pathOf(real),
      flush: () => flushFolder(mark),
      above: above.map((one) => [root.pathOf(one.real), () => flushFolder(one)]),
    });
  }

  /**
   * As {@link place}, of a folder of the server's own.
   *
   * @param path absolute
   * @param top a folder above it that nobody has just made
   */
  async placeOwn(path: string, top: string): Promise<void> {
    const above: string[] = [];
    for (let each = path; each !== top && each !== dirname(each);) above.push((each = dirname(each)));
    const flush = (folder: string) => () => flushPath(folder);
    const identity = identityOf(lstatSync(path, { bigint: true }));
    await this.placeAt({ path, ...identity, flush: flush(path), above: above.map((each) => [each, flush(each)]) });
  }

  private async placeAt(place: Place): Promise<void> {
    const { path, id, flush, above } = place;
    const key = keyOf(place);
    const doubt = this.doubtful.get(key);
    if (doubt !== undefined) throw doubt;
    const { changes } = this;
    const isKnown = this.known.get(path) === key;
    const all = isKnown ? [] : above.map(([each, work]) => this.flush(each, work));
    await Promise.all([
      this.flush(`${id} ${path}`, flush),
      Promise.all(all).catch((error: unknown) => this.failed(key, error)),
    ]);
    if (isKnown || changes !== this.changes) return;
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.set(path, key);
  }

  /** To be called when folders were moved, made or removed: what is above them is to be flushed anew. */
  forget(): void {
    this.changes++;
    this.known.clear();
  }

  /** What is in a folder that nobody knows to be on the disk is refused, as it cannot be flushed any more. */
  doubt(mark: FolderMark, reason: unknown): void {
    this.remember(keyOf({ ...mark, path: mark.root.pathOf(mark.real) }), reason);
  }

  private failed(key: string, error: unknown): never {
    this.remember(key, error);
    throw error;
  }

  private remember(key: string, reason: unknown): void {
    if (!(reason instanceof Error) || !hasFailed(reason)) return;
    for (const each of this.doubtful.keys()) if (this.doubtful.size >= mostKnown) this.doubtful.delete(each);
    this.doubtful.set(key, reason);
  }

  /** One flush for all who ask before it begins; who comes later shares the one after it. */
  private flush(key: string, work: () => Promise<void>): Promise<void> {
    const waiting = this.next.get(key);
    if (waiting !== undefined) return waiting;
    const flush = this.afterOthers(key, work);
    this.next.set(key, flush);
    return flush;
  }

  private async afterOthers(key: string, work: () => Promise<void>): Promise<void> {
    // Whoever waits for that one hears of its failure.
    await this.running.get(key)?.catch(() => undefined);
    await pool.run(async () => {
      this.next.delete(key);
      const flush = work();
      this.running.set(key, flush);
      await flush.finally(() => this.running.delete(key));
    });
  }
}

/** @param id of the folder, where another would be the wrong one */
type AskedFolder = Pick<FolderMark, 'root' | 'real'> & { readonly id?: string };

/** A folder that is to be found after a crash. */
interface Place extends Pick<FolderMark, 'id' | 'made'> {
  readonly path: string;
  readonly flush: () => Promise<void>;
  /** Those above it. */
  readonly above: readonly (readonly [path: string, flush: () => Promise<void>])[];
}

/** Numbers are given anew when a folder is gone: with the time that it was made at, one is only itself. */
const keyOf = ({ path, id, made }: Pick<Place, 'path' | 'id' | 'made'>): string => `${id} ${made} ${path}`;

async function flushFolder({ root, real, id }: AskedFolder): Promise<void> {
  const folder = Folder.open(root, real);
  try {
    if (id !== undefined && id !== idOf(folder.stat)) throw new FileError('busy', 'The folder is being replaced.');
    if (folder.descriptor === undefined) await flushPath(folder.path);
    else await whereAble(flushed(folder.descriptor));
  } finally {
    folder.close();
  }
}

/** @param path of a folder */
async function flushPath(path: string): Promise<void> {
  const fd = await whereAble(opened(path, constants.O_RDONLY));
  if (fd === undefined) return;
  try {
    await whereAble(flushed(fd));
  } finally {
    giveBack(fd);
  }
}

/** Undefined where the system has no such call. */
async function whereAble<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isUnable(error)) throw error;
    return undefined;
  }
}
