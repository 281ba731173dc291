/** The path of a request, decoded once (RFC 3986 §§2.1, 5.2.4). Pure. */
import { HttpError } from '../../http/message/httpError';

export interface RequestPath {
  /** Decoded, without empty ones and dot segments. */
  readonly segments: readonly string[];
  /** Whether the path ends where a folder's would: with a slash or a dot segment, or is empty. */
  readonly isFolder: boolean;
}

/**
 * Takes apart the raw path below a prefix.
 *
 * @param path percent-encoded
 * @throws {@link HttpError} 400 for malformed percent-encoding, NUL, encoded slashes and backslashes, and dot segments
 *   that climb out
 */
export function parsePath(path: string): RequestPath {
  return resolve(path.split('/').map(decodeSegment));
}

/**
 * The path decoded: the same for all ways in which it can be percent-encoded.
 *
 * @returns undefined for one that does not name its file in the shortest way, or that {@link parsePath} refuses
 */
export function plainPath(path: string): string | undefined {
  if (!path.includes('%')) return isPlain(path) ? path : undefined;
  try {
    const decoded = path.split('/').map(decodeSegment).join('/');
    return isPlain(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** A query as it stands behind a path: nothing, where there is none. */
export const behindPath = (query: string | undefined): string => (query === undefined ? '' : `?${query}`);

/** Whether there are neither empty nor dot segments. */
const isPlain = (path: string): boolean => !/\/(?:\/|\.{1,2}(?:\/|$))/.test(path);

/**
 * Takes apart a path that is not percent-encoded.
 *
 * @throws {@link HttpError} 400 as {@link parsePath} does
 */
export function parseName(path: string): RequestPath {
  return resolve(path.split('/').map(checkSegment));
}

function resolve(names: readonly string[]): RequestPath {
  const segments: string[] = [];
  let isFolder = true;
  for (const name of names) {
    isFolder = name === '' || name === '.' || name === '..';
    if (!isFolder) segments.push(name);
    else if (name === '..' && segments.pop() === undefined)
      throw new HttpError(400, 'The path climbs out of the folder.');
  }
  return { segments, isFolder };
}

const decodeSegment = (raw: string): string => checkSegment(raw.includes('%') ? decode(raw) : raw);

function checkSegment(name: string): string {
  if (/[\0/\\]/.test(name)) throw new HttpError(400, 'The path has an encoded slash, a backslash or a NUL in it.');
  return name;
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw malformed();
  }
}

const malformed = (): HttpError => new HttpError(400, 'The percent-encoding of the path is malformed.');

/** Decodes any octets, which need not be UTF-8. @throws {@link HttpError} 400 */
export function decodeOctets(raw: string): Buffer {
  if (!raw.includes('%')) return Buffer.from(raw, 'latin1');
  if (/%(?![0-9a-f]{2})/i.test(raw)) throw malformed();
  const decoded = raw.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** Decodes what is ASCII; the rest, malformed or not, stays as it is. That is enough to compare with a name in ASCII. */
export const decodeAscii = (raw: string): string =>
  raw.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** The first segment of a path, still encoded, and what is behind it: empty, or with its slash. */
export function splitFirst(path: string): { first: string; rest: string } {
  const [, first = '', rest = ''] = /^\/*([^/]*)(.*)/s.exec(path) ?? [];
  return { first, rest };
}

/** One segment, ready for a URL. */
export const encodeSegment = (name: string): string =>
  encodeURIComponent(name).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** The way from a path to the root, as a link: relative, so that it survives a proxy that puts a prefix before the path. */
export const upToRoot = (path: string): string => '../'.repeat(path.split('/').length - 2);
