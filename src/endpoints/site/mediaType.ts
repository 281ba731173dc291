/** What a file is for a client: by its name, else by its first octets. */
import { extname } from 'node:path';
import isCompressible from 'compressible';
import { contentType, lookup } from 'mime-types';
import { isTold, isUnicode } from './charset';
import { codedName } from '../representation/codedName';
import type { Syntax } from '../representation/inject';

export interface FileType {
  /** Value of Content-Type. */
  readonly mediaType: string;
  /** Value of Content-Encoding, where the file's own octets are coded. */
  readonly coding: string | undefined;
}

/** The type of what may be anything, compressed content among it. */
const unknown = 'application/octet-stream';

const plain = 'text/plain; charset=utf-8';

/** Usual endings of scripts that the registry knows as something else, or not at all. */
const scripts = new Set(['.cjs', '.es', '.es6', '.jsm']);

/**
 * Types that browsers show, play or run, or hand to the program that they are for; and those that need no look. Text of
 * any other type would be saved.
 */
const kept = [
  /^text\/(?:html|css|javascript|plain|vtt|markdown|calendar|x-vcard)$/,
  /^application\/(?:json|xml|ecmascript|wasm|pdf|rtf|octet-stream|vnd\.apple\.mpegurl|pkix-cert|x-x509-ca-cert)$/,
  /\+(?:json|xml)$/,
  /^image\/(?:apng|avif|bmp|gif|jpeg|png|vnd\.microsoft\.icon|webp)$/,
  /^(?:audio|font|message|video)\//,
];

/** Types whose endings are those of sources. None of these formats looks like text. */
const mistaken = new Set(['video/mp2t', 'application/rls-services+xml']);

const isKept = (type: string): boolean => !mistaken.has(type) && kept.some((pattern) => pattern.test(type));

/**
 * @param firstOctets called where the name does not tell all; returns up to `sniffSize` octets
 * @param isDraft whether this is the text of an editor: UTF-8, whatever it says of the file on disk
 */
export function fileTypeOf(name: string, firstOctets: () => Uint8Array, isDraft = false): FileType {
  const coded = isDraft ? undefined : codedName(name);
  if (coded !== undefined && isCoded(firstOctets(), coded.coding)) {
    return { mediaType: typeOf(coded.name) ?? unknown, coding: coded.coding };
  }
  return { mediaType: mediaTypeOf(name, firstOctets, isDraft), coding: undefined };
}

/** The media type by the name alone, without a charset. */
function typeOf(name: string): string | undefined {
  const extension = extname(name).toLowerCase();
  return scripts.has(extension) ? 'text/javascript' : lookup(extension) || undefined;
}

function mediaTypeOf(name: string, firstOctets: () => Uint8Array, isDraft: boolean): string {
  const type = typeOf(name);
  if (type === undefined) return looksLikeText(firstOctets()) ? plain : unknown;
  if (!isKept(type)) {
    const octets = firstOctets();
    if (octets.length > 0 && looksLikeText(octets)) return plain;
  }
  // The registry says of which types a charset can be told; XML says it itself.
  const told = contentType(type) || type;
  if (isDraft && isText(type, told)) return `${type}; charset=utf-8`;
  return told === type || isTold(type, firstOctets()) ? told : type;
}

const isText = (type: string, told: string): boolean => told !== type || /[/+]xml$/.test(type);

/** Whether octets are UTF-8 without the control characters that no text has. */
const looksLikeText = (octets: Uint8Array): boolean => !octets.some(isControl) && isUnicode(octets);

const isControl = (octet: number): boolean => octet < 0x20 && (octet < 0x07 || octet > 0x0d) && octet !== 0x1b;

/** Whether octets are coded so (RFC 1952 §2.3.1); Brotli has no mark, but does not look like text. */
const isCoded = (octets: Uint8Array, coding: string): boolean =>
  coding === 'gzip' ? octets[0] === 0x1f && octets[1] === 0x8b : !looksLikeText(octets);

/** Whether content of this type is worth a content coding. */
export const isCodable = (mediaType: string): boolean => mediaType !== unknown && isCompressible(mediaType) === true;

/** How a page is written that a script can be put into; undefined for what is none. */
export function syntaxOf(mediaType: string): Syntax | undefined {
  if (/^text\/html\b/.test(mediaType)) return 'html';
  return /^(?:application\/xhtml|image\/svg)\+xml\b/.test(mediaType) ? 'xml' : undefined;
}
