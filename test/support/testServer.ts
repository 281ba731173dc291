/** The socket half of the server alone, in front of an endpoint made for tests. */
import type { LogEvent } from '../../src/accessLog';
import { HttpError } from '../../src/http/message/httpError';
import { Listener } from '../../src/http/connection/listener';
import type { Endpoint, Request, Response } from '../../src/http/message/message';
import { defaultLimits, type Limits } from '../../src/options';
import { RawClient } from './rawClient';
import { defaultTls } from './tls';
import { Waiters } from './waiters';

export interface TestServer {
  readonly port: number;
  /** One per finished exchange. */
  readonly events: LogEvent[];
  /** Errors that are no {@link HttpError}. */
  readonly defects: unknown[];
  readonly listener: Listener;
  client(): Promise<RawClient>;
  /** Resolves when `count` events are there. */
  logged(count: number): Promise<readonly LogEvent[]>;
  /** What connections see first of a stop. */
  beginStop(): void;
  stop(): Promise<void>;
}

const text = (status: number, body: string, reason?: string): Response => ({
  status,
  fields: [['Content-Type', 'text/plain']],
  body: Buffer.from(body, 'latin1'),
  ...(reason === undefined ? {} : { reason }),
});

export async function startServer(
  endpoint: Endpoint,
  limits: Partial<Limits> = {},
  transport = defaultTls(),
): Promise<TestServer> {
  const tls = await transport;
  const events: LogEvent[] = [];
  const defects: unknown[] = [];
  const clients: RawClient[] = [];
  /** Whoever waits for an event. */
  const waiting = new Waiters();
  let stopping = false;
  const service = {
    limits: { ...defaultLimits, ...limits },
    endpoint,
    overPlain: endpoint,
    onError: (error: unknown): Response => {
      if (error instanceof HttpError) {
        return { ...text(error.status, error.message, error.message), fields: error.fields };
      }
      defects.push(error);
      return text(500, 'defect');
    },
    onExchange: (event: LogEvent): void => {
      events.push(event);
      waiting.wake();
    },
    get stopping() {
      return stopping;
    },
  };
  const listener = await Listener.listen({ host: '127.0.0.1', port: 0, attempts: 1, tls }, service);
  const { port } = listener.address;
  return {
    port,
    events,
    defects,
    listener,
    async client() {
      const client = await RawClient.connect(port, '127.0.0.1', transport);
      clients.push(client);
      return client;
    },
    async logged(count) {
      while (events.length < count) await waiting.next();
      return events;
    },
    beginStop() {
      stopping = true;
    },
    async stop() {
      stopping = true;
      for (const client of clients) client.close();
      await listener.stop();
    },
  };
}

async function contentOf(request: Request): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request.body) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** Answers with the method, the path, the query and the content it was sent, so that a test sees what was understood. */
export async function mirror(request: Request): Promise<Response> {
  const content = await contentOf(request);
  const { method, path, query = '-', authority } = request;
  return text(200, [method, path, query, authority, content.toString('latin1')].join('|'));
}
