/** What may stand on the command line: one table, from which the help is made, too. Pure. */
import { accessLevels, defaultLimits, defaultOptions, MiB } from '../options';
import { enumerated } from './sentences';

interface Flag {
  /** One letter. */
  readonly short?: string;
  /** What stands for its value in the help; without it, the flag takes none. */
  readonly value?: string;
  /** What its value is, for a sentence: `--port takes …`. */
  readonly takes?: string;
  /** Whether each further one adds to those before it. Otherwise the last one counts. */
  readonly repeated?: true;
  /** Lines of the help. */
  readonly help: readonly string[];
}

/** The largest port (RFC 9293 §3.1). */
export const mostPort = 65535;

/** In MiB: what is exact as a number of octets. */
export const mostUpload = Math.floor(Number.MAX_SAFE_INTEGER / MiB);

export const logFormats = ['combined', 'json'] as const;

const table = {
  directory: { value: 'DIR', takes: 'a folder', help: ['the folder, as DIR alone; the current one by default'] },
  port: {
    short: 'p',
    value: 'N',
    takes: `a whole number from 0 to ${mostPort}`,
    help: [`${defaultOptions.port} by default; 0 picks a free one`],
  },
  host: {
    value: 'HOST',
    takes: 'a host name or an address of this machine, without a port',
    help: ['localhost by default: this machine only; 0.0.0.0 lets', 'the network in, and needs a token'],
  },
  access: {
    value: 'LEVEL',
    takes: enumerated(accessLevels, 'or'),
    help: [
      'readOnly, readWrite (default), full, which allows DELETE and',
      'MOVE, or dropBox, which takes files and shows none',
    ],
  },
  token: {
    value: 'TOKEN',
    takes: 'a secret',
    help: [
      'a secret that every request must carry; the environment',
      'variable HTTP_SERVER_TOKEN says it where other users cannot',
      'read it',
    ],
  },
  'tls-cert': {
    value: 'FILE',
    takes: 'a file with a certificate in PEM form',
    help: ['a certificate, in PEM form, to speak HTTPS with'],
  },
  'tls-key': {
    value: 'FILE',
    takes: 'a file with a private key in PEM form',
    help: ['its private key, in PEM form, without a passphrase'],
  },
  'allowed-host': {
    value: 'HOST',
    takes: 'a host name, alone or as host:port',
    repeated: true,
    help: ['a further value of Host to answer to *'],
  },
  cors: {
    value: 'ORIGIN',
    takes: 'an origin, such as http://localhost:3000',
    repeated: true,
    help: ['an origin whose pages may read and write *'],
  },
  exclude: {
    value: 'GLOB',
    takes: 'a glob pattern, such as **/*.log',
    repeated: true,
    help: ['what is neither served nor written, instead of the defaults:', 'hidden files and those of keys *'],
  },
  'exclude-also': {
    value: 'GLOB',
    takes: 'a glob pattern, such as **/*.log',
    repeated: true,
    help: ['the same, but besides what is excluded already *'],
  },
  'max-upload-size': {
    value: 'MIB',
    takes: `a whole number of MiB from 0 to ${mostUpload}`,
    help: [`${defaultLimits.body / MiB} by default`],
  },
  spa: {
    value: 'FILE',
    takes: 'a file, relative to the folder, such as index.html',
    help: ['the file that answers a navigation to a page that does', 'not exist'],
  },
  'clean-urls': { help: ['/about is the page about.html'] },
  rules: {
    value: 'FILE',
    takes: 'a JSON file with a list of rules',
    help: [
      'canned answers, redirects, rewrites, fields by path, and',
      'requests that are handed on, as a list in JSON',
    ],
  },
  'proxy-host': {
    value: 'HOST:PORT',
    takes: 'a host and its port, such as backend.example:8080',
    repeated: true,
    help: ['a host beyond this machine that rules may hand on to *'],
  },
  header: {
    value: "'N: V'",
    takes: "a field, such as 'X-Robots-Tag: none'",
    repeated: true,
    help: ['a field that is added to what the site answers *'],
  },
  sync: {
    help: ['flushes what is stored to the disk before the answer, so', 'that it survives a power cut, too; slower'],
  },
  'live-reload': { help: ['pages of the site reload when a file that they use changes'] },
  open: { help: ['opens the address in the browser, without the token'] },
  qr: { help: ['shows the address for other devices as a QR code'] },
  'log-format': {
    value: 'FORMAT',
    takes: enumerated(logFormats, 'or'),
    help: ['combined (default), or json: an object per request'],
  },
  quiet: { help: ['no line per request'] },
  help: { short: 'h', help: ['shows this'] },
  version: { short: 'v', help: ['shows the version'] },
} satisfies Record<string, Flag>;

export type FlagName = keyof typeof table;

export const flags: Readonly<Record<FlagName, Flag>> = table;

export const flagNames = Object.keys(table) as readonly FlagName[];

/** The column in which the help says what a flag means. */
const column = 30;

function helpOf(name: FlagName): string {
  const { short, value, help }: Flag = flags[name];
  const given = `  ${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  return help.map((line, i) => `${(i === 0 ? given : '').padEnd(column)}${line}\n`).join('');
}

export const usage = `Usage: workspace-http-server [DIR] [options]

Serves a folder over HTTP, and takes POSTed files back into it.

${flagNames.map(helpOf).join('')}
What is marked with * may be given several times; of other flags the last one counts. Behind -- only DIR may come.
`;
