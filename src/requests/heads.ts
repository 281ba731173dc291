/** A head as it was on the wire, taken apart again. One octet per character. Pure. */
import type { FieldLine } from '../http/message/message';
import { trimOws } from '../http/message/syntax';

export interface HeadLines {
  /** Request line or status line. */
  readonly start: string;
  /** In their order, names as they were sent. */
  readonly fields: readonly FieldLine[];
}

/** @param text with its empty line, or cut off before; lines end in CRLF, or in LF where a person wrote them */
export function linesOf(text: string): HeadLines {
  const [start = '', ...rest] = text.split(/\r?\n/);
  const fields = rest
    .filter((line) => line !== '')
    .map((line): FieldLine => {
      const colon = line.indexOf(':');
      // Of octets above ASCII, `trim` takes some for blanks.
      return colon < 0 ? [trimOws(line), ''] : [trimOws(line.slice(0, colon)), trimOws(line.slice(colon + 1))];
    });
  return { start, fields };
}

/** Lines that each end in CRLF, and the empty one. */
export const headOf = ({ start, fields }: HeadLines): string =>
  `${[start, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;

/** The first value of a field; undefined without one. @param name in lower case */
export const valueOf = ({ fields }: HeadLines, name: string): string | undefined =>
  fields.find(([each]) => each.toLowerCase() === name)?.[1];

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

export function requestLineOf({ start }: HeadLines): RequestLine {
  const [method = '', target = '', version = ''] = start.split(' ');
  return { method, target, version };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Octets as text, if that is what they are. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What people see of text that has one octet per character. */
export const readable = (octets: string): string => textOf(Buffer.from(octets, 'latin1')) ?? octets;

/** The same the other way round. @param shown the octets that the text has come from, before it was edited */
export function octetsOf(text: string, shown: string): string {
  const utf8Of = (chars: string): string => Buffer.from(chars, 'utf8').toString('latin1');
  const isUtf8 = textOf(Buffer.from(shown, 'latin1')) !== undefined;
  return isUtf8 ? utf8Of(text) : text.replace(/[^\0-\xff]/gu, utf8Of);
}
