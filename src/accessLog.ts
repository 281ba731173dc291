/** One finished exchange, and the lines that tell of it. Pure. */
import type { Options } from './options';
import type { Recording } from './recording';

/** An exchange whose response ended or was cut. Built by the server, shown by the terminal or the editor. */
export interface LogEvent {
  /** When the request's head was complete, in milliseconds since the epoch. */
  readonly time: number;
  /** Empty when the request line could not be read. */
  readonly method: string;
  /** The request target as it was sent, secrets masked. */
  readonly target: string;
  /** `HTTP/1.0` or `HTTP/1.1`; empty when the request line could not be read. */
  readonly version: string;
  readonly status: number;
  /** Octets of the request body that were read, and of the response body that were written. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the end of the request's head to the end of the response, in milliseconds. */
  readonly ms: number;
  /** Address of the peer. */
  readonly peer: string;
  readonly userAgent: string;
  readonly referer: string;
  /** Whether the connection was cut before the response was whole. */
  readonly aborted: boolean;
  /** Paths, relative to the served folder, of the files that this exchange stored; absent if there are none. */
  readonly stored?: readonly string[];
  /** Number of the rule that answered, from 1. */
  readonly rule?: number;
  /** Why the request was refused, in one sentence. */
  readonly reason?: string;
  /** The option that the refusal comes from: who reads the log may set it. */
  readonly option?: keyof Options;
  /** Its number among the requests that are kept, in the order in which they ended; absent if it is not kept. */
  readonly number?: number;
  /** What is to be kept of it beyond this, where requests are. It never leaves the server's thread. */
  readonly recording?: Recording | undefined;
}

const own = /^\/\.http-server\/(?:events|live\.js|console)(?:\?|$)/;

/** Whether pages ask for it on behalf of live reload: nobody wants to see that, nor for how many hours a page was open. */
export const isOwn = (target: string): boolean => own.test(target);

const tokenParameter = /([?&]token=)[^&\s#]+/gi;

/** A token in a query is a secret. @param text a target, or a URL */
export const maskToken = (text: string): string => text.replace(tokenParameter, '$1***');

/** Sums over exchanges. */
export interface Tally {
  count: number;
  /** How many had a status of each class: `classes[2]` counts the 2xx. */
  readonly classes: [number, number, number, number, number, number];
  /** Octets of request and of response bodies. */
  bytesIn: number;
  bytesOut: number;
}

export const emptyTally = (): Tally => ({ count: 0, classes: [0, 0, 0, 0, 0, 0], bytesIn: 0, bytesOut: 0 });

/** Adds one exchange to `tally`. */
export function addToTally(tally: Tally, event: LogEvent): void {
  tally.count++;
  const index = Math.floor(event.status / 100) as 1 | 2 | 3 | 4 | 5;
  tally.classes[index]++;
  tally.bytesIn += event.bytesIn;
  tally.bytesOut += event.bytesOut;
}

/** Adds the exchanges of `more` to `total`. */
export function addTally(total: Tally, more: Readonly<Tally>): void {
  total.count += more.count;
  total.bytesIn += more.bytesIn;
  total.bytesOut += more.bytesOut;
  more.classes.forEach((count, i) => (total.classes[i as 0 | 1 | 2 | 3 | 4 | 5] += count));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/**
 * Printable ASCII as it is; everything else, the quote and the backslash as `\xHH`.
 * A string holds one octet per character (field values, targets), or is escaped as UTF-8.
 */
export function escapeLog(text: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) return text;
  let out = '';
  for (const byte of Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8')) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    out += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

/** `22/Nov/2026:19:28:00 +0000`, in UTC. */
function clfDate(time: number): string {
  const d = new Date(time);
  const day = `${two(d.getUTCDate())}/${months[d.getUTCMonth()] ?? ''}/${d.getUTCFullYear()}`;
  return `${day}:${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}

/** The event in the Combined Log Format of Apache httpd, without the line's end. */
export function combinedLine(event: LogEvent): string {
  const line = event.method === '' ? '-' : `${event.method} ${event.target} ${event.version}`;
  const quoted = (value: string): string => `"${value === '' ? '-' : escapeLog(value)}"`;
  const bytes = event.bytesOut === 0 ? '-' : event.bytesOut;
  return `${event.peer || '-'} - - [${clfDate(event.time)}] ${quoted(line)} ${event.status} ${bytes} ${quoted(event.referer)} ${quoted(event.userAgent)}`;
}

/** The event as one object of JSON, in ASCII, with the names of its fields here; without the line's end. */
export function jsonLine(event: LogEvent): string {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify({ ...event, recording: undefined }).replace(/[^ -~]/g, escaped);
}

/** `512 B`, `1.5 KB`, `20 MB`: powers of 1,000, at most three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** `0.4 ms`, `12 ms`, `3.1 s`. */
export function formatDuration(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
