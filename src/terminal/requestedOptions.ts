/** What the command line and the environment ask for: which folder to serve, and how. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isIPv6 } from 'node:net';
import {
  accessLevels,
  defaultLimits,
  defaultOptions,
  isLoopback,
  MiB,
  type Access,
  type Options,
  type OptionsError,
} from '../options';
import { advice } from './flagAdvice';
import { emptyValue, type CommandLine } from './commandLine';
import { flags, logFormats, mostPort, mostUpload, type FlagName } from './flags';
import { continued, enumerated, nearest, quoted, UsageError, visible } from './sentences';

/** The variable that keeps the token out of the list of processes. */
const tokenVariable = 'HTTP_SERVER_TOKEN';

/** @throws UsageError, or an Error with a sentence about a file that cannot be read */
export function optionsOf(line: CommandLine, env: NodeJS.ProcessEnv): Options {
  const options = {
    ...defaultOptions,
    directory: absolute(folderOf(line)),
    host: hostOf(line),
    port: wholeNumber(line, 'port', mostPort) ?? defaultOptions.port,
    access: accessOf(line),
    token: tokenOf(line, env),
    allowedHosts: line.all('allowed-host'),
    cors: line.all('cors'),
    exclude: [...(line.has('exclude') ? line.all('exclude') : defaultOptions.exclude), ...line.all('exclude-also')],
    spaFallback: fallbackOf(line),
    headers: headersOf(line),
    cleanUrls: line.has('clean-urls'),
    sync: line.has('sync'),
    rules: rulesOf(line),
    proxyHosts: line.all('proxy-host'),
    liveReload: line.has('live-reload'),
    limits: { ...defaultLimits, body: bodyOf(line) },
  };
  checkReach(line, options);
  return { ...options, tls: tlsOf(line) };
}

const refused = (name: FlagName, given: string, advice = ''): UsageError =>
  new UsageError(`--${name} takes ${flags[name].takes ?? 'no value'}, not ${quoted(given)}${advice}.`);

function folderOf(line: CommandLine): string {
  const [folder, another] = line.folders;
  const directory = line.last('directory');
  if (folder === undefined) return directory ?? '.';
  if (folder === '') throw emptyValue('DIR takes a folder');
  const other = another ?? directory;
  if (other === undefined) return folder;
  throw new UsageError(`One folder is served, and two are given: ${quoted(folder)} and ${quoted(other)}.`);
}

/** @throws Error with a sentence where the current folder is gone */
function absolute(folder: string): string {
  try {
    return resolve(folder);
  } catch (error) {
    throw new Error(`The current folder cannot be used: ${reasonOf(error)}.`, { cause: error });
  }
}

/** The number that a flag gives; undefined if the flag is not given. */
function wholeNumber(line: CommandLine, name: FlagName, most: number): number | undefined {
  const text = line.last(name);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) > most) throw refused(name, text);
  return Number(text);
}

function bodyOf(line: CommandLine): number {
  const size = wholeNumber(line, 'max-upload-size', mostUpload);
  return size === undefined ? defaultLimits.body : size * MiB;
}

function hostOf(line: CommandLine): string {
  const host = line.last('host') ?? defaultOptions.host;
  const literal = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (isIPv6(literal)) return literal;
  const [, name, port] = /^([^:]+):(\d+)$/.exec(host) ?? [];
  if (name !== undefined) throw refused('host', host, `: write --host ${visible(name)} --port ${port ?? ''}`);
  if (/[\s:/?#@*[\]]/.test(host)) throw refused('host', host);
  return host;
}

function accessOf(line: CommandLine): Access {
  const given = line.last('access') ?? defaultOptions.access;
  const access = accessLevels.find((level) => level === given);
  if (access !== undefined) return access;
  throw refused('access', given, ` (the nearest is ${nearest(given, accessLevels)})`);
}

/** @throws UsageError */
export function logFormatOf(line: CommandLine): (typeof logFormats)[number] {
  const given = line.last('log-format') ?? 'combined';
  const format = logFormats.find((each) => each === given);
  if (format !== undefined) return format;
  throw refused('log-format', given, ` (the nearest is ${nearest(given, logFormats)})`);
}

function tokenOf(line: CommandLine, env: NodeJS.ProcessEnv): string {
  const token = line.last('token');
  if (token !== undefined) return token;
  if (env[tokenVariable] === '') throw emptyValue(`${tokenVariable} takes a secret`);
  return env[tokenVariable] ?? '';
}

function fallbackOf(line: CommandLine): string {
  const file = line.last('spa') ?? '';
  if (/^(?:[\\/]|[a-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/i.test(file)) throw refused('spa', file);
  return file;
}

function headersOf(line: CommandLine): Options['headers'] {
  const headers: Record<string, string> = {};
  const given = new Set<string>();
  for (const text of line.all('header')) {
    const [, name, value] = /^([^:\s]+):(.*)/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw refused('header', text);
    if (/^access-control-/i.test(name)) {
      throw new UsageError(`--header cannot set ${visible(name)}: name the origins with --cors.`);
    }
    if (given.has(name.toLowerCase())) {
      throw new UsageError(`--header gives ${visible(name)} twice: give its values in one, with commas between.`);
    }
    given.add(name.toLowerCase());
    Object.defineProperty(headers, name, { value: value.trim(), enumerable: true });
  }
  return headers;
}

/** Makes sure that who lets others in says who may come. */
function checkReach(line: CommandLine, { host, token }: Pick<Options, 'host' | 'token'>): void {
  if (!isLoopback(host) && token === '') {
    throw new UsageError(
      `--host ${visible(host)} lets the network in, so a token is needed: give one in ${tokenVariable}, or with --token.`,
    );
  }
  if (isLoopback(host) && line.has('qr')) {
    throw new UsageError(`--qr is for other devices, and --host ${visible(host)} lets none in: try --host 0.0.0.0.`);
  }
}

function tlsOf(line: CommandLine): Options['tls'] {
  const [cert, key] = [line.last('tls-cert'), line.last('tls-key')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError('--tls-cert and --tls-key go together: give both, or neither.');
  }
  return { cert: textOf('tls-cert', cert), key: textOf('tls-key', key) };
}

/** What is in the list is looked at with the other options. */
function rulesOf(line: CommandLine): Options['rules'] {
  const file = line.last('rules');
  if (file === undefined) return [];
  const text = textOf('rules', file).replace(/^\uFEFF/, '');
  let rules: unknown;
  try {
    rules = JSON.parse(text);
  } catch (error) {
    const reason = visible((error as Error).message);
    throw new Error(`The file ${quoted(file)} of --rules is no JSON: ${reason}.`, { cause: error });
  }
  if (Array.isArray(rules)) return rules as Options['rules'];
  throw new Error(`The file ${quoted(file)} of --rules has no list in it.`);
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EISDIR: 'it is a folder',
  EACCES: 'that is not permitted',
};

function reasonOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return unreadable[code] ?? code;
}

function textOf(name: FlagName, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The file ${quoted(file)} of --${name} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

/** How the options are called here. Those that no flag sets cannot be wrong. */
const flagsOf: Readonly<Partial<Record<keyof Options, readonly FlagName[]>>> = {
  directory: ['directory'],
  host: ['host'],
  port: ['port'],
  access: ['access'],
  token: ['token'],
  tls: ['tls-cert', 'tls-key'],
  allowedHosts: ['allowed-host'],
  cors: ['cors'],
  exclude: ['exclude', 'exclude-also'],
  spaFallback: ['spa'],
  headers: ['header'],
  rules: ['rules'],
  proxyHosts: ['proxy-host'],
};

/** What is in a file that a flag names: the command line makes sense, whatever it is. */
const inFiles: readonly (keyof Options)[] = ['tls', 'rules'];

/** What the server has against one of the options, in terms of the command line. */
export function flagErrorOf({ option, message, instead }: OptionsError, line: CommandLine): Error {
  const names = flagsOf[option] ?? [];
  const given = names.filter((name) => line.has(name)).map((name) => `--${name}`);
  const where = option === 'token' && given.length === 0 ? [tokenVariable] : given;
  const help = instead === undefined ? '' : ` ${advice[instead]}`;
  const sentence = `${enumerated(where)}: ${visible(continued(message))}${help}`;
  return inFiles.includes(option) ? new Error(sentence) : new UsageError(sentence);
}
