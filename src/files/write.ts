/** Stores a file whole or not at all: a hidden temporary file beside the target, then one rename. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  write,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { errnoOf, FileError, writeFailure } from './errors';
import { Folder } from './folder';
import { pool } from './pool';
import type { Root } from './root';

export interface Stored {
  /** Whether there was no such file before. */
  readonly created: boolean;
  /** Real path relative to the root, with `/`. */
  readonly path: string;
}

/** Throws if the target is not as the writer wants it: called before the content is read and again before the rename. */
export type Check = () => void;

const newName = (): string => `.http-server-${randomBytes(12).toString('hex')}.tmp`;

/** Where a file goes: its folder, held, and its name in there. */
class Place {
  private readonly made: { readonly folder: Folder; readonly name: string }[] = [];
  private readonly opened: Folder[] = [];
  name = '';

  constructor(private readonly root: Root) {}

  /** Holds the target's folder, and makes it if need be. A link to a file stands for that file. */
  reach(segments: readonly string[]): void {
    this.root.locate(segments);
    this.approach(segments);
    const real = this.realTarget(segments);
    if (real === undefined) return;
    this.approach(real);
    if (this.stat()?.isSymbolicLink() === true) throw new FileError('busy', 'The file is being replaced.');
  }

  get held(): Folder {
    const folder = this.opened.at(-1);
    if (folder === undefined) throw new Error('No folder is held.');
    return folder;
  }

  get target(): string {
    return this.held.entry(this.name);
  }

  /** What is at the target now, itself and not what it links to. */
  stat(): Stats | undefined {
    return lstatSync(this.target, { throwIfNoEntry: false });
  }

  /** The file at the target, or nothing. @throws FileError `folder` for anything else; `EACCES` if it is read-only */
  replaceable(): Stats | undefined {
    const stat = this.stat();
    if (stat === undefined) return undefined;
    if (!stat.isFile()) throw new FileError('folder', 'A folder, or a thing that is no file, has that name.');
    accessSync(this.target, constants.W_OK);
    return stat;
  }

  close(): void {
    for (const folder of this.opened) folder.close();
  }

  /** Removes the folders that were made, unless somebody has put something into them, or in their place. */
  undo(): void {
    for (const { folder, name } of this.made.toReversed()) {
      try {
        rmdirSync(folder.entry(name));
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
      }
    }
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
      if (folder.make(name)) this.made.push({ folder, name });
      this.opened.push(folder.child(name, parents.slice(0, depth + 1)));
    }
  }

  /** Where the target, if it is a link, really leads; undefined if it is none. */
  private realTarget(segments: readonly string[]): readonly string[] | undefined {
    const stat = this.stat();
    if (stat === undefined) return undefined;
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

function openIfThere(root: Root, segments: readonly string[]): Folder | undefined {
  try {
    return Folder.open(root, segments);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** To a writer, what is hidden is protected. */
function failure(error: unknown): unknown {
  if (error instanceof FileError && error.kind === 'hidden') {
    return new FileError('protected', 'That path may not be written.', { cause: error });
  }
  return writeFailure(error);
}

/**
 * Stores `content` as the file of these segments. If anything fails, the old file is as it was and nothing new is there.
 *
 * @throws FileError; whatever `content` or `check` throws
 */
export async function store(
  root: Root,
  segments: readonly string[],
  content: AsyncIterable<Uint8Array>,
  check: Check,
): Promise<Stored> {
  const place = new Place(root);
  let done = false;
  try {
    place.reach(segments);
    place.replaceable();
    check();
    const created = await fill(place, content, check);
    done = true;
    return { created, path: [...place.held.real, place.name].join('/') };
  } catch (error) {
    throw failure(error);
  } finally {
    if (!done) place.undo();
    place.close();
  }
}

/** Returns whether the file is a new one. */
async function fill(place: Place, content: AsyncIterable<Uint8Array>, check: Check): Promise<boolean> {
  const temporary = place.held.entry(newName());
  const file = new Temporary(temporary);
  try {
    for await (const bytes of content) await file.write(bytes);
    // From here on nothing is awaited: no other request comes between the check and the rename.
    const old = place.replaceable();
    check();
    file.finish(old?.mode);
    renameSync(temporary, place.target);
    return old === undefined;
  } catch (error) {
    file.discard();
    throw error;
  }
}

class Temporary {
  private fd: number | undefined;

  constructor(private readonly path: string) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    this.fd = openSync(path, flags, 0o666);
  }

  /** Writes all of `bytes` behind what is there. */
  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const written = await pool.run(() => this.writeSome(rest));
      rest = rest.subarray(written);
    }
  }

  private writeSome(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.fd ?? -1, bytes, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** @param mode that of the file to be replaced */
  finish(mode: number | undefined): void {
    if (this.fd === undefined) return;
    if (mode !== undefined) fchmodSync(this.fd, mode & 0o7777);
    this.close();
  }

  discard(): void {
    try {
      this.close();
    } finally {
      unlinkSync(this.path);
    }
  }

  private close(): void {
    const { fd } = this;
    this.fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Removes the file of these segments; of a link, the link.
 *
 * @throws FileError `missing`, `folder`, `protected` and others; whatever `check` throws
 */
export function remove(root: Root, segments: readonly string[], check: Check): void {
  try {
    root.locate(segments);
    const name = segments.at(-1);
    if (name === undefined) throw new FileError('folder', 'The folder itself cannot be removed.');
    const folder = Folder.open(root, segments.slice(0, -1));
    try {
      if (!root.shows(folder.real, name)) throw new FileError('protected', 'That path may not be written.');
      removeEntry(root, folder.entry(name), segments, check);
    } finally {
      folder.close();
    }
  } catch (error) {
    throw errnoOf(error) === 'ENOTDIR' ? new FileError('missing', 'There is no such file.') : failure(error);
  }
}

function removeEntry(root: Root, path: string, segments: readonly string[], check: Check): void {
  root.admit(realpathSync.native(path), segments);
  const stat = statSync(path);
  if (stat.isDirectory()) throw new FileError('folder', 'A folder has that name.');
  if (!stat.isFile()) throw new FileError('missing', 'There is no such file.');
  check();
  unlinkSync(path);
}
