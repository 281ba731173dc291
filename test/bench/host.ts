/**
 * Runs our server as the editor does: in a worker thread, with a main thread that takes the traffic and makes lines of it.
 * `node host.js HOSTED`. Answers `collect` when no garbage is left, and `started` with the milliseconds that it took from
 * making the thread to listening.
 */
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { combinedLine } from '../../src/accessLog';
import { resourceLimits, type Call, type FromWorker, type ToWorker } from '../../src/messages';
import type { Helper } from './collect';
import type { Tls } from '../../src/tls';
import { defaultLimits, defaultOptions, type Options } from '../../src/options';

export interface Hosted {
  /** Absolute path of `worker.js`. */
  readonly program: string;
  readonly directory: string;
  readonly port: number;
  readonly connections: number;
  /** Port that requests for `/through-…` are handed on to. */
  readonly upstream?: number;
  /** Whether it flushes what it stores. */
  readonly synced?: boolean;
  /** Whether it speaks TLS. */
  readonly tls?: Tls;
  /** Absolute path of an existing folder for profiles. */
  readonly profile?: string;
}

const { program, directory, port, connections, profile, upstream, synced, tls } = JSON.parse(
  process.argv[2] ?? '',
) as Hosted;
const options: Options = {
  ...defaultOptions,
  directory,
  port,
  sync: synced === true,
  tls,
  ...(upstream !== undefined && { rules: [{ match: '/through-*', proxy: `http://127.0.0.1:${upstream}` }] }),
  limits: { ...defaultLimits, connections: Math.max(connections, defaultLimits.connections) },
};

const began = performance.now();
const { port1: collector, port2: collected } = new MessageChannel();
const worker = new Worker(program, {
  name: 'HTTP Server',
  resourceLimits,
  workerData: { port: collected, profile } satisfies Helper,
  transferList: [collected],
  // Where `gc` can be called, something has to be there to call it.
  execArgv: ['--require', join(__dirname, 'collect.js')],
});
let started = NaN;
/** What the output channel would hold; only its length is kept. */
let written = 0;

worker.on('message', (message: FromWorker) => {
  if (message.type === 'listening') started = performance.now() - began;
  else if (message.type === 'failed') throw new Error(message.failure.message);
  else if (message.type === 'traffic') {
    worker.postMessage({ type: 'read' } satisfies ToWorker);
    for (const event of message.events) written += combinedLine(event).length;
  }
});
worker.postMessage({ type: 'start', id: 1, options } satisfies Call);

process.on('message', (question) => {
  if (question === 'started') {
    process.send?.(started);
    return;
  }
  collector.once('message', () => {
    globalThis.gc?.();
    process.send?.(written);
  });
  collector.postMessage('collect');
});

process.once('SIGTERM', () => {
  worker.once('exit', () => process.exit());
  collector.postMessage('exit');
});
