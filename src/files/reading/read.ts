/** Open once, stat the descriptor, read that descriptor. */
import { constants, fstatSync, openSync, read, readSync, statSync, type BigIntStats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { FileError, readFailure } from '../fileError';
import { pool, Promptness } from '../pool';
import { giveBack, persistently, locateDescriptor } from '../descriptor';
import { concealed, type Root } from '../root';

/** Content of this many octets and fewer is read at once. */
export const smallSize = 64 * 1024;

/**
 * Opening a FIFO or a device must not block, nor a terminal become ours. Windows knows neither flag: there they are
 * undefined, which counts as 0.
 */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

interface Paths {
  readonly path: string;
  /** Without links in it. */
  readonly real: string;
}

/** A regular file inside the folder, held open. Whoever opened it closes it. */
export class OpenFile {
  /** In octets, when it was opened. */
  readonly size: number;
  private reading = false;
  private closed = false;
  private retained = 0;
  /** The path it was opened by. */
  readonly path: string;
  readonly real: string;

  /** @param promptness of its reads */
  constructor(
    private readonly fd: number,
    readonly stat: BigIntStats,
    { path, real }: Paths,
    private readonly promptness = new Promptness(),
  ) {
    this.path = path;
    this.real = real;
    this.size = Number(stat.size);
  }

  /**
   * Fills `into`, or its beginning, from `position` on; resolves to the number of octets, 0 at the end. What else
   * waits for the event loop has its turn before.
   */
  async read(into: Buffer, position: number): Promise<number> {
    if (!this.promptness.expected) return pool.run(() => this.readInPool(into, position));
    await setImmediate();
    return this.readNow(into, position);
  }

  private readNow(into: Buffer, position: number): number {
    if (this.isGone) throw new Error('The file is closed.');
    // A little shows whether the file is in memory.
    const length = this.promptness.known ? into.length : Math.min(into.length, smallSize);
    return this.promptness.watch(() => readSync(this.fd, into, 0, length, position));
  }

  private readInPool(into: Buffer, position: number): Promise<number> {
    if (this.isGone) return Promise.reject(new Error('The file is closed.'));
    this.reading = true;
    return new Promise((resolve, reject) => {
      read(this.fd, into, 0, into.length, position, (error, count) => {
        this.reading = false;
        if (this.isGone) giveBack(this.fd);
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** Reads synchronously; for small amounts only. May return fewer octets, at the end of the file. */
  readSync(length: number, position = 0): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.fd, bytes, filled, length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /**
   * Reads synchronously to the end, wherever that is.
   *
   * @returns undefined if there are more than `most` octets
   */
  readToEnd(most: number): Buffer | undefined {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = this.readSync(smallSize, length);
      if (piece.length === 0) return Buffer.concat(pieces);
      pieces.push(piece);
      length += piece.length;
      if (length > most) return undefined;
    }
  }

  /** The state of the file now. */
  restat(): BigIntStats {
    return fstatSync(this.fd, { bigint: true });
  }

  /** Part of the file as a source of bytes that closes the file. */
  slice(start: number, length: number): FileSlice {
    return new FileSlice(this, start, length);
  }

  /** Keeps it open until {@link release}, whoever closes it meanwhile. */
  retain(): void {
    this.retained++;
  }

  release(): void {
    this.retained--;
    if (this.isGone) this.end();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.isGone) this.end();
  }

  private get isGone(): boolean {
    return this.closed && this.retained === 0;
  }

  /** Lets a read that is under way finish: its descriptor must not mean another file meanwhile. */
  private end(): void {
    if (!this.reading) giveBack(this.fd);
  }
}

/** Octets of an open file, in order and once. */
class FileSlice {
  private position: number;

  constructor(
    private readonly file: OpenFile,
    start: number,
    readonly length: number,
  ) {
    this.position = start;
  }

  async read(into: Buffer): Promise<number> {
    const count = await this.file.read(into, this.position);
    this.position += count;
    return count;
  }

  close(): void {
    this.file.close();
  }
}

/**
 * Opens a file of the folder for reading.
 *
 * @returns undefined if there is a folder
 * @throws FileError `badPath`, `missing`, `hidden`, `denied` or `busy`
 */
export function openFile(root: Root, segments: readonly string[]): OpenFile | undefined {
  try {
    const path = root.locate(segments);
    // To open a device can have effects, so only a path that leads to a file is opened.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return undefined;
    if (found?.isFile() !== true) throw new FileError('missing', 'There is no such file.');
    return persistently(() => tryOpen(root, segments, path));
  } catch (error) {
    throw readFailureAt(root, segments, error);
  }
}

/** {@link readFailure} for a path; what is not there is looked for no further. */
function readFailureAt(root: Root, segments: readonly string[], error: unknown): unknown {
  const failure = readFailure(error);
  const isMissing = failure instanceof FileError && failure.kind === 'missing';
  return isMissing ? failure : readFailure(concealed(root, segments, error));
}

function tryOpen(root: Root, segments: readonly string[], path: string): OpenFile | undefined {
  const fd = openSync(path, openFlags);
  let file: OpenFile | undefined;
  try {
    const stat = fstatSync(fd, { bigint: true });
    if (!stat.isFile()) throw new FileError('missing', 'There is no such file.');
    const there = locateDescriptor(root, segments, { fd, path, stat });
    if (there !== undefined) file = new OpenFile(fd, stat, { path, real: there.real });
    return file;
  } finally {
    if (file === undefined) giveBack(fd);
  }
}
