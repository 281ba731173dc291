/** Puts the script of live reload into pages, without parsing them. */
import { OpenFile } from '../files/read';
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
const byteOrderMark = '\xef\xbb\xbf';

/**
 * Where in a page a script can go: before anything that it or a `<base>` could change, and behind what must come first.
 *
 * @param octets the beginning of the page, one octet per character
 * @returns undefined if that cannot be told, or if the page is not in a superset of ASCII
 */
export function insertionPoint(octets: string): number | undefined {
  if (/^(?:\xff\xfe|\xfe\xff)|\0/.test(octets)) return undefined;
  let at = octets.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  for (let end = at; end >= 0; end = endOfAny(prologue, octets, at)) at = end;
  const behindHead = endOfAny([head], octets, at);
  if (behindHead >= 0) return behindHead;
  // In front of a DOCTYPE the script would take the page's standards mode away.
  const cut = at === octets.length && at >= window;
  return cut || /^<(?:[!?]|$)/.test(octets.slice(at, at + 2)) ? undefined : at;
}

/** Where the first of `patterns` that matches at `at` ends; -1 if none does. */
function endOfAny(patterns: readonly RegExp[], octets: string, at: number): number {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    if (pattern.test(octets)) return pattern.lastIndex;
  }
  return -1;
}

/** The page with `tag` in it; undefined if it cannot go in. */
export function inject({ content, version }: Source, tag: string): Source | undefined {
  const at = content instanceof Spliced ? undefined : insertionPoint(startOf(content, window).toString('latin1'));
  if (at === undefined || content instanceof Spliced) return undefined;
  const inserted = Buffer.from(tag, 'latin1');
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
