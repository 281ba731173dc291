#!/usr/bin/env node
/** The server in a terminal: flags in, log lines out. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { version } from '../package.json';
import { combinedLine, type LogEvent } from './accessLog';
import { defaultLimits, defaultOptions, MiB, OptionsError, type Access, type Options } from './options';
import { serve, type Server } from './serve';

const usage = `Usage: workspace-http-server [--directory DIR] [options]

Serves a folder over HTTP, and takes POSTed files back into it.

  --directory DIR         the folder; the current one by default
  --port N                4221 by default; 0 picks a free one
  --host HOST             localhost by default: this machine only
  --access LEVEL          readOnly, readWrite (default), or full, which allows DELETE
  --token TOKEN           a secret that every request must carry; the environment variable
                          HTTP_SERVER_TOKEN says it where other users cannot read it
  --tls-cert FILE         a certificate, in PEM form, to speak HTTPS with
  --tls-key FILE          its private key, in PEM form, without a passphrase
  --allowed-host HOST     a further value of Host to answer to; may be repeated
  --cors ORIGIN           an origin whose pages may read and write; may be repeated
  --exclude GLOB          what is neither served nor written, instead of the defaults; may be repeated
  --max-upload-size MIB   4096 by default
  --spa FILE              the file that answers a navigation to a page that does not exist
  --quiet                 no line per request
  --help, --version
`;

const flags = {
  directory: { type: 'string', default: '.' },
  port: { type: 'string', default: String(defaultOptions.port) },
  host: { type: 'string', default: defaultOptions.host },
  access: { type: 'string', default: defaultOptions.access },
  token: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'allowed-host': { type: 'string', multiple: true },
  cors: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'max-upload-size': { type: 'string', default: String(defaultLimits.body / MiB) },
  spa: { type: 'string', default: '' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options'];

/** A command line that makes no sense: exit code 2. */
class UsageError extends Error {}

type Flags = ReturnType<typeof readFlags>;

function readFlags() {
  try {
    return parseArgs({ options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node adds advice of its own behind the first sentence.
    const [sentence] = (error as Error).message.split(/(?<=\.)\s/);
    throw new UsageError(sentence);
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  if (!/^\d+$/.test(text) || Number(text) > most) {
    throw new UsageError(`--${flag} takes a whole number from 0 to ${most}, not ${JSON.stringify(text)}.`);
  }
  return Number(text);
}

function tlsOf({ 'tls-cert': cert, 'tls-key': key }: Flags): Options['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError('--tls-cert and --tls-key go together: give both, or neither.');
  }
  return { cert: textOf(cert), key: textOf(key) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The file ${file} cannot be read.`, { cause: error });
  }
}

function optionsOf(values: Flags): Options {
  const megabytes = wholeNumber('max-upload-size', values['max-upload-size'], Number.MAX_SAFE_INTEGER / MiB);
  return {
    ...defaultOptions,
    directory: resolve(values.directory),
    host: values.host,
    port: wholeNumber('port', values.port, 65535),
    access: values.access as Access,
    token: values.token ?? process.env.HTTP_SERVER_TOKEN ?? '',
    tls: tlsOf(values),
    allowedHosts: values['allowed-host'] ?? [],
    cors: values.cors ?? [],
    exclude: values.exclude ?? defaultOptions.exclude,
    spaFallback: values.spa,
    limits: { ...defaultLimits, body: megabytes * MiB },
  };
}

/** One sentence about what keeps the server from running. */
function explain(error: unknown, { directory, host, port }: Options): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken; choose another one with --port, or 0 for any.`;
    case 'EACCES':
    case 'EPERM':
      return `Listening on port ${port} is not permitted; choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${host} is no address of this machine.`;
    case 'ENOENT':
      return `The folder ${directory} is not there.`;
    case 'ENOTDIR':
      return `${directory} is not a folder.`;
    default:
      return message;
  }
}

const urlOf = ({ host, tls }: Options, port: number): string =>
  `http${tls === undefined ? '' : 's'}://${/^[^[].*:/.test(host) ? `[${host}]` : host}:${port}/`;

/** Stops gracefully at the first signal, at once at the second. */
function stopOnSignal(server: Server): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

async function run(values: Flags): Promise<void> {
  const options = optionsOf(values);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const onExchange = (event: LogEvent): void => {
      if (!values.quiet) print(combinedLine(event));
    };
    const server = await serve(options, { onExchange });
    stopOnSignal(server);
    print(`Serving ${options.directory} at ${urlOf(options, server.address.port)}`);
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(error.message);
    throw new Error(explain(error, options), { cause: error });
  }
}

async function main(): Promise<void> {
  const values = readFlags();
  if (values.help) process.stdout.write(usage);
  else if (values.version) process.stdout.write(`${version}\n`);
  else await run(values);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
