/** The media type of a file: by its name, else by its first octets. */
import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';
import isCompressible from 'compressible';
import { contentType, lookup } from 'mime-types';

/** Octets that are looked at. */
export const sniffSize = 4096;

/** Types of the registry whose extension means source code to most people. None of these formats looks like text. */
const mistaken = new Set(['video/mp2t', 'application/rls-services+xml']);

/**
 * Value of Content-Type.
 *
 * @param firstOctets called if the name does not tell; returns up to {@link sniffSize} octets
 */
export function mediaTypeOf(name: string, firstOctets: () => Uint8Array): string {
  const byName = lookup(extname(name));
  if (byName !== false && !mistaken.has(byName)) return contentType(byName) || byName;
  if (looksLikeText(firstOctets())) return 'text/plain; charset=utf-8';
  return byName === false ? unknown : byName;
}

/** Whether octets are UTF-8 without the control characters that no text has; the last character may be cut off. */
function looksLikeText(octets: Uint8Array): boolean {
  if (octets.some((octet) => octet < 0x20 && (octet < 0x07 || octet > 0x0d) && octet !== 0x1b)) return false;
  for (let cut = 0; cut <= 3 && cut <= octets.length; cut++) {
    if (isUtf8(octets.subarray(0, octets.length - cut))) return cut === 0 || octets.length === sniffSize;
  }
  return false;
}

/** Whether content of this type is worth a content coding. */
export const isCodable = (mediaType: string): boolean => mediaType !== unknown && isCompressible(mediaType) === true;

/** Of this nobody knows whether it is compressed already. */
const unknown = 'application/octet-stream';

export const isHtml = (mediaType: string): boolean => /^text\/html\b/i.test(mediaType);
