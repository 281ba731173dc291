/** Content-Digest and Repr-Digest of what is uploaded (RFC 9530 §§2, 3). */
import { createHash, type Hash } from 'node:crypto';
import type { Fields } from '../http/fields';
import { HttpError } from '../http/errors';
import { hashes, type Algorithm } from './digest';

interface Expectation {
  readonly hash: Hash;
  readonly field: string;
  readonly digest: Buffer;
}

/** RFC 9651 §3.1.2: parameters, which mean nothing here. */
const key = '[a-z*][a-z0-9_.*-]*';
const parameters = `(?:; *${key}(?:=(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s";]+))?)*`;

/** A member of the dictionary (RFC 9530 §2): an algorithm, and a byte sequence (RFC 9651 §3.3.5). */
const member = new RegExp(`^(${key})[ \\t]*=[ \\t]*:([A-Za-z0-9+/]*={0,2}):${parameters}$`);

/** What the content must turn out to be. */
export class Expectations {
  private constructor(private readonly all: readonly Expectation[]) {}

  /**
   * Reads the fields of these names, in lower case. Algorithms that are not known here do not count (RFC 9530 §2).
   *
   * @throws {@link HttpError} 400 if one cannot be read
   */
  static of(fields: Fields, names: readonly string[]): Expectations {
    return new Expectations(names.flatMap((name) => expectationsOf(fields, name)));
  }

  get none(): boolean {
    return this.all.length === 0;
  }

  /** They are the same, and have seen the same. */
  copy(): Expectations {
    return new Expectations(this.all.map((each) => ({ ...each, hash: each.hash.copy() })));
  }

  update(bytes: Uint8Array): void {
    for (const { hash } of this.all) hash.update(bytes);
  }

  /** To be called once, at the end. @throws {@link HttpError} 400 if it was something else */
  check(): void {
    for (const { hash, field, digest } of this.all) {
      if (!hash.digest().equals(digest)) throw new HttpError(400, `The content is not what its ${field} says.`);
    }
  }
}

function expectationsOf(fields: Fields, field: string): Expectation[] {
  return fields.list(field).flatMap((text) => {
    const [, algorithm, digest = ''] = member.exec(text) ?? [];
    if (algorithm === undefined) throw new HttpError(400, `The field ${field} is malformed.`);
    if (!(algorithm in hashes)) return [];
    // RFC 9651 §4.2.7: padding may be missing.
    return { hash: createHash(hashes[algorithm as Algorithm]), field, digest: Buffer.from(digest, 'base64') };
  });
}

/**
 * `content`, which throws 400 at its end if it is not what the fields say. As long as no content coding is taken, the
 * content of a request is its representation, and both fields mean the same.
 *
 * @throws {@link HttpError} 400 if a field cannot be read
 */
export function verified(content: AsyncIterable<Uint8Array>, fields: Fields): AsyncIterable<Uint8Array> {
  const expectations = Expectations.of(fields, ['content-digest', 'repr-digest']);
  return expectations.none ? content : watch(content, expectations);
}

async function* watch(
  content: AsyncIterable<Uint8Array>,
  expectations: Expectations,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const bytes of content) {
    expectations.update(bytes);
    yield bytes;
  }
  expectations.check();
}
