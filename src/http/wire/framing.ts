/** How long the body of a request is (RFC 9112 §6). Every rule against request smuggling. Pure. */
import { HttpError } from '../message/httpError';
import type { Fields } from '../message/fields';
import { membersOf } from '../message/syntax';

export type Framing =
  | { readonly kind: 'none' }
  /** `length` in octets, at least 1. */
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' };

const noBody: Framing = { kind: 'none' };
const chunked: Framing = { kind: 'chunked' };

/**
 * RFC 9112 §6.3, rules 3 to 7 (1, 2 and 8 are about responses).
 *
 * @throws {@link HttpError} 400 or 501; each of them ends the connection, for nobody can tell where the next request begins
 */
export function framingOf(minorVersion: 0 | 1, fields: Fields): Framing {
  const encoded = fields.has('transfer-encoding');
  if (!encoded && !fields.has('content-length')) return noBody;
  const lengths = fields.all('content-length');
  if (!encoded) return byLength(lengths);
  // Rule 3: both is an attempt at smuggling.
  if (lengths.length > 0) throw new HttpError(400, 'A request may not have both Transfer-Encoding and Content-Length.');
  // §6.1: a client of HTTP/1.0 does not know it, so something between us and the client mixed them up.
  if (minorVersion === 0) throw new HttpError(400, 'Transfer-Encoding is not part of HTTP/1.0.');
  return byTransferEncoding(fields.all('transfer-encoding'));
}

/** Rule 4, §7: the only coding is `chunked`, once and last. */
function byTransferEncoding(lines: readonly string[]): Framing {
  const codings = lines.flatMap(membersOf).map((coding) => coding.toLowerCase());
  if (codings.includes('')) throw new HttpError(400, 'Transfer-Encoding has an empty member.');
  const first = codings.indexOf('chunked');
  if (first >= 0 && first < codings.length - 1) {
    throw new HttpError(400, 'The coding chunked must come once, and last.');
  }
  // §6.1: a coding that we do not understand.
  if (codings.length > 1 || first < 0) throw new HttpError(501, 'The only transfer coding known here is chunked.');
  return chunked;
}

/** Rules 5 and 6: 1 to 15 digits, once. Rule 5 would let equal members of a list pass; two of them are one too many. */
function byLength(values: readonly string[]): Framing {
  const [value = ''] = values;
  if (values.length > 1) throw new HttpError(400, 'There is more than one Content-Length field.');
  if (!/^[0-9]{1,15}$/.test(value)) throw new HttpError(400, 'Content-Length is not a number of 1 to 15 digits.');
  const length = Number(value);
  return length === 0 ? noBody : { kind: 'length', length };
}
