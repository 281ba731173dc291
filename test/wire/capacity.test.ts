/** The connection cap, and the graceful stop. */
import assert from 'node:assert/strict';
import { Listener } from '../../src/http/listener';
import type { Request, Response } from '../../src/http/message';
import { field, RawClient } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('the connection cap', () => {
  let server: TestServer;
  beforeEach(async () => (server = await startServer(mirror, { connections: 3 })));
  afterEach(() => server.stop());

  it('answers one too many with 503 and Retry-After, and closes it', async () => {
    for (let i = 0; i < 3; i++) {
      const client = await server.client();
      await client.write(get);
      assert.equal((await client.read()).status, 200);
    }
    const client = await server.client();
    await client.write(get);
    const response = await client.read();
    assert.equal(response.status, 503);
    assert.equal(field(response, 'retry-after'), '1');
    assert.equal(field(response, 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('leaves the others alone, and a place that becomes free is taken', async () => {
    const clients = [await server.client(), await server.client(), await server.client()];
    for (const client of clients) {
      await client.write(get);
      await client.read();
    }
    const extra = await server.client();
    assert.equal((await extra.read()).status, 503);
    await clients[0]!.write(get);
    assert.equal((await clients[0]!.read()).status, 200);
    clients[1]!.close();
    extra.close();
    while (server.listener.size > 2) await new Promise(setImmediate);
    const next = await server.client();
    await next.write(get);
    assert.equal((await next.read()).status, 200);
  });

  it('cuts connections without a word when far too many come', async () => {
    // Over TLS they are cut before they count as connected.
    const connect = (): Promise<RawClient | undefined> => server.client().catch(() => undefined);
    const clients = await Promise.all(Array.from({ length: 3 + 64 + 10 }, connect));
    for (const client of clients.slice(3 + 64)) await client?.readToEnd();
    assert.ok(server.listener.size <= 3 + 64);
  });
});

describe('a stop', () => {
  let server: TestServer;
  let release: () => void;
  let reached: Promise<void>;
  beforeEach(async () => {
    const held = new Promise<void>((resolve) => (release = resolve));
    let reach: () => void;
    reached = new Promise<void>((resolve) => (reach = resolve));
    const endpoint = async (request: Request): Promise<Response> => {
      if (request.path === '/held') {
        reach();
        await held;
      }
      return mirror(request);
    };
    server = await startServer(endpoint, { stopTimeout: 500 });
  });
  afterEach(() => server.stop());

  it('closes idle connections at once, and the port is free', async () => {
    const fresh = await server.client();
    const used = await server.client();
    await used.write(get);
    await used.read();
    await server.listener.stop();
    await Promise.all([fresh.readToEnd(), used.readToEnd()]);
    assert.deepEqual([fresh.ending, used.ending], ['fin', 'fin']);
    const service = {
      limits: undefined as never,
      endpoint: mirror,
      overPlain: mirror,
      onError: undefined as never,
      onExchange: () => undefined,
      stopping: false,
    };
    const again = await Listener.listen({ host: '127.0.0.1', port: server.port, attempts: 1 }, service);
    await again.stop(0);
  });

  it('lets an exchange in flight finish, says close, and answers nothing further', async () => {
    const client = await server.client();
    await client.write(`GET /held HTTP/1.1\r\nHost: a\r\n\r\n${get}`);
    await reached;
    const event = server.logged(1);
    server.beginStop();
    const stopped = server.listener.stop();
    release();
    const response = await client.read();
    assert.equal(response.body.toString(), 'GET|/held|-|a|');
    assert.equal(field(response, 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
    client.close();
    await stopped;
    assert.equal((await event).length, 1);
  });

  it('refuses new connections', async () => {
    const client = await server.client();
    await client.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
    await reached;
    const stopped = server.listener.stop();
    await assert.rejects(RawClient.connect(server.port), /ECONNREFUSED/);
    release();
    await client.read();
    client.close();
    await stopped;
  });

  it('cuts what is still in flight when its time is over', async () => {
    const client = await server.client();
    await client.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
    await reached;
    const started = performance.now();
    await server.listener.stop();
    const took = performance.now() - started;
    assert.ok(took >= 495 && took < 1500, `${took} ms`);
    await client.readToEnd();
    assert.equal(client.ending, 'reset');
    assert.equal((await server.logged(1))[0]?.aborted, true);
  });

  it('needs no time when nothing is open', async () => {
    const started = performance.now();
    await server.listener.stop();
    assert.ok(performance.now() - started < 400);
  });
});
