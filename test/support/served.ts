/** The whole server in this process, on a temporary folder and a free port. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '../../src/accessLog';
import { defaultLimits, defaultOptions, type Limits, type Options } from '../../src/options';
import { serve, type Server, type Surroundings } from '../../src/serve';
import { RawClient } from './rawClient';
import { defaultTls } from './tls';
import { Waiters } from './waiters';

export interface Served {
  /** What is served. Its parent is temporary, too, and outside. */
  readonly directory: string;
  readonly port: number;
  /** `http://localhost:PORT`, or of https. */
  readonly origin: string;
  readonly server: Server;
  readonly events: LogEvent[];
  readonly options: Options;
  client(): Promise<RawClient>;
  /** Resolves when there is an event that `wanted` says yes to. */
  logged(wanted: (event: LogEvent) => boolean): Promise<LogEvent>;
  stop(): Promise<void>;
}

/** Makes an empty temporary folder; `remove` takes it away. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'http-server-')));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Nothing that is unfinished outlives it. */
export async function startServed(
  options: Partial<Omit<Options, 'limits'>> = {},
  limits: Partial<Limits> = {},
  surroundings: Omit<Surroundings, 'onExchange'> = {},
): Promise<Served> {
  const folder = await temporaryFolder();
  const events: LogEvent[] = [];
  const clients: RawClient[] = [];
  /** Whoever waits for an event. */
  const waiting = new Waiters();
  const all: Options = {
    ...defaultOptions,
    directory: join(folder.path, 'folder'),
    port: 0,
    tls: await defaultTls(),
    ...options,
    limits: { ...defaultLimits, ...limits },
  };
  await mkdir(all.directory, { recursive: true });
  const onExchange = (event: LogEvent): void => {
    events.push(event);
    waiting.wake();
  };
  const server = await serve(all, { onExchange, isPassing: true, ...surroundings });
  return {
    directory: all.directory,
    port: server.address.port,
    origin: `http${all.tls === undefined ? '' : 's'}://localhost:${server.address.port}`,
    server,
    events,
    options: all,
    async client() {
      const client = await RawClient.connect(server.address.port);
      clients.push(client);
      return client;
    },
    async logged(wanted) {
      for (;;) {
        const event = events.find(wanted);
        if (event !== undefined) return event;
        await waiting.next();
      }
    },
    async stop() {
      for (const client of clients) client.close();
      await server.stop(0);
      await folder.remove();
    },
  };
}
