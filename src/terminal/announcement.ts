/** What is said when the server listens: where, for whom, and what became visible that is not by default. */
import { readdirSync } from 'node:fs';
import { renderUnicodeCompact } from 'uqr';
import { localUrl, networkAddresses, type NetworkAddress } from '../addresses';
import { createExclusion } from '../files/exclusion';
import { defaultOptions, type Options } from '../options';
import { enumerated, visible } from './sentences';

/** An address of the server, as a person or a QR code is told it. */
interface Address {
  readonly url: string;
  /** As the system calls the interface; empty for a name or an address that was given. */
  readonly network: string;
}

interface Announcement {
  readonly isTerminal: boolean;
  /** Whether a QR code is wanted. */
  readonly qr: boolean;
}

/** Whether it is any address of the machine (RFC 4291 §2.5.2, and its like of IPv4), however it is written: a URL has one way. */
function anyOf(host: string): 'both' | 'IPv4' | undefined {
  const url = `http://${host.includes(':') ? `[${host}]` : host}`;
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: '' };
  if (hostname === '[::]') return 'both';
  return hostname === '0.0.0.0' || hostname === '[::ffff:0:0]' ? 'IPv4' : undefined;
}

/** For the user's own browser; it has no token in it. */
export const ownUrl = ({ host, tls }: Options, port: number): string =>
  localUrl(anyOf(host) !== undefined ? 'localhost' : host, port, tls !== undefined);

/** Where others reach a server that listens at every address. */
function placesOf({ host, tls }: Options, port: number, addresses: readonly NetworkAddress[]): readonly Address[] {
  const any = anyOf(host);
  if (any === undefined) return [];
  return addresses
    .filter(({ address }) => any === 'both' || !address.includes(':'))
    .map(({ name, address }) => ({ url: localUrl(address, port, tls !== undefined), network: name }));
}

/** @param addresses those of the network */
export function announcementOf(
  options: Options,
  port: number,
  { isTerminal, qr }: Announcement,
  addresses = networkAddresses(),
): readonly string[] {
  // Only a person is told the secret: a file, a pager or a program would keep it.
  const suffix = isTerminal && options.token !== '' ? `?token=${encodeURIComponent(options.token)}` : '';
  const own = ownUrl(options, port);
  const places = placesOf(options, port, addresses);
  const lines = [
    `Serving ${visible(options.directory)} at ${visible(own)}${suffix}`,
    ...places.map(({ url, network }) => `In the network ${visible(network)}: ${url}${suffix}`),
  ];
  const isAny = anyOf(options.host) !== undefined;
  if (isAny && places.length === 0) lines.push('This machine is in no network that others could use.');
  const shown = isAny ? places[0]?.url : own;
  return qr && shown !== undefined ? [...lines, ...codeOf(shown + suffix, isTerminal)] : lines;
}

/** A QR code as lines, in a terminal with colours of its own: it is then dark on light whatever theme there is. */
function codeOf(text: string, isTerminal: boolean): readonly string[] {
  const rows = renderUnicodeCompact(text, { border: 2 }).split('\n');
  return [`${text} as a QR code:`, ...(isTerminal ? rows.map((row) => `\x1b[97;40m${row}\x1b[0m`) : rows)];
}

/** How many names are told at most. */
const mostNames = 5;

/** What is served although the defaults would keep it from everybody; undefined if there is no such thing. */
export function exposureOf({ directory, exclude }: Options): string | undefined {
  const gone = defaultOptions.exclude.filter((glob) => !exclude.includes(glob));
  if (gone.length === 0) return undefined;
  const here = hereOf(directory, exclude);
  return `Attention: --exclude replaces the defaults, so what matches ${enumerated(gone)} is served and written now.${here} --exclude-also keeps the defaults.`;
}

/** Which of it is in the folder itself, as a sentence with a blank before it; empty for nothing. */
function hereOf(directory: string, exclude: readonly string[]): string {
  const [usual, own] = [defaultOptions.exclude, exclude].map((globs) => createExclusion(globs, process.platform));
  let all: readonly string[];
  try {
    all = readdirSync(directory);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return ` The folder itself cannot be listed (${code ?? message}).`;
  }
  const names = all.filter((name) => usual?.excludes([name]) === true && own?.excludes([name]) === false).sort();
  const more = names.length > mostNames ? [`${names.length - mostNames} more`] : [];
  const found = enumerated([...names.slice(0, mostNames).map(visible), ...more]);
  return found === '' ? '' : ` In the folder itself: ${found}.`;
}
