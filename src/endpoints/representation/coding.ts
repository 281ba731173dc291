/** Content codings (RFC 9110 §8.4.1, RFC 7932, RFC 8878): whole in memory, or as a stream. */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Pace } from '../../files/pace';
import { pool } from '../../files/pool';
import type { Coding } from '../../http/message/negotiate';

/** Newer versions of Node have zstd; the types of the oldest one do not. */
interface Zstd {
  readonly createZstdCompress?: (options: object) => Encoder;
  readonly zstdCompressSync?: (content: Uint8Array) => Buffer;
  readonly constants: { readonly ZSTD_c_windowLog?: number };
}

const { createZstdCompress, zstdCompressSync, constants }: Zstd = zlib as unknown as Zstd;
const { ZSTD_c_windowLog = 0 } = constants;

interface Encoder extends Transform {
  /** Puts out all that was put in. */
  flush(done: () => void): void;
}

/** What this runtime can make, the best first. */
export const codings: readonly Coding[] = createZstdCompress === undefined ? ['br', 'gzip'] : ['br', 'zstd', 'gzip'];

/** Log of the octets that a stream looks back at, and that its memory grows with. */
const window = 19;

/** Fast enough to be done for every request; the default of Brotli is for content that is coded once. */
const brotliOptions = {
  params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5, [zlib.constants.BROTLI_PARAM_LGWIN]: window },
};

const zstdOptions = { params: { [ZSTD_c_windowLog]: window } };

const inMemory: Readonly<Record<Coding, (content: Uint8Array) => Buffer>> = {
  br: (content) => zlib.brotliCompressSync(content, brotliOptions),
  gzip: (content) => zlib.gzipSync(content),
  zstd: (content) => (zstdCompressSync ?? zlib.gzipSync)(content),
};

const streams: Readonly<Record<Coding, () => Encoder>> = {
  br: () => zlib.createBrotliCompress(brotliOptions),
  gzip: () => zlib.createGzip(),
  zstd: () => createZstdCompress?.(zstdOptions) ?? zlib.createGzip(),
};

/** Octets that may be coded at once: a millisecond or two. */
export const codedAtOnce = 64 * 1024;

/** Codes content of no more than {@link codedAtOnce}. */
export const encodeNow = (coding: Coding, content: Uint8Array): Buffer => inMemory[coding](content);

/** What is coded on the way, such as an open file. */
export interface Original {
  readonly size: number;
  /** Fills `into`, or its beginning, from `position` on; returns the number of octets, 0 at the end. */
  read(into: Buffer, position: number): number | Promise<number>;
  close(): void;
}

/** Octets that are in memory but too many to be coded at once. */
export const originalOf = (bytes: Buffer): Original => ({
  size: bytes.length,
  read: (into, position) => bytes.copy(into, 0, position),
  close: () => undefined,
});

/** Lets so many answers be coded on the way at once: each takes a megabyte or two for as long as its reader takes. */
export class Encoders {
  private open = 0;

  constructor(private readonly most: number) {}

  /** @returns undefined if there are enough already: `original` is then still to be sent as it is, or closed */
  encode(original: Original, coding: Coding): CodedContent | undefined {
    if (this.open >= this.most) return undefined;
    this.open++;
    return new CodedContent(original, coding, () => this.open--);
  }
}

/** Octets per read of the original. */
const readSize = 256 * 1024;
/** After so many octets that gave nothing to send, what there is goes out: only so is it noticed that the client is gone. */
const quiet = 8 * 1024 * 1024;

/** Content coded on the way. To be iterated once; ending the iteration, even before it began, closes the original. */
export class CodedContent implements AsyncIterable<Buffer> {
  private readonly pieces: AsyncGenerator<Buffer, undefined>;
  private readonly end = new AbortController();
  private begun = false;

  /** @param onEnd called once, when nothing is coded any more */
  constructor(
    private readonly original: Original,
    coding: Coding,
    private readonly onEnd: () => void,
  ) {
    this.pieces = this.encode(coding);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return {
      next: () => {
        this.begun = true;
        return this.pieces.next();
      },
      return: () => {
        this.close();
        return this.pieces.return(undefined);
      },
    };
  }

  close(): void {
    if (this.end.signal.aborted) return;
    this.end.abort(new Error('Nobody reads it any more.'));
    this.original.close();
    // A generator that was never started does not get to its `finally`.
    if (!this.begun) this.onEnd();
  }

  /** Background work whose steps are operations of the pool: reading a piece, coding it. */
  private async *encode(coding: Coding): AsyncGenerator<Buffer, undefined> {
    const coded: Buffer[] = [];
    const encoder = streams[coding]().on('data', (piece: Buffer) => coded.push(piece));
    const buffer = Buffer.allocUnsafe(Math.min(readSize, this.original.size));
    let silent = 0;
    let position = 0;
    try {
      const pace = await Pace.begin(this.end.signal);
      while (position < this.original.size) {
        const count = await this.original.read(buffer, position);
        if (count === 0) throw new Error('The file became shorter while it was sent.');
        position += count;
        await pool.run(() => settled(encoder, (done) => encoder.write(buffer.subarray(0, count), done)));
        silent = coded.length > 0 ? 0 : silent + count;
        if (silent >= quiet) await pool.run(() => settled(encoder, (done) => encoder.flush(done)));
        yield* coded.splice(0);
        await pace.rest();
      }
      await pool.run(() => settled(encoder, (done) => encoder.once('end', done).end()));
      yield* coded;
    } finally {
      encoder.destroy();
      this.original.close();
      this.onEnd();
    }
  }
}

/** Resolves when `start` calls back; rejects on the encoder's error. */
function settled(encoder: Encoder, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    encoder.once('error', reject);
    start(() => {
      encoder.off('error', reject);
      resolve();
    });
  });
}
