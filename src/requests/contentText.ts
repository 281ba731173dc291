/** The content of a request as people read it. Pure. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { textOf, valueOf, type HeadLines } from './heads';
import { layOutJson } from './jsonLayout';

/** `kind`: as it was sent, laid out or decoded for reading, or as octets. */
interface Shown {
  readonly kind: 'asSent' | 'laidOut' | 'binary';
  readonly text: string;
}

/** Octets that a dump has room for. */
const dumped = 16 * 1024;
/** Octets that decoded content may have. */
const mostDecoded = 1024 * 1024;
/** Characters that are laid out, and those that it may become; who sends more wants no person to read it. */
const mostLaidOut = 256 * 1024;
const mostBecome = 4 * mostLaidOut;

const mediaTypeOf = (head: HeadLines): string =>
  (valueOf(head, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export function show(head: HeadLines, content: Uint8Array): Shown {
  const decoded = decode(valueOf(head, 'content-encoding') ?? '', content);
  const text = textOf(decoded ?? content);
  // Of controls, text has tabs and ends of lines.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (text === undefined || /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return { kind: 'binary', text: dump(content) };
  const laidOut = layOut(mediaTypeOf(head), text);
  if (laidOut !== undefined && laidOut !== text && laidOut.length <= mostBecome)
    return { kind: 'laidOut', text: laidOut };
  return { kind: decoded === undefined ? 'asSent' : 'laidOut', text };
}

/** Undefined if it is not coded, or not as it says. */
function decode(coding: string, content: Uint8Array): Uint8Array | undefined {
  const options = { maxOutputLength: mostDecoded };
  try {
    if (/^(?:x-)?gzip$/i.test(coding)) return gunzipSync(content, options);
    return /^br$/i.test(coding) ? brotliDecompressSync(content, options) : undefined;
  } catch {
    return undefined;
  }
}

function layOut(mediaType: string, text: string): string | undefined {
  if (text.length > mostLaidOut) return undefined;
  if (/[/+]json$/.test(mediaType)) return layOutJson(text);
  return mediaType === 'application/x-www-form-urlencoded' ? layOutForm(text) : undefined;
}

/** A line per field: `name = value`. */
const layOutForm = (text: string): string =>
  [...new URLSearchParams(text)].map(([name, value]) => `${oneLine(name)} = ${oneLine(value)}`).join('\n');

const oneLine = (text: string): string => text.replace(/\r\n|[\r\n]/g, '↵');

/** Sixteen octets per line: where, in hexadecimal digits, and what of it is ASCII. */
function dump(content: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(content.length, dumped); at += 16) {
    const row = content.subarray(at, at + 16);
    const digits = [...row].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    const letters = [...row].map((octet) => (octet > 0x1f && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${digits.padEnd(47)}  ${letters}`);
  }
  if (content.length > dumped) lines.push('…');
  return lines.join('\n');
}
