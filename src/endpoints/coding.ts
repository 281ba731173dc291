/** Content codings (RFC 9110 §8.4.1, RFC 7932, RFC 8878): whole in memory, or as a stream. */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { pool } from '../files/pool';
import type { Coding } from '../http/negotiate';

/** Newer versions of Node have zstd; the types of the oldest one do not. */
interface Zstd {
  readonly createZstdCompress?: () => Transform;
  readonly zstdCompressSync?: (content: Uint8Array) => Buffer;
}

const { createZstdCompress, zstdCompressSync }: Zstd = zlib as unknown as Zstd;

/** What this runtime can make, the best first. */
export const codings: readonly Coding[] = createZstdCompress === undefined ? ['br', 'gzip'] : ['br', 'zstd', 'gzip'];

/** Fast enough to be done for every request; the default of Brotli is for content that is coded once. */
const brotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };

const inMemory: Readonly<Record<Coding, (content: Uint8Array) => Buffer>> = {
  br: (content) => zlib.brotliCompressSync(content, brotliOptions),
  gzip: (content) => zlib.gzipSync(content),
  zstd: (content) => (zstdCompressSync ?? zlib.gzipSync)(content),
};

const streams: Readonly<Record<Coding, () => Transform>> = {
  br: () => zlib.createBrotliCompress(brotliOptions),
  gzip: () => zlib.createGzip(),
  zstd: () => (createZstdCompress ?? zlib.createGzip)(),
};

/** Octets that may be coded at once: a millisecond or two. */
export const codedAtOnce = 64 * 1024;

/** For content of no more than {@link codedAtOnce}. */
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

/** Octets per read of the original. */
const readSize = 256 * 1024;

/** Content coded on the way. To be iterated once; ending the iteration, even before it began, closes the original. */
export class CodedContent implements AsyncIterable<Buffer> {
  private readonly pieces: AsyncGenerator<Buffer, undefined>;

  constructor(
    private readonly original: Original,
    coding: Coding,
  ) {
    this.pieces = encode(original, coding);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return {
      next: () => this.pieces.next(),
      // A generator that was never started would not get to its `finally`.
      return: () => {
        this.close();
        return this.pieces.return(undefined);
      },
    };
  }

  close(): void {
    this.original.close();
  }
}

/** Each step is one operation of the pool: reading a piece, or coding it. */
async function* encode(original: Original, coding: Coding): AsyncGenerator<Buffer, undefined> {
  const coded: Buffer[] = [];
  const encoder = streams[coding]().on('data', (piece: Buffer) => coded.push(piece));
  const buffer = Buffer.allocUnsafe(Math.min(readSize, original.size));
  try {
    for (let position = 0; position < original.size;) {
      const count = await original.read(buffer, position);
      if (count === 0) throw new Error('The file became shorter while it was sent.');
      position += count;
      await pool.run(() => settled(encoder, (done) => encoder.write(buffer.subarray(0, count), done)));
      yield* coded.splice(0);
    }
    await pool.run(() => settled(encoder, (done) => encoder.once('end', done).end()));
    yield* coded;
  } finally {
    encoder.destroy();
    original.close();
  }
}

/** Resolves when `start` calls back; rejects on the encoder's error. */
function settled(encoder: Transform, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    encoder.once('error', reject);
    start(() => {
      encoder.off('error', reject);
      resolve();
    });
  });
}
