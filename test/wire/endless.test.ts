/** A response that goes on for ever, as an event stream does: it ends when it should, and never holds anything up. */
import assert from 'node:assert/strict';
import type { Response } from '../../src/http/message/message';
import type { RawClient } from '../support/rawClient';
import { startServer, type TestServer } from '../support/testServer';

/** Yields one piece, and then nothing until it is ended. */
class Stream implements AsyncIterable<Buffer>, AsyncIterator<Buffer, undefined> {
  returned = 0;
  private first = true;
  private end: (() => void) | undefined;
  private whenOver: (() => void) | undefined;
  readonly over = new Promise<void>((resolve) => (this.whenOver = resolve));

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.first) {
      this.first = false;
      return { done: false, value: Buffer.from('begun') };
    }
    await new Promise<void>((resolve) => (this.end = resolve));
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.returned++;
    this.end?.();
    this.whenOver?.();
    return Promise.resolve({ done: true, value: undefined });
  }
}

describe('an endless response', () => {
  let server: TestServer;
  let stream: Stream;

  beforeEach(async () => {
    stream = new Stream();
    server = await startServer((): Response => ({
      status: 200,
      fields: [],
      body: stream,
      endless: true,
    }));
  });
  afterEach(() => server.stop());

  async function begin(): Promise<RawClient> {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    while (!client.pending.includes('begun')) await new Promise(setImmediate);
    return client;
  }

  it('is ended, whole, when the client closes its half', async () => {
    const client = await begin();
    client.end();
    const bytes = await client.readToEnd();
    assert.match(bytes.toString(), /\r\n5\r\nbegun\r\n0\r\n\r\n$/);
    assert.equal(client.ending, 'fin');
    assert.equal((await server.logged(1))[0]?.aborted, false);
  });

  it('is ended when the client resets the connection, although it waits for its next piece', async () => {
    const client = await begin();
    client.reset();
    await stream.over;
    assert.equal((await server.logged(1))[0]?.aborted, true);
  });

  it('is ended, whole, when the server stops, and does not hold that up', async () => {
    const client = await begin();
    server.beginStop();
    const stopped = server.listener.stop(60_000);
    assert.match((await client.readToEnd()).toString(), /0\r\n\r\n$/);
    assert.equal(client.ending, 'fin');
    client.close();
    await stopped;
  });
});

describe('an endless response that begins after its client has closed its half', () => {
  it('is ended at once', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const stream = new Stream();
    const server = await startServer(async ({ path }) => {
      if (path === '/events') return { status: 200, fields: [], body: stream, endless: true };
      await released;
      return { status: 204, fields: [] };
    });
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    client.end();
    release();
    await client.readToEnd();
    assert.equal(client.ending, 'fin');
    await server.stop();
  });
});

describe('a response that has an end of its own', () => {
  it('goes on for a client that has closed its half', async () => {
    let heard: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (heard = resolve));
    async function* content(): AsyncGenerator<Buffer> {
      yield Buffer.from('begun');
      await ended;
      yield Buffer.from('ended');
    }
    const server = await startServer(() => ({ status: 200, fields: [], body: content() }));
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    client.end();
    while (!client.pending.includes('begun')) await new Promise(setImmediate);
    heard();
    assert.match((await client.readToEnd()).toString(), /5\r\nended\r\n0\r\n\r\n$/);
    await server.stop();
  });
});

describe('a large response on a connection that persists', () => {
  it('is logged as soon as the kernel has it, as whole', async () => {
    async function* content(): AsyncGenerator<Buffer> {
      await Promise.resolve();
      yield Buffer.alloc(1024 * 1024);
    }
    const server = await startServer(() => ({ status: 200, fields: [], body: content() }));
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.read();
    const [event] = await server.logged(1);
    assert.deepEqual([event?.aborted, event?.bytesOut], [false, 1024 * 1024]);
    await server.stop();
  });
});

describe('a server that stops', () => {
  it('tells all who want to know', async () => {
    const server = await startServer(() => ({ status: 204, fields: [] }));
    const client = await server.client();
    const stops = [server.listener.stop(0), server.listener.stop(0)];
    await Promise.all(stops);
    await client.readToEnd();
  });

  it('closes a connection as soon as its exchange has ended, although it had promised to keep it', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('begun');
      await finished;
    }
    const server = await startServer(() => ({ status: 200, fields: [], body: slow() }));
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    while (!client.pending.includes('begun')) await new Promise(setImmediate);
    server.beginStop();
    const stopped = server.listener.stop(60_000);
    finish();
    assert.match((await client.readToEnd()).toString(), /0\r\n\r\n$/);
    assert.equal(client.ending, 'fin');
    client.close();
    await stopped;
  });
});
