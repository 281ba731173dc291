/** Content-Digest and Repr-Digest of what is uploaded (RFC 9530 §§2, 3). */
import { createHash, type Hash } from 'node:crypto';
import type { Fields } from '../http/fields';
import { HttpError } from '../http/errors';
import { hashes, type Algorithm } from './digest';

interface Expectation {
  readonly hash: Hash;
  readonly field: string;
  readonly digest: string;
}

/** A member of the dictionary (RFC 9530 §2): an algorithm, and a byte sequence (RFC 8941 §3.3.5). */
const member = /^([a-z*][a-z0-9_.*-]*)[ \t]*=[ \t]*:([A-Za-z0-9+/]*={0,2}):$/;

/**
 * `content`, which throws 400 at its end if it is not what the fields say. As long as no content coding is taken, the
 * content of a request is its representation, and both fields mean the same.
 *
 * @param names of the fields to be verified
 * @throws {@link HttpError} 400 if a field cannot be read. Algorithms that are not known here do not count (RFC 9530 §2).
 */
export function verified(
  content: AsyncIterable<Uint8Array>,
  fields: Fields,
  names: readonly string[] = ['content-digest', 'repr-digest'],
): AsyncIterable<Uint8Array> {
  const expectations = names.flatMap((name) => expectationsOf(fields, name));
  return expectations.length === 0 ? content : watch(content, expectations);
}

function expectationsOf(fields: Fields, field: string): Expectation[] {
  return fields.list(field).flatMap((text) => {
    const [, algorithm, digest = ''] = member.exec(text) ?? [];
    if (algorithm === undefined) throw new HttpError(400, `The field ${field} is malformed.`);
    if (!(algorithm in hashes)) return [];
    return { hash: createHash(hashes[algorithm as Algorithm]), field, digest };
  });
}

async function* watch(
  content: AsyncIterable<Uint8Array>,
  expectations: readonly Expectation[],
): AsyncGenerator<Uint8Array, undefined> {
  for await (const bytes of content) {
    for (const { hash } of expectations) hash.update(bytes);
    yield bytes;
  }
  for (const { hash, field, digest } of expectations) {
    if (hash.digest('base64') !== digest) throw new HttpError(400, `The content is not what its ${field} says.`);
  }
}
