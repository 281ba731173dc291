/**
 * The head of a request: bytes → request line and fields (RFC 9112 §§2–5). Pure.
 *
 * The text of a head holds one octet per character. Regular expressions do the work where a head is well formed;
 * they run in linear time on any input. Only a malformed one is looked at again, to say what is wrong with it.
 */
import type { Limits } from '../../options';
import { HttpError } from '../message/httpError';
import { Fields } from '../message/fields';
import { fieldContent, token, trimOws } from '../message/syntax';
import type { Sections } from './sections';
import { isAuthority, parseTarget, type Target } from './target';

export interface Head extends Target {
  readonly method: string;
  /** As sent, `HTTP/1.1`. */
  readonly version: string;
  readonly minorVersion: 0 | 1;
  readonly fields: Fields;
  readonly section: FieldSection;
}

/** A field section: what was sent, and what was understood. */
export interface FieldSection {
  readonly text: string;
  readonly fields: Fields;
  /** Value of Host; undefined without one. */
  readonly host: string | undefined;
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/** Room beside the target in a request line of the longest target: the method, two spaces, the version. */
const beside = 64;

const requestLine = new RegExp(`^(${token}) ([!-~]+) (HTTP/[0-9]\\.[0-9])(?=\\r\\n)`);
const fieldLine = new RegExp(`(${token}):(${fieldContent})\\r\\n`, 'y');
const tokenStart = new RegExp(`^${token}`);

/**
 * Reads a whole head.
 *
 * @param text from the request line up to, but without, the empty line: every line ends in CRLF
 * @param sections those that were read before: the same text need not be read twice
 * @throws {@link HttpError} 400, 414, 431, 501 (CONNECT) or 505; each of them ends the connection
 */
export function parseHead(text: string, limits: Limits, sections?: Sections): Head {
  const { method, target, version } = parseRequestLine(text, limits);
  if (text.length > limits.head) throw tooLarge(limits);
  // Two spaces and a CRLF are between the parts of the line and behind it.
  const sectionText = text.slice(method.length + target.length + version.length + 4);
  const section = sections?.find(sectionText) ?? parseSection(sectionText, limits, sections);
  const minorVersion = version === 'HTTP/1.0' ? 0 : 1;
  const { fields, host } = section;
  // RFC 9112 §3.2.
  if (host === undefined && minorVersion === 1) throw new HttpError(400, 'A request in HTTP/1.1 needs a Host field.');
  const { path, query, authority } = parseTarget(method, target, host ?? '');
  return { method, version, minorVersion, fields, section, target, path, query, authority };
}

function parseSection(text: string, limits: Limits, sections: Sections | undefined): FieldSection {
  const fields = parseFields(text, 0, limits.fields);
  const section = { text, fields, host: hostOf(fields) };
  sections?.keep(section);
  return section;
}

/**
 * Refuses a head that is not whole yet as soon as it can no longer become a good one, so that a peer that speaks
 * something else is told at once, not at the deadline.
 *
 * @param text what has come so far of the head
 * @param from how much of it was checked before
 * @throws {@link HttpError} as {@link parseHead} does
 */
export function checkPartialHead(text: string, from: number, limits: Limits): void {
  if (from === 0 && !tokenStart.test(text)) throw new HttpError(400, 'The request line does not begin with a method.');
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd >= 0 && lineEnd + 2 > from) parseRequestLine(text, limits);
  if (lineEnd < 0 && text.length > limits.target + beside) throw overlongRequestLine(text, limits);
  if (text.length > limits.head) throw tooLarge(limits);
  refuseBareLineBreaks(text, from);
}

const bareLf = /(?<!\r)\n/g;
const bareCr = /\r(?!\n|$)/g;

/** RFC 9112 §2.2: a line ends in CRLF; a CR or an LF alone is what smuggling is made of. */
function refuseBareLineBreaks(text: string, from: number): void {
  bareLf.lastIndex = from;
  if (bareLf.test(text)) throw new HttpError(400, 'A line of the head ends in a bare LF.');
  // The last octet that was checked before may have been a CR, good so far.
  bareCr.lastIndex = Math.max(0, from - 1);
  if (bareCr.test(text)) throw new HttpError(400, 'The head has a bare CR.');
}

/** RFC 9112 §3: `method SP request-target SP HTTP-version`, and nothing more lenient. @param text with the whole line, and its CRLF */
function parseRequestLine(text: string, limits: Limits): RequestLine {
  const parts = requestLine.exec(text);
  const line = parts?.[0] ?? text.slice(0, text.indexOf('\r\n'));
  if (line.length > limits.target + beside) throw overlongRequestLine(line, limits);
  if (parts === null) throw badRequestLine(line);
  const [, method = '', target = '', version = ''] = parts;
  if (target.length > limits.target) throw targetTooLong(limits);
  // RFC 9112 §2.3: a higher minor version is served as the highest we know; another major version is not.
  if (!version.startsWith('HTTP/1.')) throw new HttpError(505, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.');
  return { method, target, version };
}

function badRequestLine(line: string): HttpError {
  const [method = '', target = '', version = '', ...more] = line.split(' ');
  if (/[\r\n]/.test(line)) return new HttpError(400, 'The request line has a bare CR or LF.');
  if (tokenStart.exec(method)?.[0] !== method) return new HttpError(400, 'The method is not a token.');
  if (version === '') return new HttpError(400, 'The request line has no target or no version.');
  if (target === '' || more.length > 0) {
    return new HttpError(400, 'The request line must have single spaces around its target, and no others.');
  }

  if (/[^\x21-\x7e]/.test(target)) {
    return new HttpError(400, 'The request target has an octet that must be percent-encoded.');
  }
  return new HttpError(400, 'The version is not of the form HTTP/1.1.');
}

/** RFC 9112 §3: 501 for a method longer than any we know, 414 for a target longer than we wish to parse. */
function overlongRequestLine(text: string, limits: Limits): HttpError {
  const space = text.indexOf(' ');
  return space >= 0 && space < beside ? targetTooLong(limits) : new HttpError(501, 'The method is not known.');
}

const targetTooLong = (limits: Limits): HttpError =>
  new HttpError(414, `The request target is longer than ${limits.target} octets.`);

const tooLarge = (limits: Limits): HttpError =>
  new HttpError(431, `The request head is larger than ${limits.head} octets.`);

/**
 * Reads field lines (RFC 9112 §5), of a head or of a trailer section.
 *
 * @param text lines that each end in CRLF
 * @param from where the first of them begins
 * @param most how many there may be
 * @throws {@link HttpError} 400, or 431 if there are too many
 */
export function parseFields(text: string, from: number, most: number): Fields {
  const names: string[] = [];
  const values: string[] = [];
  while (from < text.length) {
    fieldLine.lastIndex = from;
    const parts = fieldLine.exec(text);
    if (parts === null) throw badFieldLine(text, from);
    if (names.length === most) throw new HttpError(431, `There are more than ${most} fields.`);
    names.push((parts[1] ?? '').toLowerCase());
    values.push(trimOws(parts[2] ?? ''));
    from = fieldLine.lastIndex;
  }
  return new Fields(names, values);
}

function badFieldLine(text: string, from: number): HttpError {
  const line = text.slice(from, text.indexOf('\r\n', from));
  const name = tokenStart.exec(line)?.[0] ?? '';
  const after = line.charAt(name.length);
  const spaced = after === ' ' || after === '\t';
  if (/[\r\n]/.test(line)) return new HttpError(400, 'A field line has a bare CR or LF.');
  // RFC 9112 §5.2: obs-fold; a server may refuse it, and a proxy before us may have read it otherwise.
  if (name === '' && spaced) return new HttpError(400, 'A field line is folded, or begins with whitespace.');
  // RFC 9112 §5.1: no whitespace between the name and the colon.
  if (spaced) return new HttpError(400, 'There is whitespace between a field name and its colon.');
  if (name === '' || after !== ':') return new HttpError(400, 'A field name is not a token followed by a colon.');
  return new HttpError(400, 'A field value has a control character.');
}

/** RFC 9112 §3.2: at most one Host, and a valid one. */
function hostOf(fields: Fields): string | undefined {
  const hosts = fields.all('host');
  const [host] = hosts;
  if (hosts.length > 1) throw new HttpError(400, 'There is more than one Host field.');
  if (host !== undefined && !isAuthority(host))
    throw new HttpError(400, 'The Host field is not a host and an optional port.');
  return host;
}
