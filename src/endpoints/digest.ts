/** Repr-Digest (RFC 9530 §3) for those who want one. */
import { createHash } from 'node:crypto';
import { OpenFile } from '../files/read';
import type { Fields } from '../http/fields';
import type { FieldLine, Request, Response } from '../http/message';
import { closeContent, isSliceable, type Sliceable } from './content';
import type { Representation } from './representation';

export type Algorithm = 'sha-256' | 'sha-512';

/** As the runtime names them. */
export const hashes: Readonly<Record<Algorithm, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** One member of the dictionary of preferences (RFC 9530 §4): an algorithm and its weight from 0 to 10. */
const preference = /^(sha-256|sha-512)[ \t]*=[ \t]*(10|[0-9])$/;

/** The algorithm that Want-Repr-Digest prefers; undefined if it wants none that is known here. */
export function wantedDigest(fields: Fields): Algorithm | undefined {
  let best: Algorithm | undefined;
  let bestWeight = 0;
  for (const member of fields.list('want-repr-digest')) {
    const [, name, weight] = preference.exec(member) ?? [];
    if (Number(weight ?? 0) <= bestWeight) continue;
    best = name as Algorithm;
    bestWeight = Number(weight);
  }
  return best;
}

/** The answer with a Repr-Digest, which is of the whole representation whatever part of it is sent. */
export async function answerWithDigest(
  request: Request,
  representation: Representation,
  algorithm: Algorithm,
): Promise<Response> {
  const { content } = representation;
  if (!isSliceable(content)) return representation.answer(request);
  const line = await digestLine(content, algorithm);
  const { status, fields, body } = representation.answer(request);
  return { status, fields: [...fields, line], body };
}

async function digestLine(content: Sliceable, algorithm: Algorithm): Promise<FieldLine> {
  const hash = createHash(hashes[algorithm]);
  try {
    if (content instanceof OpenFile) for await (const piece of piecesOf(content)) hash.update(piece);
    else hash.update(content);
  } catch (error) {
    closeContent(content);
    throw error;
  }
  return ['Repr-Digest', `${algorithm}=:${hash.digest('base64')}:`];
}

/** Octets per read; hashing so many takes about a millisecond. */
const readSize = 512 * 1024;

async function* piecesOf(file: OpenFile): AsyncGenerator<Buffer, undefined> {
  const buffer = Buffer.allocUnsafe(readSize);
  for (let position = 0; position < file.size;) {
    const count = await file.read(buffer, position);
    if (count === 0) throw new Error('The file became shorter while it was read.');
    yield buffer.subarray(0, count);
    position += count;
  }
}
