/** The connection cap, and the graceful stop. */
import assert from 'node:assert/strict';
import { Listener } from '../../src/http/connection/listener';
import type { Request, Response } from '../../src/http/message/message';
import { takes } from '../support/noise';
import { field, RawClient } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Answers `/held` when it is released, what begins with `/no` by the status behind it, and with `/out` so who is refused entry. */
class Endpoints {
  release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));
  private reached = 0;
  private wake: () => void = () => undefined;

  readonly endpoint = async (request: Request): Promise<Response> => {
    const [, kind, status] = /^\/(no|out)(\d+)$/.exec(request.path) ?? [];
    const refused = kind === 'out' ? ({ refusesEntry: true } as const) : {};
    if (status !== undefined) return { status: Number(status), fields: [], body: Buffer.from('no'), ...refused };
    if (request.path === '/held') {
      this.reached++;
      this.wake();
      await this.released;
    }
    return mirror(request);
  };

  async reach(count: number): Promise<void> {
    while (this.reached < count) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

const hold = 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n';

describe('the connection cap', () => {
  const most = 3;
  let endpoints: Endpoints;
  let server: TestServer;
  beforeEach(async () => {
    endpoints = new Endpoints();
    server = await startServer(endpoints.endpoint, { connections: most });
  });
  afterEach(async () => {
    endpoints.release();
    await server.stop();
  });

  async function busy(count: number): Promise<RawClient[]> {
    const clients: RawClient[] = [];
    for (let i = 0; i < count; i++) {
      const client = await server.client();
      await client.write(hold);
      await endpoints.reach(i + 1);
      clients.push(client);
    }
    return clients;
  }

  async function asked(request = get): Promise<RawClient> {
    const client = await server.client();
    await client.write(request);
    await client.read();
    return client;
  }

  it('answers one too many with 503 and Retry-After, and closes it, when all others are busy', async () => {
    await busy(most);
    const client = await server.client();
    await client.write(get);
    const response = await client.read();
    assert.equal(response.status, 503);
    assert.equal(field(response, 'retry-after'), '1');
    assert.equal(field(response, 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('leaves the busy ones alone, and a place that becomes free is taken', async () => {
    const clients = await busy(most);
    const extra = await server.client();
    assert.equal((await extra.read()).status, 503);
    clients[1]!.reset();
    extra.close();
    while (server.listener.size > 2) await new Promise(setImmediate);
    const next = await asked();
    endpoints.release();
    for (const client of [clients[0]!, clients[2]!]) assert.equal((await client.read()).status, 200);
    assert.equal(next.ending, 'open');
  });

  it('H4: has the one idle longest make room', async () => {
    const [first, second, third] = [await asked(), await asked(), await asked()];
    // Now it is the second that has been idle longest.
    await first.write(get);
    await first.read();
    const next = await asked();
    assert.equal((await second.readToEnd()).length, 0);
    assert.deepEqual([first.ending, second.ending, third.ending, next.ending], ['open', 'fin', 'open', 'open']);
  });

  it('H4: has one that never asked, or not for a whole head, make room', async () => {
    await busy(most - 1);
    const silent = await server.client();
    await silent.write('GET / HT');
    await asked();
    await silent.readToEnd();
    assert.notEqual(silent.ending, 'open');
  });

  it('H4: has one whose unread body drips in make room', async () => {
    await busy(most - 1);
    const slow = await server.client();
    await slow.write('GET /no404 HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nx');
    assert.equal((await slow.read()).status, 404);
    const next = await asked();
    await slow.readToEnd();
    assert.equal(next.ending, 'open');
  });

  it('H4: has one that was refused entry make room first', async () => {
    const idle = await asked();
    await busy(most - 2);
    const refused = await server.client();
    await refused.write('POST /out401 HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nx');
    assert.equal((await refused.read()).status, 401);
    const next = await asked();
    assert.deepEqual([idle.ending, next.ending], ['open', 'open']);
    await refused.readToEnd();
  });

  it('cuts connections without a word when far too many come', async () => {
    await busy(most);
    // Over TLS they are cut before they count as connected.
    const connect = (): Promise<RawClient | undefined> => server.client().catch(() => undefined);
    const clients = await Promise.all(Array.from({ length: 64 + 10 }, connect));
    for (const client of clients.slice(64)) await client?.readToEnd();
    assert.ok(server.listener.size <= most + 64);
  });
});

describe('H4: who is refused entry', () => {
  const limits = { lingerTimeout: 90_000, bodyTimeout: 100_000 };
  let server: TestServer;
  before(async () => (server = await startServer(new Endpoints().endpoint, limits)));
  after(() => server.stop());

  const gone = async (): Promise<void> => {
    while (server.listener.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  for (const status of [401, 403, 421, 429]) {
    it(`is told that the connection closes: ${status}`, async () => {
      const client = await server.client();
      await client.write(`GET /out${status} HTTP/1.1\r\nHost: a\r\n\r\n${get}`);
      const response = await client.read();
      assert.deepEqual([response.status, field(response, 'connection')], [status, 'close']);
      assert.equal((await client.readToEnd()).length, 0);
      client.close();
    });

    it(`is not waited for, whatever is still sent: ${status}`, async () => {
      const timers: NodeJS.Timeout[] = [];
      for (const framing of ['Content-Length: 200000', 'Transfer-Encoding: chunked']) {
        const client = await server.client();
        client.socket.on('error', () => undefined);
        await client.write(`POST /out${status} HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n1`);
        const response = await client.read();
        assert.deepEqual([response.status, field(response, 'connection')], [status, 'close']);
        timers.push(setInterval(() => client.socket.write('0'), 100));
      }
      const begun = performance.now();
      await gone();
      for (const timer of timers) clearInterval(timer);
      // A second; who was not refused might go on for ninety.
      assert.ok(performance.now() - begun < 45_000);
    });
  }

  for (const status of [400, 401, 403, 404, 409, 429]) {
    it(`is nobody else: ${status}`, async () => {
      const client = await server.client();
      await client.write(`GET /no${status} HTTP/1.1\r\nHost: a\r\n\r\n`);
      assert.equal(field(await client.read(), 'connection'), undefined);
      client.close();
      await gone();
    });
  }
});

describe('a stop', () => {
  let server: TestServer;
  let endpoints: Endpoints;
  beforeEach(async () => {
    endpoints = new Endpoints();
    server = await startServer(endpoints.endpoint, { stopTimeout: 500, lingerTimeout: 50_000, bodyTimeout: 50_000 });
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

  it('H5: closes at once those that were answered and keep their half open', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await client.read();
    assert.equal((await client.readToEnd()).length, 0);
    const refused = await server.client();
    await refused.write('GET / HTTP/9.9\r\n\r\n');
    assert.equal((await refused.read()).status, 505);
    const begun = performance.now();
    await server.listener.stop(60_000);
    // They might linger for fifty seconds.
    assert.ok(performance.now() - begun < 20_000);
  });

  it('H5: does not wait for those that are answered in the midst of it, either', async () => {
    const client = await server.client();
    await client.write(hold);
    await endpoints.reach(1);
    server.beginStop();
    const stopped = server.listener.stop(60_000);
    endpoints.release();
    assert.equal((await client.read()).status, 200);
    const begun = performance.now();
    await stopped;
    assert.ok(performance.now() - begun < 20_000);
  });

  it('lets an exchange in flight finish, says close, and answers nothing further', async () => {
    const client = await server.client();
    await client.write(`GET /held HTTP/1.1\r\nHost: a\r\n\r\n${get}`);
    await endpoints.reach(1);
    const event = server.logged(1);
    server.beginStop();
    const stopped = server.listener.stop();
    endpoints.release();
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
    await endpoints.reach(1);
    const stopped = server.listener.stop();
    await assert.rejects(RawClient.connect(server.port), /ECONNREFUSED/);
    endpoints.release();
    await client.read();
    client.close();
    await stopped;
  });

  it('cuts what is still in flight when its time is over', async () => {
    const client = await server.client();
    await client.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
    await endpoints.reach(1);
    await takes(500, () => server.listener.stop());
    await client.readToEnd();
    assert.equal(client.ending, 'reset');
    assert.equal((await server.logged(1))[0]?.aborted, true);
  });

  it('needs no time when nothing is open', async () => {
    await takes(0, () => server.listener.stop(), 400);
  });
});
