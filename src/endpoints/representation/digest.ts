/** Repr-Digest (RFC 9530 §3) for those who want one. */
import { createHash } from 'node:crypto';
import { Pace } from '../../files/pace';
import { OpenFile } from '../../files/reading/read';
import { isSettled, sameVersion } from '../../files/reading/small';
import type { Fields } from '../../http/message/fields';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { dictionaryOf } from '../../http/message/structuredFields';
import { closeContent, isSliceable, type Sliceable } from './content';
import type { Representation } from './representation';
import { SharedWork } from './sharedWork';

export type Algorithm = 'sha-256' | 'sha-512';

/** The algorithms as the runtime names them. */
export const hashes: Readonly<Record<Algorithm, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

export const algorithms: readonly Algorithm[] = ['sha-256', 'sha-512'];

/** The algorithm that Want-Repr-Digest (RFC 9530 §4) prefers; undefined if it wants none that is known here. */
export function wantedDigest(fields: Fields): Algorithm | undefined {
  if (!fields.has('want-repr-digest')) return undefined;
  const preferences = dictionaryOf(fields, 'want-repr-digest');
  if (preferences === 'malformed') return undefined;
  let best: Algorithm | undefined;
  let bestWeight = 0;
  for (const [key, weight] of preferences) {
    const algorithm = algorithms.find((each) => each === key);
    if (algorithm === undefined || !isWeight(weight) || weight <= bestWeight) continue;
    best = algorithm;
    bestWeight = weight;
  }
  return best;
}

/** Octets per slice; hashing so many takes less than a millisecond. */
const sliceSize = 256 * 1024;
/** Digests that are remembered. */
const mostKnown = 1000;

const isWeight = (value: unknown): value is number =>
  Number.isInteger(value) && 0 <= Number(value) && Number(value) <= 10;

/** @param digest in base64 */
export const reprDigest = (algorithm: Algorithm, digest: string): FieldLine => [
  'Repr-Digest',
  `${algorithm}=:${digest}:`,
];

/** Digests of representations: each is made once, whoever wants it, and by all who want it together. */
export class Digests {
  private readonly ofMemory = new WeakMap<Buffer, Map<Algorithm, string>>();
  /** Digests of files, by what identifies a file and its state. */
  private readonly known = new Map<string, string>();
  private readonly making = new Map<string, SharedWork<string | undefined>>();
  private working = 0;

  /** @param most of how many files a digest is made at once: a digest is a wish, and some go without it */
  constructor(private readonly most: number) {}

  /**
   * The answer with a Repr-Digest, which is of the whole representation whatever part of it is sent.
   *
   * @throws what {@link Representation.answer} does; the reason of the request's signal
   */
  async answer(request: Request, representation: Representation, algorithm: Algorithm): Promise<Response> {
    const { content } = representation;
    const response = representation.answer(request);
    if (response.status === 304 || !isSliceable(content)) return response;
    try {
      const digest = await this.of(content, algorithm, request.signal);
      if (digest === undefined) return response;
      const line = reprDigest(algorithm, digest);
      return { status: response.status, fields: [...response.fields, line], body: response.body };
    } catch (error) {
      closeContent(content);
      throw error;
    }
  }

  /** The digest of `content` in base64; undefined if none can be told. */
  private of(content: Sliceable, algorithm: Algorithm, signal: AbortSignal): Promise<string | undefined> {
    return content instanceof OpenFile
      ? this.ofFile(content, algorithm, signal)
      : this.ofOctets(content, algorithm, signal);
  }

  private async ofOctets(content: Buffer, algorithm: Algorithm, signal: AbortSignal): Promise<string> {
    const made = this.ofMemory.get(content) ?? new Map<Algorithm, string>();
    this.ofMemory.set(content, made);
    const digest = made.get(algorithm) ?? (await hashOf(slicesOf(content), algorithm, signal));
    made.set(algorithm, digest);
    return digest;
  }

  private async ofFile(file: OpenFile, algorithm: Algorithm, signal: AbortSignal): Promise<string | undefined> {
    const { dev, ino, mtimeNs, ctimeNs, size } = file.stat;
    const key = [algorithm, dev, ino, mtimeNs, ctimeNs, size].join(' ');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    // Of a file whose state may come again with other content, nothing is shared or remembered.
    if (!isSettled(file.stat)) return this.make(file, algorithm, signal);
    let work = this.making.get(key);
    if (work === undefined || work.isAbandoned) {
      work = new SharedWork((own) => this.makeLasting(key, file, algorithm, own));
      this.making.set(key, work);
    }
    return work.wait(signal);
  }

  private async makeLasting(
    key: string,
    file: OpenFile,
    algorithm: Algorithm,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const digest = await this.make(file, algorithm, signal);
      if (digest !== undefined) this.remember(key, digest);
      return digest;
    } finally {
      // Whoever came after all had left has begun anew, under the same key.
      if (!signal.aborted) this.making.delete(key);
    }
  }

  private async make(file: OpenFile, algorithm: Algorithm, signal: AbortSignal): Promise<string | undefined> {
    if (this.working >= this.most) return undefined;
    this.working++;
    file.retain();
    try {
      const digest = await hashOf(piecesOf(file), algorithm, signal);
      return sameVersion(file.restat(), file.stat) ? digest : undefined;
    } finally {
      file.release();
      this.working--;
    }
  }

  /** Remembers a digest; those that were made first make room. */
  private remember(key: string, digest: string): void {
    const [oldest] = this.known.size >= mostKnown ? this.known.keys() : [];
    if (oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, digest);
  }
}

type Pieces = Iterable<Buffer> | AsyncIterable<Buffer>;

async function hashOf(pieces: Pieces, algorithm: Algorithm, signal: AbortSignal): Promise<string> {
  const hash = createHash(hashes[algorithm]);
  const pace = await Pace.begin(signal);
  for await (const piece of pieces) {
    hash.update(piece);
    await pace.rest();
  }
  return hash.digest('base64');
}

function* slicesOf(content: Buffer): Generator<Buffer, undefined> {
  for (let at = 0; at < content.length; at += sliceSize) yield content.subarray(at, at + sliceSize);
}

async function* piecesOf(file: OpenFile): AsyncGenerator<Buffer, undefined> {
  const buffer = Buffer.allocUnsafe(sliceSize);
  for (let position = 0; position < file.size;) {
    const count = await file.read(buffer, position);
    if (count === 0) throw new Error('The file became shorter while it was read.');
    yield buffer.subarray(0, count);
    position += count;
  }
}
