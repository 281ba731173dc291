/** Which fields a user of the server may have it send. Pure. */

/** Lines that the connection, the framing and a browser's safety need: no setting may change them. */
const reserved =
  /^(?:(?:connection|content-length|date|keep-alive|te|trailer|transfer-encoding|upgrade):|x-content-type-options:(?!nosniff$))/i;

/** Fields that conditions and ranges are about: the server answers these by what it knows of the content itself. */
const selecting = /^(?:content-range|etag|last-modified)$/i;

/** Fields by which a page gets rights beyond its own origin, path or time: who has which is for the machine to say. */
const widening: ReadonlySet<string> = new Set([
  'strict-transport-security',
  'clear-site-data',
  'alt-svc',
  'alternate-protocol',
  'service-worker-allowed',
]);

/** Whether a field of that name, in lower case, would widen who may ask, or bind a browser beyond this site. */
export const isWidening = (name: string): boolean => widening.has(name) || name.startsWith('access-control-');

/**
 * Whether that value of Set-Cookie sets a cookie of our own. A cookie without a name is sent as its value alone, so it can
 * look like one of any name (RFC 6265bis §5.7).
 */
export const isOwnCookie = (value: string): boolean => /^[\s=]*http-server-/i.test(value);

interface FieldFlaw {
  /** Goes on in `The header "X" …`. */
  readonly why: string;
  /** The option that is for what was meant. */
  readonly instead?: 'cors';
}

/**
 * What is wrong with a field; undefined if it can be sent.
 *
 * @param isCanned whether all of the answer is the user's
 */
export function fieldFlaw(name: string, value: string, isCanned = false): FieldFlaw | undefined {
  // RFC 9110 §§5.1, 5.5: a token; visible octets, and blanks between them.
  if (
    !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ||
    !/^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/.test(value)
  ) {
    return { why: 'cannot be sent with that value' };
  }
  if (reserved.test(`${name}:${value}`) || (!isCanned && selecting.test(name))) return { why: "is the server's own" };
  if (/^access-control-/i.test(name)) return { why: "is the server's own", instead: 'cors' };
  if (isWidening(name.toLowerCase())) return { why: 'would bind browsers beyond this site' };
  if (/^set-cookie$/i.test(name) && isOwnCookie(value)) return { why: "would set a cookie of the server's own" };
  return undefined;
}
