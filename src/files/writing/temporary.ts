/** A file that is filled out of sight, and takes its place or goes. */
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  openSync,
  read,
  readlinkSync,
  renameSync,
  write,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename } from 'node:path';
import { errnoOf, FileError, succeeds } from '../fileError';
import { flushFile } from '../flushes';
import type { Leftovers } from '../unfinished/leftovers';
import type { UploadTarget } from './uploadTarget';
import { pool, Promptness } from '../pool';
import { descriptorPath, giveBack, knowsDescriptors } from '../descriptor';
import type { Spot } from './staging';

/** To go through the thread pool costs more than to write less than this, wherever it goes. In octets. */
const pooledSize = 64 * 1024;
/** Octets per piece of what is read again. */
const pieceSize = 256 * 1024;
/** There is one for all files: how long a write takes depends on what others have written before. */
const promptness = new Promptness();

const [user, group] = [process.geteuid?.(), process.getegid?.()];

/** Only the superuser gives files away, and only to a group of one's own does anybody else. */
function setOwner(fd: number, { uid, gid }: Stats): void {
  if (user === undefined || (uid === user && gid === group)) return;
  if (!succeeds(() => fchownSync(fd, uid, gid))) succeeds(() => fchownSync(fd, user, gid));
}

/**
 * The mode of a file that replaces one of the mode `old`, and would have `fresh` if there were none. Where there is an access
 * control list, which Node.js cannot read, the bits of the group are its mask: the group itself may have had less. So it gets no
 * more than others have, or the group of a new file. Bits that lend the owner's rights to whoever runs it do not go to new content.
 *
 * @param fresh is asked for where the group has more than others have, which is seldom
 */
function keptMode(old: number, fresh: () => number): number {
  const beyondOthers = old & 0o070 & ~((old & 0o007) << 3);
  const wider = beyondOthers === 0 ? 0 : beyondOthers & ~fresh();
  return old & 0o777 & ~wider;
}

const isAlike = ({ mode, uid, gid }: Stats, other: Stats | undefined): boolean =>
  mode === other?.mode && uid === other.uid && gid === other.gid;

/** Where a file system keeps no modes, all files have the same. @throws the system's error if more would be granted */
function setMode(fd: number, mode: number): void {
  try {
    fchmodSync(fd, mode);
  } catch (error) {
    if ((fstatSync(fd).mode & 0o777 & ~mode) !== 0) throw error;
  }
}

/** What an earlier server has left. */
export interface FoundFile {
  /** How many of its octets count; all if undefined. */
  readonly size: number | undefined;
}

/** No link is followed, and what others can reach by another name is not ours. @throws an `errno` error; FileError */
function reopen(path: string, { size }: FoundFile): number {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(fd);
    const isOwn = stat.isFile() && stat.nlink === 1 && (user === undefined || stat.uid === user);
    if (!isOwn) throw new FileError('missing', 'There is no such upload.');
    if (size !== undefined && size < stat.size) ftruncateSync(fd, size);
    return fd;
  } catch (error) {
    giveBack(fd);
    throw error;
  }
}

export class Temporary {
  /** In octets. */
  size = 0;
  private spot: Spot;
  private fd: number | undefined;
  /** Whether all of it, with mode and time, is on the disk; only ever where somebody has flushed it. */
  private isFlushed = false;
  /** Whose mode and owner it has. */
  private resembled: Stats | undefined;

  /**
   * @param reserve a name for it, in a folder that is there
   * @param found where it is there already
   * @param mode that it has at most, where it replaces nothing
   * @throws an `errno` error
   */
  constructor(
    private readonly leftovers: Leftovers,
    target: UploadTarget,
    reserve: () => Spot,
    { found, mode = 0o666 }: { readonly found?: FoundFile | undefined; readonly mode?: number | undefined } = {},
  ) {
    this.spot = reserve();
    if (found !== undefined) {
      this.fd = reopen(this.spot.path, found);
      this.size = fstatSync(this.fd).size;
      return;
    }
    // Nobody reads here what they may not read there.
    const most = ownersAtLeast(target.found === undefined ? mode : target.found.mode & 0o666);
    try {
      this.fd = create(this.spot, target, most);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || this.spot.lost === undefined) throw error;
      // Somebody has cleared away what was of no use to them.
      this.spot.lost();
      this.spot = reserve();
      this.fd = create(this.spot, target, most);
    }
  }

  /** Writes all of `bytes` behind what is there. One call at a time. */
  async write(bytes: Uint8Array): Promise<void> {
    this.isFlushed = false;
    if (bytes.length < pooledSize || promptness.expected) {
      this.writeNow(bytes);
      return;
    }
    let rest = bytes;
    while (rest.length > 0) {
      const written = await pool.run(() => this.writeSome(rest));
      this.size += written;
      rest = rest.subarray(written);
    }
  }

  /** As {@link write}, at once, whether that is prompt or not. */
  writeNow(bytes: Uint8Array): void {
    promptness.watch(() => this.writeAll(bytes));
  }

  private writeAll(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = writeSync(this.fd ?? -1, bytes, written, bytes.length - written, this.size);
      written += count;
      this.size += count;
    }
  }

  private writeSome(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.fd ?? -1, bytes, 0, bytes.length, this.size, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** What is there from `from` on, in pieces; each is good until the next is asked for. */
  async *pieces(from: number): AsyncGenerator<Buffer, undefined> {
    const buffer = Buffer.allocUnsafe(Math.min(pieceSize, Math.max(this.size - from, 1)));
    for (let position = from; position < this.size;) {
      const count = await pool.run(() => this.readSome(buffer, position));
      if (count === 0) throw new FileError('busy', 'Somebody has cut what was unfinished.');
      yield buffer.subarray(0, count);
      position += count;
    }
  }

  private readSome(into: Buffer, position: number): Promise<number> {
    const length = Math.min(into.length, this.size - position);
    return new Promise((resolve, reject) => {
      read(this.fd ?? -1, into, 0, length, position, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** Takes back what is behind the first `size` octets. */
  truncate(size: number): void {
    if (this.fd !== undefined) ftruncateSync(this.fd, size);
    this.isFlushed = false;
    this.size = size;
  }

  get isOnDisk(): boolean {
    return this.isFlushed;
  }

  /** Resolves when it is on the disk as it is now. @throws an `errno` error: then it is of no use any more */
  async flush(): Promise<void> {
    if (this.isFlushed) return;
    // Of what was closed, nobody would know whether the system could write it.
    if (this.fd === undefined) throw new Error('The file is closed.');
    await flushFile(this.fd);
    this.isFlushed = true;
  }

  /** Closes the file: nothing more will be written. */
  close(): void {
    const { fd } = this;
    this.fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  /** Takes over the mode of a file and, where the system allows that, its owner and group. */
  resemble(file: Stats, target: UploadTarget): void {
    if (this.isFlushed && isAlike(file, this.resembled)) return;
    this.resembled = file;
    this.isFlushed = false;
    // Once the file was closed, nobody knows whether what lies there is still ours: no link is followed.
    this.fd ??= openSync(this.spot.pathFrom(target), constants.O_WRONLY | constants.O_NOFOLLOW);
    const { fd } = this;
    setOwner(fd, file);
    const mode = keptMode(file.mode, () => fstatSync(fd).mode);
    setMode(fd, mode);
  }

  /** Sets when the file was modified. To be called when nothing more is written. @param modified in milliseconds since the epoch */
  stamp(modified: number): void {
    // As a number, Node.js would take a time before 1970 for now.
    if (this.fd !== undefined && !this.isFlushed) futimesSync(this.fd, new Date(), new Date(modified));
  }

  /** Puts the file in the place of its target. @throws an `errno` error */
  replace(target: UploadTarget): void {
    renameSync(this.spot.pathFrom(target), target.target);
  }

  /** The number of the file, which stays when it takes its place. @throws an `errno` error */
  numberFrom(target: UploadTarget): number {
    return lstatSync(this.spot.pathFrom(target)).ino;
  }

  /** To be called when the file is in its place: its name for the time before is free. */
  placed(): void {
    this.spot.release();
  }

  /** Moves the file to another spot, if need be by a copy. @throws an `errno` error: the file is then where it was */
  moveTo(spot: Spot, target: UploadTarget): void {
    const path = this.spot.pathFrom(target);
    try {
      move(path, spot.pathFrom(target), this.isFlushed);
    } catch (error) {
      this.leftovers.remove(spot.path, spot.release);
      throw error;
    }
    this.leftovers.remove(path, this.spot.release);
    this.spot = spot;
  }

  /** Removes the file. What the system does not let go of is tried again later, and stays noted until it is gone. */
  discard(): void {
    const path = this.ownPath();
    succeeds(() => this.close());
    this.leftovers.remove(path, this.spot.release);
  }

  /** Nothing more is done with it: it stays where it is. */
  leave(): void {
    succeeds(() => this.close());
  }

  /** Where it is, also if somebody has moved its folder. */
  ownPath(): string {
    const { path } = this.spot;
    if (this.fd === undefined || !knowsDescriptors) return path;
    const { fd } = this;
    let real = path;
    succeeds(() => (real = readlinkSync(descriptorPath(fd))));
    return basename(real) === basename(path) ? real : path;
  }
}

/** It may have to be opened once more. */
const ownersAtLeast = (mode: number): number => (mode & 0o777) | 0o600;

function create(spot: Spot, target: UploadTarget, mode: number): number {
  try {
    return openSync(spot.pathFrom(target), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, mode);
  } catch (error) {
    spot.release();
    throw error;
  }
}

/** @param isFlushed whether the file is on the disk, and a copy has to be, too */
function move(from: string, to: string, isFlushed: boolean): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    dressCopy(lstatSync(from), to, isFlushed);
  }
}

/** Nothing may be awaited here, between the check and the rename; hardly a file system needs a copy. */
function dressCopy(original: Stats, path: string, isFlushed: boolean): void {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    setOwner(fd, original);
    setMode(fd, original.mode & 0o777);
    futimesSync(fd, original.atime, original.mtime);
    if (isFlushed) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
