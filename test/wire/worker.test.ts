/** The server's thread does not fill the memory of an editor that stands still. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, Traffic } from '../../src/messages';
import { defaultOptions, type Options } from '../../src/options';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';

describe('the thread of the server', () => {
  let worker: Worker;
  let port: number;
  let directory: string;
  let remove: () => Promise<void>;
  let told: Traffic[];
  let calls = 0;

  const send = (message: ToWorker): void => worker.postMessage(message);

  /** Sends nothing back: the editor stands still. */
  async function received(type: FromWorker['type']): Promise<FromWorker> {
    for (;;) {
      const [message] = (await once(worker, 'message')) as [FromWorker];
      if (message.type === type) return message;
    }
  }

  beforeEach(async () => {
    ({ path: directory, remove } = await temporaryFolder());
    told = [];
    worker = new Worker(join(__dirname, '../../src/worker.js'));
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'traffic') told.push(message);
    });
    const options: Options = { ...defaultOptions, directory, port: 0, liveReload: true };
    send({ type: 'start', id: ++calls, options });
    const reply = await received('listening');
    assert.ok(reply.type === 'listening');
    port = reply.listening.port;
  });
  afterEach(async () => {
    await worker.terminate();
    await remove();
  });

  async function exchange(count = 1): Promise<void> {
    const client = await RawClient.connect(port);
    const another = 'GET /user-agent HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const last = 'GET /user-agent HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    await client.write(another.repeat(count - 1) + last);
    await client.readToEnd();
  }

  /** Waits for as long as a message would take if it came: the thread answers what is asked later. */
  async function settled(): Promise<void> {
    const started = performance.now();
    while (performance.now() - started < 300) await exchange();
  }

  const counted = (): number =>
    told.reduce((sum, { events, dropped }) => sum + events.length + (dropped?.count ?? 0), 0);

  for (const [promise, name, code] of [
    ['by the system’s word', 'gone', 'ENOENT'],
    ['where it is none of the system’s, as a defect', 'a\0b', 'INTERNAL'],
  ] as const) {
    it(`tells why it cannot serve: ${promise}`, async () => {
      send({ type: 'stop', id: ++calls, grace: 0 });
      send({ type: 'start', id: ++calls, options: { ...defaultOptions, port: 0, directory: join(directory, name) } });
      const reply = await received('failed');
      assert.ok(reply.type === 'failed');
      assert.equal(reply.failure.code, code, reply.failure.message);
    });
  }

  it('tells nothing more before what it told last is read, and then all that happened', async () => {
    await exchange();
    if (told.length === 0) await received('traffic');
    await settled();
    assert.equal(told.length, 1);

    const before = counted();
    await exchange(250);
    assert.equal(counted(), before);

    send({ type: 'read' });
    const next = await received('traffic');
    assert.ok(next.type === 'traffic');
    assert.ok(counted() >= before + 250, String(counted()));
    assert.equal(next.events.length, 200);
  });

  it('asks about no more than so many files for the trash at once', async () => {
    const options: Options = { ...defaultOptions, directory, port, access: 'full' };
    send({ type: 'configure', id: ++calls, options });
    await received('done');
    let asked = 0;
    worker.on('message', (message: FromWorker) => (asked += message.type === 'trash' ? 1 : 0));
    const remove = async (name: string): Promise<RawClient> => {
      writeFileSync(join(directory, name), '');
      const client = await RawClient.connect(port);
      await client.write(`DELETE /files/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      return client;
    };
    for (let i = 1; i <= 128; i++) {
      // The editor does not answer, and the client gives up.
      const client = await remove(`${i}`);
      while (asked < i) await once(worker, 'message');
      client.close();
    }
    const client = await remove('last');
    assert.equal((await client.read()).status, 503);
    assert.equal(asked, 128);
    assert.ok(existsSync(join(directory, 'last')));
    client.close();
  });

  it('tells the newest number of pages only', async () => {
    await exchange();
    if (told.length === 0) await received('traffic');
    const streams: RawClient[] = [];
    for (let i = 0; i < 3; i++) {
      const client = await RawClient.connect(port);
      await client.write('GET /.http-server/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(client.socket, 'data');
      streams.push(client);
    }
    send({ type: 'read' });
    await received('traffic');
    assert.deepEqual(
      told.map(({ pages }) => pages),
      [undefined, 3],
    );
    for (const client of streams) client.close();
  });

  it('tells of the consoles of pages, of no more lines than may wait, and keeps none of the reports', async () => {
    send({
      type: 'configure',
      id: ++calls,
      options: { ...defaultOptions, directory, port, liveReload: true, forwardConsole: true },
    });
    await received('done');
    await exchange();
    if (told.length === 0) await received('traffic');
    const lines = Array.from({ length: 20 }, (_, i) => ({ level: 'log', text: String(i) }));
    for (let id = 0; id < 12; id++) {
      const body = JSON.stringify({ id: String(id), page: '/', dropped: 1, lines });
      const client = await RawClient.connect(port);
      const own = `Host: localhost:${port}\r\nOrigin: http://localhost:${port}`;
      await client.write(
        `POST /.http-server/console HTTP/1.1\r\n${own}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      assert.equal((await client.read()).status, 204);
      client.close();
    }
    const { lastRequest } = told.at(-1) ?? {};
    send({ type: 'read' });
    const next = await received('traffic');
    assert.ok(next.type === 'traffic' && next.console !== undefined);
    const { reports, dropped } = next.console;
    const waiting = reports.reduce((sum, report) => sum + report.lines.length, 0);
    assert.ok(waiting <= 200, String(waiting));
    assert.equal(waiting + dropped + reports.reduce((sum, report) => sum + report.dropped, 0), 12 * 21);
    assert.equal(next.lastRequest, lastRequest);
  });

  describe('with a share that is over', () => {
    let visitor: RawClient;
    let sharedPort: number;

    beforeEach(async () => {
      const options: Options = { ...defaultOptions, directory, port: 0, token: 'secret' };
      send({ type: 'share', id: ++calls, options });
      const reply = await received('listening');
      assert.ok(reply.type === 'listening');
      sharedPort = reply.listening.port;
      visitor = await RawClient.connect(sharedPort);
      const fields = 'Host: localhost\r\nAuthorization: Bearer secret\r\nExpect: 100-continue\r\nContent-Length: 6';
      await visitor.write(`POST /files/late.txt HTTP/1.1\r\n${fields}\r\n\r\n`);
      // It is under way when its content is wanted.
      assert.equal((await visitor.read()).status, 100);
      send({ type: 'unshare', id: ++calls, lingers: true });
      await received('done');
    });

    it('lets nobody in, and lets an upload that is under way go on', async () => {
      await assert.rejects(RawClient.connect(sharedPort));
      await visitor.write('abcdef');
      assert.equal((await visitor.read()).status, 201);
      assert.equal(readFileSync(join(directory, 'late.txt'), 'utf8'), 'abcdef');
    });

    it('cancels the upload when the editor asks for it', async () => {
      await visitor.write('abc');
      for (;;) {
        const [upload] = told.at(-1)?.uploads ?? [];
        if (upload !== undefined) {
          send({ type: 'cancelUpload', upload: upload.upload });
          break;
        }
        send({ type: 'read' });
        await received('traffic');
      }
      assert.equal((await visitor.read()).status, 403);
      assert.equal(existsSync(join(directory, 'late.txt')), false);
    });

    it('can share again meanwhile', async () => {
      send({ type: 'share', id: ++calls, options: { ...defaultOptions, directory, port: 0, token: 'other' } });
      await received('listening');
      await visitor.write('abcdef');
      assert.equal((await visitor.read()).status, 201);
    });

    it('cuts the upload when all of it stops', async () => {
      send({ type: 'stop', id: ++calls, grace: 0 });
      await received('done');
      await assert.rejects(visitor.read());
      assert.equal(existsSync(join(directory, 'late.txt')), false);
    });
  });

  it('tells what is left when it stops, read or not', async () => {
    await exchange();
    if (told.length === 0) await received('traffic');
    await exchange();
    send({ type: 'stop', id: ++calls });
    await received('done');
    assert.equal(counted(), 2);
    assert.equal(told.at(-1)?.connections, 0);
  });
});
