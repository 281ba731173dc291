/** The server's thread tells how many connections are open, also when nothing else happens. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Call, FromWorker, Listening, ToWorker, Traffic } from '../../src/messages';
import { defaultOptions, type Options } from '../../src/options';
import { RawClient } from '../support/rawClient';

/** A call before it has its number. */
type Question = Call extends infer C ? (C extends Call ? Omit<C, 'id'> : never) : never;

const get = 'GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('the number of open connections', () => {
  let folder: string;
  let options: Options;
  let worker: Worker;
  let port: number;
  let told: Traffic[];
  let clients: RawClient[];
  let wake: () => void;
  let ids = 0;

  /** Resolves to where the server listens, if that is what `question` is about. */
  function call(question: Question): Promise<Listening | undefined> {
    const id = ++ids;
    worker.postMessage({ ...question, id });
    return new Promise((resolve, reject) => {
      const receive = (message: FromWorker): void => {
        if (!('id' in message) || message.type === 'trash' || message.id !== id) return;
        worker.off('message', receive);
        if (message.type === 'failed') reject(new Error(message.failure.message));
        else resolve(message.type === 'listening' ? message.listening : undefined);
      };
      worker.on('message', receive);
    });
  }

  const listen = async (type: 'start' | 'share'): Promise<number> => (await call({ type, options }))?.port ?? 0;

  async function connect(to = port): Promise<RawClient> {
    const client = await RawClient.connect(to);
    clients.push(client);
    return client;
  }

  /** Resolves once `wanted` is what was told last. */
  async function count(wanted: number): Promise<void> {
    while ((told.at(-1)?.connections ?? 0) !== wanted) await new Promise<void>((resolve) => (wake = resolve));
  }

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'http-server-connections-'));
    writeFileSync(path.join(folder, 'a.txt'), 'a');
    options = { ...defaultOptions, directory: folder, host: '127.0.0.1', port: 0 };
  });

  beforeEach(async () => {
    told = [];
    clients = [];
    wake = () => undefined;
    worker = new Worker(path.join(__dirname, '../../src/worker.js'));
    worker.on('message', (message: FromWorker) => {
      if (message.type !== 'traffic') return;
      worker.postMessage({ type: 'read' } satisfies ToWorker);
      told.push(message);
      wake();
    });
    port = await listen('start');
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await worker.terminate();
  });

  after(() => rmSync(folder, { recursive: true }));

  it('is told when connections open and close, without an exchange', async () => {
    const client = await connect();
    await connect();
    await count(2);
    client.close();
    await count(1);
    assert.ok(told.every(({ events }) => events.length === 0));
  });

  it('counts those of both servers', async () => {
    await connect();
    const shared = await listen('share');
    const other = await connect(shared);
    await count(2);
    other.close();
    await count(1);
  });

  it('is 0 when the server has stopped', async () => {
    const client = await connect();
    await client.write(get);
    await client.read();
    await count(1);
    await call({ type: 'stop' });
    assert.equal(told.at(-1)?.connections, 0);
  });

  it('is told once for many, and not at all while it stays as it is', async () => {
    await Promise.all(Array.from({ length: 50 }, () => connect()));
    await count(50);
    const before = told.length;
    assert.ok(before < 50, `told ${before} times`);
    // An exchange is told, and with it would be what came before it.
    await clients[0]?.write(get);
    while (told.length === before) await new Promise<void>((resolve) => (wake = resolve));
    assert.deepEqual(
      told.slice(before).map(({ events, connections }) => [events.length, connections]),
      [[1, 50]],
    );
  });
});
