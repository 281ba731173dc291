/** Where something is to be copied or moved to: the fields of RFC 4918 §§10.2, 10.3, 10.6. Pure. */
import { HttpError } from '../../http/message/httpError';
import type { Request } from '../../http/message/message';
import { originOf } from '../../options';
import { decodeAscii, parsePath, splitFirst, type RequestPath } from '../common/path';

/**
 * The path below `/files` that the request's Destination names, judged as if it were asked for.
 *
 * @param allowedHosts further authorities that are ours
 * @throws {@link HttpError} 400 without one, or if it cannot be read; 502 if it is on another server; 403 if no file is
 *   stored there
 */
export function destinationOf({ fields, authority }: Request, allowedHosts: readonly string[]): RequestPath {
  const value = fields.get('destination');
  if (value === undefined) throw new HttpError(400, 'The request needs a Destination.');
  // RFC 3986: what is not ASCII is percent-encoded; a resource has no fragment, and a file here has no query.
  if (!/^[\x21\x24-\x3e\x40-\x7e]+$/.test(value)) throw malformed();
  const path = value.startsWith('/') && !value.startsWith('//') ? value : pathAt(value, [authority, ...allowedHosts]);
  const { first, rest } = splitFirst(path);
  if (decodeAscii(first) === 'files') return parsePath(rest);
  throw new HttpError(403, 'Files can be copied and moved to /files/… only.');
}

/** Dot segments are not taken away before they are judged, as the URL parser would. */
function pathAt(value: string, authorities: readonly string[]): string {
  const [, scheme = '', authority = '', path = '/'] = /^(https?):\/\/([^/\\@]+)(\/.*)?$/i.exec(value) ?? [];
  if (authority === '') throw isUri(value) ? elsewhere() : malformed();
  const origin = originOf(`${scheme}://${authority}`);
  if (origin === undefined) throw malformed();
  // Whoever is in front of us may speak TLS for us.
  if (authorities.some((own) => originOf(`${scheme}://${own}`) === origin)) return path;
  throw elsewhere();
}

const isUri = (value: string): boolean => /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(value);

const malformed = (): HttpError => new HttpError(400, 'The Destination is no absolute path of a file or folder.');

/** RFC 4918 §9.9.4. */
const elsewhere = (): HttpError => new HttpError(502, 'The Destination is on another server.');

/** Whether what is at the destination may be replaced. @throws {@link HttpError} 400 */
export function mayOverwrite({ fields }: Request): boolean {
  const value = fields.get('overwrite') ?? 'T';
  if (value !== 'T' && value !== 'F') throw new HttpError(400, 'Overwrite is T or F.');
  return value === 'T';
}

/** A folder goes with all that is in it. @throws {@link HttpError} 400 if the request wants less */
export function refuseShallow({ fields }: Request): void {
  const depth = fields.get('depth');
  if (depth === undefined || depth.toLowerCase() === 'infinity') return;
  throw new HttpError(400, 'A folder goes with all that is in it: leave out Depth.');
}
