/** Uploads that come in a content coding (RFC 9110 §8.4): what is stored is what was coded. */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Pace } from '../../files/pace';
import { HttpError } from '../../http/message/httpError';
import type { Fields } from '../../http/message/fields';
import type { RequestBody } from '../../http/message/message';
import { written } from '../common/written';
import { codings } from '../representation/coding';
import { ZstdFrame } from './zstdFrame';

type Coding = (typeof codings)[number];

/** Newer versions of Node have zstd; the types of the oldest one do not. */
const { createZstdDecompress }: { readonly createZstdDecompress?: (options: object) => Decoder } =
  zlib as unknown as object;

interface Decoder extends Transform {
  /** Octets of the coded stream that were used. */
  readonly bytesWritten: number;
  /** Begins anew, for what comes next; the types lack it. */
  readonly reset?: () => void;
}

/** Little is decoded ahead: a few octets can stand for a thousand times as many. */
const options = { chunkSize: 64 * 1024, readableHighWaterMark: 64 * 1024 };

const decoders: Readonly<Record<Coding, () => Decoder>> = {
  br: () => zlib.createBrotliDecompress(options),
  gzip: () => zlib.createGunzip(options),
  zstd: () => createZstdDecompress?.(options) ?? zlib.createGunzip(options),
};

/** RFC 9110 §12.5.3: in an answer, what a request may come in. */
const acceptable = ['Accept-Encoding', [...codings, 'identity'].join(', ')] as const;

/**
 * The coding that the content of a request is in; undefined for none.
 *
 * @throws {@link HttpError} 415 for one that is not known here, and for several
 */
export function codingOf(fields: Fields): Coding | undefined {
  const names = fields.list('content-encoding').map((name) => name.toLowerCase());
  const [name, ...others] = names.filter((each) => each !== 'identity');
  if (name === undefined) return undefined;
  // RFC 9110 §8.4.1.3: x-gzip is gzip.
  const coding = codings.find((known) => known === name.replace(/^x-gzip$/, 'gzip'));
  if (coding !== undefined && others.length === 0) return coding;
  throw new HttpError(415, `Content comes here as it is, or in one of the codings ${codings.join(', ')}.`, [
    acceptable,
  ]);
}

/** The content of a request on its way to be stored. */
interface Coded {
  readonly content: AsyncIterable<Uint8Array>;
  readonly coding: Coding;
  /** Whose content it is: it has to end when its place is needed. */
  readonly body: RequestBody;
  readonly signal: AbortSignal;
}

/** One upload that is being decoded. */
interface Occupant {
  /** When something came of it last; on the clock of `performance.now()`. */
  moved: number;
  readonly body: RequestBody;
}

/** Who has not moved for so long has to go when another needs the place, in milliseconds. */
const patience = 1000;

/** Uploads that are decoded, so many at once: each takes some memory for as long as its client takes. */
export class Decoders {
  private readonly places = new Set<Occupant>();

  /**
   * @param most at once
   * @param largest most octets that one upload may come to
   */
  constructor(
    private readonly most: number,
    private readonly largest: number,
  ) {}

  /**
   * What was coded, to be iterated once; background work.
   *
   * @throws {@link HttpError} when it is iterated: 503 if too many come at once; 400 if it is no such coding, or not all of
   *   it, or more than it; 413 if it comes to too much
   */
  async *decode(coded: Coded): AsyncGenerator<Uint8Array, undefined> {
    const occupant = this.enter(coded.body);
    try {
      yield* this.run(coded, occupant);
    } finally {
      this.places.delete(occupant);
    }
  }

  private enter(body: RequestBody): Occupant {
    if (this.places.size >= this.most) this.makeRoom();
    const occupant = { body, moved: performance.now() };
    this.places.add(occupant);
    return occupant;
  }

  /** Has the upload go that has stood still for longest. */
  private makeRoom(): void {
    const [slowest] = [...this.places].sort((one, other) => one.moved - other.moved);
    if (slowest === undefined || performance.now() - slowest.moved < patience) throw tooMany();
    this.places.delete(slowest);
    slowest.body.fail(tooMany());
  }

  private async *run({ content, coding, signal }: Coded, occupant: Occupant): AsyncGenerator<Uint8Array, undefined> {
    // Whoever reads it learns of an error, even one that comes before it is read.
    const decoder = decoders[coding]().on('error', () => undefined);
    const feeding = feed(coding === 'zstd' ? wholeZstd(content, decoder) : content, decoder, occupant);
    let size = 0;
    try {
      const pace = await Pace.begin(signal);
      for await (const piece of decoder as AsyncIterable<Buffer>) {
        occupant.moved = performance.now();
        size += piece.length;
        if (size > this.largest) throw tooLarge(this.largest);
        yield piece;
        await pace.rest();
      }
      await feeding;
    } catch (error) {
      throw failureOf(error);
    } finally {
      // What feeds the decoder may be waiting for the client; it ends with the body.
      decoder.destroy();
    }
  }
}

/** The same content, frame after frame. @throws {@link HttpError} 400 at its end, if that is not the end of a frame */
async function* wholeZstd(content: AsyncIterable<Uint8Array>, decoder: Decoder): AsyncGenerator<Uint8Array, undefined> {
  let frame = new ZstdFrame();
  for await (const octets of content) {
    for (let at = 0; at < octets.length;) {
      if (frame.isWhole) {
        frame = new ZstdFrame();
        decoder.reset?.();
      }
      const start = at;
      at += frame.see(octets.subarray(at));
      yield octets.subarray(start, at);
    }
  }
  if (!frame.isWhole) throw malformed('it ends early');
}

/** Resolves when all was decoded; a failure is the decoder's, too. */
function feed(content: AsyncIterable<Uint8Array>, decoder: Decoder, occupant: Occupant): Promise<void> {
  const feeding = put(content, decoder, occupant);
  feeding.catch((error: unknown) => decoder.destroy(error as Error));
  return feeding;
}

async function put(content: AsyncIterable<Uint8Array>, decoder: Decoder, occupant: Occupant): Promise<void> {
  let fed = 0;
  for await (const bytes of content) {
    occupant.moved = performance.now();
    fed += bytes.length;
    await written(decoder, bytes, overlong);
    if (decoder.bytesWritten < fed) throw overlong();
  }
  if (fed === 0) throw malformed('it is empty');
  decoder.end();
}

const decoderWord = /^(?:Z_|ERR_(?:_|BROTLI|ZSTD)|ERR_PADDING|ZSTD_)/;
/** For want of memory, or asked for what it is not made for. */
const ownTrouble = /Z_(?:MEM|STREAM|VERSION)_|ALLOC_|_allocation/;

/** What the decoder finds in it is the client's mistake; not that there is no memory for it. */
function failureOf(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return malformed('it ends early');
  return decoderWord.test(code) && !ownTrouble.test(code) ? malformed('it cannot be decoded') : error;
}

const malformed = (what: string): HttpError =>
  new HttpError(400, `The content is not in the coding that its Content-Encoding says: ${what}.`);

const overlong = (): HttpError => malformed('something follows its end');

const tooLarge = (largest: number): HttpError =>
  new HttpError(413, `The content comes to more than the ${largest} octets allowed here, once it is decoded.`, [], {
    option: 'limits',
  });

const tooMany = (): HttpError =>
  new HttpError(503, 'Too many coded uploads come at once: send it without a Content-Encoding, or later.', [
    ['Retry-After', '1'],
  ]);
