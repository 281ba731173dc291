/** A head as it was on the wire, taken apart again. One octet per character. Pure. */
import type { FieldLine } from '../http/message/message';

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
      return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
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

/** The same the other way round. */
export const octetsOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
