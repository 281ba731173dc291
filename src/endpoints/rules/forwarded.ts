/** What goes on to another server, and what comes back from there (RFC 9110 §7.6). Pure. */
import { isOwnCookie, isWidening } from '../../fieldFlaw';
import type { UpstreamTarget } from '../../upstreamTarget';
import type { Fields } from '../../http/message/fields';
import type { FieldLine, Request } from '../../http/message/message';
import { bareAddress } from '../../http/message/peer';
import { withoutToken } from './address';
import { behindPath } from '../common/path';

/** RFC 9110 §7.6.1, and those that only the two ends of one connection may use, or that are the framing's. */
const hop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
  ...['content-length', 'expect'],
]);

const isHop = (name: string): boolean => hop.has(name) || name.startsWith('proxy-');

/** What a client says of others in front of it, who are not there, and what changes on the way: we say it ourselves. */
const claimed: ReadonlySet<string> = new Set(['forwarded', 'x-real-ip', 'via', 'host', 'max-forwards']);

/** Servers behind CGI and its like take a low line for a hyphen. */
const isClaimed = (name: string): boolean =>
  claimed.has(name) || (name.startsWith('x') && /^x[-_]forwarded[-_]|^x[-_]real[-_]ip$/.test(name));

/** Fields of a response that the encoding sets; a Date is told it beside them. */
const ours: ReadonlySet<string> = new Set(['date', 'x-content-type-options']);

/** What is ours of what a request carries. */
export interface Secrets {
  /** Empty for none. */
  readonly token: string;
}

/** The way that a request has come. */
export interface Way extends Secrets {
  /** What we call ourselves in Via. */
  readonly pseudonym: string;
  readonly isSecure: boolean;
}

/** What says more is taken for this. */
const mostHops = 1_000_000_000;

const none: ReadonlySet<string> = new Set();

/** Of Connection, the commonest values: neither is a field that goes on. */
const listsNothing = (value: string): boolean => value === 'keep-alive' || value === 'close';

/** The fields that Connection lists as those of one connection (RFC 9110 §7.6.1). */
const listed = (values: readonly string[]): ReadonlySet<string> =>
  values.every(listsNothing)
    ? none
    : new Set(values.flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())));

/** The fields of a request that go on. One of {@link Fields} has its name in lower case. */
export function requestFields(request: Request, way: Way, host: string): FieldLine[] {
  const { fields, minorVersion } = request;
  const lines: FieldLine[] = [['Host', host]];
  addPassing(lines, fields, way);
  const hops = hopsOf(request);
  const told = hops === undefined ? fields.get('max-forwards') : String(hops - 1);
  if (told !== undefined) lines.push(['Max-Forwards', told]);
  const own = `1.${minorVersion} ${way.pseudonym}`;
  lines.push(['Via', fields.has('via') ? `${fields.get('via')}, ${own}` : own]);
  addOrigin(lines, request, way);
  return lines;
}

/** RFC 9110 §7.6.2: how many servers more a request may be handed on to; undefined if it does not say, or for any number. */
export function hopsOf({ method, fields }: Request): number | undefined {
  if (method !== 'OPTIONS' && method !== 'TRACE') return undefined;
  const told = fields.get('max-forwards') ?? '';
  return /^[0-9]+$/.test(told) ? Math.min(Number(told), mostHops) : undefined;
}

/** Trailers of a request that go on, and its fields but for those that we say ourselves. */
export function passing(fields: Fields, secrets: Secrets): FieldLine[] {
  const lines: FieldLine[] = [];
  addPassing(lines, fields, secrets);
  return lines;
}

function addPassing(lines: FieldLine[], fields: Fields, secrets: Secrets): void {
  const own = fields.has('connection') ? listed(fields.all('connection')) : none;
  let i = 0;
  for (const name of fields.names) {
    const given = fields.values[i++] ?? '';
    if (isHop(name) || isClaimed(name) || own.has(name)) continue;
    const value = discreet(name, given, secrets);
    if (value !== undefined) lines.push([name, value]);
  }
}

/** The value without what is for us alone; undefined if nothing is left. */
function discreet(name: string, value: string, { token }: Secrets): string | undefined {
  if (name === 'cookie') return withoutOwnCookies(value);
  if (token === '') return value;
  if (name === 'authorization' && isOurs(value, token)) return undefined;
  return name === 'referer' ? withoutTokenIn(value, token) : value;
}

const withoutOwnCookies = (value: string): string | undefined => {
  const kept = value.split(/; */).filter((cookie) => !isOwnCookie(cookie));
  return kept.length === 0 ? undefined : kept.join('; ');
};

/** Whether that signs in here: as a bearer token, or as the password of anybody (RFC 7617 §2). */
function isOurs(authorization: string, token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(.*)/is.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return credentials === Buffer.from(token).toString('latin1');
  const pair = Buffer.from(credentials, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1) === token;
}

function withoutTokenIn(address: string, token: string): string {
  const mark = address.indexOf('?');
  if (mark < 0) return address;
  const query = withoutToken(address.slice(mark + 1), token);
  return address.slice(0, mark) + behindPath(query);
}

/** RFC 7239, and the older fields that say the same. */
function addOrigin(lines: FieldLine[], { peer, authority }: Request, { isSecure }: Way): void {
  const address = bareAddress(peer.address);
  const proto = isSecure ? 'https' : 'http';
  const from = address.includes(':') ? `"[${address}]"` : address;
  const host = authority === '' ? '' : `;host="${authority}"`;
  lines.push(['X-Forwarded-For', address]);
  if (authority !== '') lines.push(['X-Forwarded-Host', authority]);
  lines.push(['X-Forwarded-Proto', proto], ['Forwarded', `for=${from}${host};proto=${proto}`]);
}

/** Whether a request has been here before. */
export const isLoop = (fields: Fields, pseudonym: string): boolean =>
  fields.has('via') && fields.all('via').some((value) => value.split(/[\s,]+/).includes(pseudonym));

/**
 * The path as it was received, without dot segments. What rules see of it and what this says mean the same: where there are
 * dot segments, there are no empty ones either.
 */
export function forwardedPath(path: string): string {
  if (!/\/(?:\.|%2e)/i.test(path)) return path;
  const segments = path.split('/').slice(1);
  const plain = segments.map((segment) => segment.replace(/%2e/gi, '.'));
  if (!plain.some((segment) => segment === '.' || segment === '..')) return path;
  const kept: string[] = [];
  for (const [i, segment] of segments.entries()) {
    if (plain[i] === '..') kept.pop();
    else if (segment !== '' && plain[i] !== '.') kept.push(segment);
  }
  const isFolder = ['', '.', '..'].includes(plain.at(-1) ?? '') && kept.length > 0;
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

/** Field lines out of a flat list of names and values, as Node.js has it. */
export function linesOf(raw: readonly string[]): FieldLine[] {
  const lines: FieldLine[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return lines;
}

/** How a response comes back. */
export interface Return {
  readonly target: UpstreamTarget;
  /** Makes a link of a path of ours. */
  readonly link: (path: string) => string;
  readonly pseudonym: string;
}

/** @param wanted in lower case */
function valuesOf(lines: readonly FieldLine[], wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of lines) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(value);
  }
  return values;
}

/** The fields of a response, or of its trailers, that are taken back. */
export function responseFields(lines: readonly FieldLine[], way: Return): FieldLine[] {
  const own = listed(valuesOf(lines, 'connection'));
  const back: FieldLine[] = [];
  for (const line of lines) {
    const name = line[0].toLowerCase();
    if (isHop(name) || ours.has(name) || own.has(name) || isWidening(name)) continue;
    const value = ownValue(name, line[1], way);
    if (value !== undefined) back.push(value === line[1] ? line : [line[0], value]);
  }
  return back;
}

/** The value as it is one of this site; undefined if it can be none. */
function ownValue(name: string, value: string, way: Return): string | undefined {
  if (name === 'set-cookie') return isOwnCookie(value) ? undefined : withoutDomain(value);
  return name === 'location' || name === 'content-location' ? ownAddress(value, way) : value;
}

/** A cookie without a domain is for the host that set it, which the browser takes to be us (RFC 6265 §5.3). */
const withoutDomain = (cookie: string): string => cookie.replace(/;\s*domain\s*=[^;]*/gi, '');

/** An address at the other server as one of ours; any other stays as it is. */
function ownAddress(address: string, { target, link }: Return): string {
  if (/^\/(?![/\\])/.test(address)) return link(address);
  if (!/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address) || !URL.canParse(address, target.origin)) return address;
  const url = new URL(address, target.origin);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSameHost = host === target.host || (target.isLoopback && isLoopbackHost(host));
  const isSame = isSameHost && port === target.port && (url.protocol === 'https:') === target.isSecure;
  return isSame && /^https?:$/.test(url.protocol) ? link(url.pathname + url.search + url.hash) : address;
}

/** As a server on this machine calls itself. */
const isLoopbackHost = (host: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
