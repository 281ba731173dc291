/** Puts the script of live reload into pages, without parsing them. */
import { OpenFile } from '../../files/reading/read';
import { Spliced, startOf } from './content';
import type { Source } from './source';

/** Octets that are looked at: what comes before a page's own content is seldom longer. */
const window = 16 * 1024;

const attribute = `[\\t\\n\\f\\r ]+[^\\t\\n\\f\\r "'<>/=]+(?:[\\t\\n\\f\\r ]*=[\\t\\n\\f\\r ]*(?:"[^"]*"|'[^']*'|[^\\t\\n\\f\\r "'=<>\`]+))?`;
const startTag = (name: string): RegExp => new RegExp(`<${name}(?:${attribute})*[\\t\\n\\f\\r ]*/?>`, 'iy');

/** What may come before the content of a page (HTML §13.2.6.4, “initial” to “before head”), and where it ends. */
const prologue: readonly RegExp[] = [
  /[\t\n\f\r ]+/y,
  // HTML §13.2.5.43–52: a comment may end at once, and with `--!>`.
  /<!--(?:-?>|[^]*?--!?>)/y,
  // A DOCTYPE, and what is taken for a comment, such as an XML declaration, end at the first bracket.
  /<!doctype[^>]*>/iy,
  /<(?:!(?!--|doctype)|\?)[^>]*>/iy,
  startTag('html'),
];

const head = startTag('head');

/** What is behind the place of a script, whatever follows: text, an end tag, or a start tag that is whole. */
const beyond: readonly RegExp[] = [
  /[\t\n\f\r ]*(?:[^\t\n\f\r <]|<\/)/y,
  new RegExp(`[\\t\\n\\f\\r ]*${startTag('[a-z][^\\t\\n\\f\\r "\'/>]*').source}`, 'iy'),
];

/** Declares the charset. Browsers look for it in the first octets alone (HTML §13.2.3.2), so it stays where it is. */
const charset = /[\t\n\f\r ]*<meta[\t\n\f\r ][^>]*\bcharset[^>]*>/iy;

/** What may come before the root of an XML document (XML §2.8), and the root's start tag, which is not its end as well. */
const xmlPrologue: readonly RegExp[] = [
  /[\t\n\r ]+/y,
  /<\?[^]*?\?>/y,
  /<!--[^]*?-->/y,
  /<!DOCTYPE[^[>]*(?:\[[^\]]*\][\t\n\r ]*)?>/y,
];
const xmlAttribute = `[\\t\\n\\r ]+[^\\t\\n\\r "'<>/=]+[\\t\\n\\r ]*=[\\t\\n\\r ]*(?:"[^"<]*"|'[^'<]*')`;
const xmlRoot = new RegExp(`<[^\\t\\n\\r "'<>/=!?]+(?:${xmlAttribute})*[\\t\\n\\r ]*>`, 'y');
const byteOrderMark = '\xef\xbb\xbf';

/**
 * Where in a page a script can go: before anything that it or a `<base>` could change, and behind what must come first.
 *
 * @param octets the beginning of the page, one octet per character
 * @returns undefined if that cannot be told, or if the page is not in a superset of ASCII
 */
export function insertionPoint(octets: string): number | undefined {
  if (isWide(octets)) return undefined;
  const at = endOfAll(prologue, octets);
  const behindHead = endOfAny([head], octets, at);
  const start = behindHead >= 0 ? behindHead : at;
  const behindCharset = endOfAny([charset], octets, start);
  if (behindCharset >= 0) return behindCharset;
  if (behindHead >= 0) return behindHead;
  // In front of a DOCTYPE the script would take the page's standards mode away.
  const cut = at === octets.length && at >= window;
  return cut || /^<(?:[!?]|$)/.test(octets.slice(at, at + 2)) ? undefined : at;
}

/** Whether that place stays where it is, however the page goes on. @param at what {@link insertionPoint} says of the octets */
export const isSettled = (octets: string, at: number | undefined): boolean =>
  // Of two octets, nobody can tell whether they begin a mark of UTF-8.
  octets.length > 2 && (at === undefined ? isWide(octets) : endOfAny(beyond, octets, at) >= 0);

/** Where in XHTML or SVG a script can go: first in the root, if there is anything in it. */
export function xmlInsertionPoint(octets: string): number | undefined {
  if (isWide(octets)) return undefined;
  const behindRoot = endOfAny([xmlRoot], octets, endOfAll(xmlPrologue, octets));
  return behindRoot < 0 ? undefined : behindRoot;
}

/** Whether ASCII is not one octet per character. */
const isWide = (octets: string): boolean => /^(?:\xff\xfe|\xfe\xff)|\0/.test(octets);

/** Where the last of those of `patterns` ends that follow each other from the beginning on. */
function endOfAll(patterns: readonly RegExp[], octets: string): number {
  let at = octets.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  for (let end = at; end >= 0; end = endOfAny(patterns, octets, at)) at = end;
  return at;
}

/** Where the first of `patterns` that matches at `at` ends; -1 if none does. */
function endOfAny(patterns: readonly RegExp[], octets: string, at: number): number {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    if (pattern.test(octets)) return pattern.lastIndex;
  }
  return -1;
}

export type Syntax = 'html' | 'xml';

export interface Script {
  /** The element that loads the script. */
  readonly tag: string;
  /** How the page is written. */
  readonly syntax: Syntax;
}

const places: Readonly<Record<Syntax, (octets: string) => number | undefined>> = {
  html: insertionPoint,
  xml: xmlInsertionPoint,
};

/** The page with the script in it; undefined if it cannot go in. */
export function inject({ content, version }: Source, { tag, syntax }: Script): Source | undefined {
  if (content instanceof Spliced) return undefined;
  const at = places[syntax](startOf(content, window).toString('latin1'));
  if (at === undefined) return undefined;
  const element = syntax === 'html' ? tag : tag.replace('<script', '<script xmlns="http://www.w3.org/1999/xhtml"');
  const inserted = Buffer.from(element, 'latin1');
  return {
    content:
      content instanceof OpenFile
        ? new Spliced(content, at, inserted)
        : Buffer.concat([content.subarray(0, at), inserted, content.subarray(at)]),
    version: `${version}-live`,
    // The date is the file's: by it, a part of the file might be taken for a part of this page (RFC 9110 §13.1.5).
    modified: undefined,
  };
}
