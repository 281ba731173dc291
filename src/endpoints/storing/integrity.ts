/** Content-Digest and Repr-Digest of what is uploaded (RFC 9530 §§2, 3), in the head and in the trailer section. */
import { createHash, type Hash } from 'node:crypto';
import { Pace } from '../../files/pace';
import type { Fields } from '../../http/message/fields';
import { HttpError } from '../../http/message/httpError';
import type { RequestBody } from '../../http/message/message';
import { dictionaryOf, octetsOf } from '../../http/message/structuredFields';
import { algorithms, hashes, type Algorithm } from '../representation/digest';

/** As long as no content coding is taken, the content of a request is its representation, and both mean the same. */
export const digestFields: readonly string[] = ['content-digest', 'repr-digest'];

interface Expected {
  readonly field: string;
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
}

/** What the content must turn out to be, and what it turned out to be. */
export class Expectations {
  private readonly results = new Map<Algorithm, Buffer>();

  private static readonly nothing = new Expectations([], new Map());

  private constructor(
    private readonly expected: readonly Expected[],
    private readonly hashes: ReadonlyMap<Algorithm, Hash>,
  ) {}

  /**
   * Reads the fields of these names, in lower case.
   *
   * @param also algorithms whose digest somebody will want to know
   * @throws {@link HttpError} 400 if one cannot be read
   */
  static of(fields: Fields, names: readonly string[], also: readonly Algorithm[]): Expectations {
    // Hardly any request has such a field.
    const isSaid = names.some((name) => fields.has(name));
    if (!isSaid && also.length === 0) return Expectations.nothing;
    const expected = isSaid ? expectedBy(fields, names) : [];
    const all = [...expected.map(({ algorithm }) => algorithm), ...also];
    return new Expectations(expected, new Map(all.map((name) => [name, createHash(hashes[name])])));
  }

  /** Whether nobody wants to know. */
  get none(): boolean {
    return this.hashes.size === 0;
  }

  /** A copy that expects the same, and has seen the same. */
  copy(): Expectations {
    return new Expectations(this.expected, new Map([...this.hashes].map(([name, hash]) => [name, hash.copy()])));
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.hashes.values()) hash.update(bytes);
  }

  /** To be called once, at the end. @throws {@link HttpError} 400 if it was something else */
  check(): void {
    this.end();
    for (const each of this.expected) compare(each, this.digest(each.algorithm));
  }

  /** As {@link check}, for who has a use for what it was instead. */
  isMet(): boolean {
    this.end();
    return this.expected.every(({ algorithm, digest }) => this.digest(algorithm)?.equals(digest));
  }

  private end(): void {
    for (const [algorithm, hash] of this.hashes) this.results.set(algorithm, hash.digest());
  }

  /** The digest of the content by an algorithm that somebody wanted to know; to be asked for once it was checked. */
  digest(algorithm: Algorithm): Buffer | undefined {
    return this.results.get(algorithm);
  }
}

/** The digests that the fields expect, of algorithms that are known here; others do not count (RFC 9530 §2). */
function expectedBy(fields: Fields, names: readonly string[]): Expected[] {
  return names.flatMap((field) => {
    const dictionary = dictionaryOf(fields, field);
    if (dictionary === 'malformed') throw malformed(field);
    return algorithms.flatMap((algorithm) => {
      if (!dictionary.has(algorithm)) return [];
      const digest = octetsOf(dictionary.get(algorithm));
      if (digest === undefined) throw malformed(field);
      return { field, algorithm, digest };
    });
  });
}

const malformed = (field: string): HttpError => new HttpError(400, `The field ${field} is malformed.`);

function compare({ field, digest }: Expected, actual: Buffer | undefined): void {
  if (actual?.equals(digest) !== true) throw new HttpError(400, `The content is not what its ${field} says.`);
}

/**
 * Checks what the trailer section says of content that was read to its end.
 *
 * @param trailers `signal` is that of the request
 * @param names of its fields, in lower case
 * @param pieces the content once more
 * @throws {@link HttpError} 400 if the content was something else, or a field cannot be read; whatever `pieces` throws
 */
export async function checkTrailers(
  { trailers, signal }: { readonly trailers: Fields; readonly signal: AbortSignal },
  names: readonly string[],
  pieces: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const expectations = Expectations.of(trailers, names, []);
  if (expectations.none) return;
  const pace = await Pace.begin(signal);
  for await (const bytes of pieces()) {
    expectations.update(bytes);
    await pace.rest();
  }
  expectations.check();
}

/**
 * The content of `body`, which throws 400 at its end if it is not what the fields, or the trailers, say. For content that
 * is not kept as it comes, so that it cannot be looked at again: digests in the trailers must be announced.
 *
 * @throws {@link HttpError} 400 if a field cannot be read
 */
export function verified(body: RequestBody, fields: Fields): AsyncIterable<Uint8Array> {
  const announced = fields.list('trailer').some((name) => digestFields.includes(name.toLowerCase()));
  const expectations = Expectations.of(fields, digestFields, announced ? algorithms : []);
  // Only chunked content has trailers.
  return expectations.none && body.length !== undefined ? body : watch(body, expectations);
}

async function* watch(body: RequestBody, expectations: Expectations): AsyncGenerator<Uint8Array, undefined> {
  for await (const bytes of body) {
    expectations.update(bytes);
    yield bytes;
  }
  expectations.check();
  for (const each of expectedBy(body.trailers, digestFields)) {
    const actual = expectations.digest(each.algorithm);
    if (actual === undefined) throw new HttpError(400, `The field ${each.field} must be announced by Trailer here.`);
    compare(each, actual);
  }
}
