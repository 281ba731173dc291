/** `/echo/{text}`: the text, coded whatever its size. */
import type { FieldLine, Request, Response } from '../http/message/message';
import { codingFor } from '../http/message/negotiate';
import { codings, encodeNow } from './representation/coding';
import { decodeOctets } from './common/path';

const plain: readonly FieldLine[] = [
  ['Content-Type', 'text/plain'],
  ['Vary', 'Accept-Encoding'],
];

/** A client that lists gzip gets it, unless it likes another coding better. */
const available = [...codings].sort((a, b) => Number(b === 'gzip') - Number(a === 'gzip'));

/** @param text percent-encoded */
export function echo(request: Request, text: string): Response {
  const body = decodeOctets(text);
  const coding = codingFor(request.fields, available);
  if (coding === undefined) return { status: 200, fields: plain, body };
  return { status: 200, fields: [...plain, ['Content-Encoding', coding]], body: encodeNow(coding, body) };
}
