/** Load on a server, from a process of its own: wrk or autocannon for many small requests, our own client for the rest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Cleanup } from '../support/host/cleanup';
import { startOwned } from '../support/host/children';
import { projectRoot } from '../support/host/paths';
import type { Job, Result } from './client';
import { firstLineOf } from './machine';

export type Generator = 'wrk' | 'autocannon' | 'own';

/** Where and with what load is made. */
export interface Loading {
  readonly generator: Generator;
  /** A command in front of the generator's. */
  readonly pin: readonly string[];
  /** `node_modules` with autocannon in it. */
  readonly modules: string;
  readonly cleanup: Cleanup;
}

/** The best generator there is, and its name with its version. */
export function findGenerator(): { generator: Generator; text: string } {
  const wrk = firstLineOf('wrk', '-v');
  if (wrk === undefined) return { generator: 'autocannon', text: 'autocannon' };
  return { generator: 'wrk', text: /^wrk [^ ]+/.exec(wrk)?.[0] ?? 'wrk' };
}

/** Asks with GET for as many seconds as the job says. Fails if an answer was no 2xx or 3xx. */
export async function get(loading: Loading, job: Job): Promise<Result> {
  // wrk knows whole seconds only, and autocannon one set of fields.
  const isOurs = !Number.isInteger(job.seconds) || (job.rotation !== undefined && loading.generator !== 'wrk');
  if (loading.generator === 'own' || isOurs) return run(loading, job);
  return loading.generator === 'wrk' ? wrk(loading, job) : autocannon(loading, job);
}

async function wrk({ pin }: Loading, job: Job): Promise<Result> {
  const fields = Object.entries(job.fields ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = join(projectRoot, 'test/bench/wrk.lua');
  const flags = ['-t1', `-c${job.connections}`, `-d${job.seconds}s`, '--timeout', '30s', '-s', script, ...fields];
  // One word per request, for its path, and per field.
  const rotation = (job.rotation ?? []).map(({ path, fields }) =>
    [path, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)].join('\n'),
  );
  const output = await outputOf([...pin, 'wrk', ...flags, urlOf(job), '--', String(job.depth), ...rotation]);
  const text = /^RESULT (.*)$/m.exec(output)?.[1];
  if (text === undefined) throw new Error(`wrk printed no result: ${output}`);
  return checked(JSON.parse(text) as Result & Failures);
}

interface Failures {
  readonly failed: number;
  readonly refused: number;
}

async function autocannon({ pin, modules }: Loading, job: Job): Promise<Result> {
  const fields = Object.entries(job.fields ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const size = ['-c', String(job.connections), '-p', String(job.depth), '-d', String(job.seconds)];
  const program = join(modules, 'autocannon/autocannon.js');
  const flags = ['--json', '--no-progress', ...size, ...fields];
  const output = await outputOf([...pin, process.execPath, program, ...flags, urlOf(job)]);
  const { requests, throughput, latency, duration, errors, ...statuses } = JSON.parse(output) as Cannonade;
  return checked({
    requests: requests.total,
    octets: throughput.total,
    seconds: duration,
    failed: errors,
    refused: statuses['4xx'] + statuses['5xx'],
    p50: latency.p50,
    p99: latency.p99,
  });
}

/** What autocannon prints. */
interface Cannonade {
  readonly requests: { readonly total: number };
  readonly throughput: { readonly total: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly duration: number;
  readonly errors: number;
  readonly '4xx': number;
  readonly '5xx': number;
}

const urlOf = ({ port, path }: Job): string => `http://127.0.0.1:${port}${path}`;

function checked(result: Result & Failures): Result {
  const { failed, refused, requests } = result;
  if (failed + refused > 0) throw new Error(`Of ${requests} requests ${refused} were refused and ${failed} failed.`);
  if (requests === 0) throw new Error('No request was answered in time.');
  return result;
}

async function outputOf([command = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}: ${text}`);
  return text;
}

/** Our own client at work, every connection open. */
export interface Client {
  /** Begins no new request; resolves when those under way are answered. */
  stop(): Promise<Result>;
  /** Ends it at once, whatever is under way. */
  end(): Promise<void>;
  /** Resolves when the job's seconds are over. */
  readonly result: Promise<Result>;
}

/** Resolves when the client's connections are open. @param wrapper a command in front of the client's */
export async function start({ pin, cleanup }: Loading, job: Job): Promise<Client> {
  const program = [process.execPath, join(__dirname, 'client.js'), JSON.stringify(job)];
  const [command = '', ...args] = [...pin, ...program];
  const child = startOwned(cleanup, command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(async ([code]: unknown[]) => {
    // The last that it has told may still be on its way.
    if (child.connected) await once(child, 'disconnect');
    throw new Error(`The load generator ended with ${String(code)}.`);
  });
  // Whoever waits hears of it; after the result nobody does.
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  const result = Promise.race([once(child, 'message') as Promise<[Result]>, ended]).then(([message]) => {
    if (message.requests === 0 && job.hold !== true) throw new Error(`${job.path} was not answered once.`);
    return message;
  });
  result.catch(() => undefined);
  return {
    result,
    stop: async () => {
      child.send('stop');
      return result;
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Our own client, until the job's seconds are over. */
export async function run(loading: Loading, job: Job): Promise<Result> {
  const client = await start(loading, job);
  return client.result;
}
