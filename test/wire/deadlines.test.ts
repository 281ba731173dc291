/** Slow peers, with real slow sockets and shortened limits. No deadline is early, and none is late by more than a second. */
import assert from 'node:assert/strict';
import type { Request, Response } from '../../src/http/message/message';
import { KiB, MiB } from '../../src/options';
import { takes } from '../support/noise';
import { field, type RawClient } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const limits = {
  headTimeout: 600,
  bodyTimeout: 700,
  responseTimeout: 800,
  keepAliveTimeout: 900,
  lingerTimeout: 500,
  stopTimeout: 600,
};

function endpoint(request: Request): Response | Promise<Response> {
  if (request.path === '/never') return new Promise(() => undefined);
  if (request.path === '/large') return { status: 200, fields: [], body: Buffer.alloc(64 * MiB) };
  if (request.path === '/piece') return { status: 200, fields: [], body: Buffer.alloc(32 * KiB) };
  if (request.path === '/unread') return { status: 200, fields: [], body: Buffer.from('unread') };
  return mirror(request);
}

/** Stops the thread, as a debugger or Ctrl+Z does. */
const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a deadline', function () {
  this.slow(5000);
  let server: TestServer;
  beforeEach(async () => (server = await startServer(endpoint, limits)));
  afterEach(() => server.stop());

  /** Sends an octet every 100 ms, as a slow loris does. */
  const drip = (client: RawClient, octet: string): NodeJS.Timeout => setInterval(() => void client.write(octet), 100);

  async function timesOut(client: RawClient): Promise<void> {
    const response = await client.read();
    assert.equal(response.status, 408);
    assert.equal(field(response, 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
  }

  it('for the first octet: 408, which is not logged', async () => {
    const client = await server.client();
    await takes(limits.headTimeout, () => timesOut(client));
    assert.deepEqual(server.events, []);
  });

  it('for the head, from its first octet: 408', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHo');
    await takes(limits.headTimeout, () => timesOut(client));
    assert.equal((await server.logged(1))[0]?.status, 408);
  });

  it('for the head is not renewed by octets that drip in', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nX: ');
    const timer = drip(client, 'x');
    await takes(limits.headTimeout, () => timesOut(client));
    clearInterval(timer);
  });

  it('for the head of a further request begins with its own first octet', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.read();
    await new Promise((resolve) => setTimeout(resolve, limits.headTimeout - 200));
    await client.write('GET / HTT');
    await takes(limits.headTimeout, () => timesOut(client));
  });

  it('for a further request: the connection is closed without a word', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.read();
    await takes(limits.keepAliveTimeout, async () => {
      assert.equal((await client.readToEnd()).length, 0);
      assert.equal(client.ending, 'fin');
    });
  });

  for (const [name, fields, part] of [
    ['Content-Length', 'Content-Length: 10', '12345'],
    ['chunked', 'Transfer-Encoding: chunked', '5\r\n123'],
    ['after a 100', 'Content-Length: 10\r\nExpect: 100-continue', ''],
  ] as const) {
    it(`for the body, without an octet: 408 (${name})`, async () => {
      const client = await server.client();
      await client.write(`POST /p HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${part}`);
      if (part === '') assert.equal((await client.read()).status, 100);
      await takes(limits.bodyTimeout, () => timesOut(client));
    });
  }

  it('for the body is renewed by every octet', async () => {
    const client = await server.client();
    await client.write('POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n');
    const timer = drip(client, 'x');
    const response = await client.read();
    clearInterval(timer);
    assert.equal(response.body.toString(), 'POST|/p|-|a|xxxxxxxxxxxxxxx');
  });

  it('for a body that nobody reads, after the answer', async () => {
    const client = await server.client();
    await client.write('POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123');
    assert.equal((await client.read()).body.toString(), 'unread');
    await takes(limits.bodyTimeout, () => client.readToEnd());
  });

  it('for the response: the connection is cut when the peer takes nothing', async () => {
    const client = await server.client();
    client.socket.pause();
    await client.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    await takes(limits.responseTimeout, () => server.logged(1));
    assert.equal(server.events[0]?.aborted, true);
    client.socket.resume();
    await assert.rejects(client.read(), /the connection ended/);
  });

  it('for the response: the same for a small one, which the kernel has no room for', async () => {
    const client = await server.client();
    client.socket.pause();
    const isOver = (): boolean => server.events.some(({ aborted }) => aborted);
    const full = async (): Promise<void> => {
      for (let asked = 0; !isOver();) {
        if (server.events.length === asked && ++asked) await client.write('GET /piece HTTP/1.1\r\nHost: a\r\n\r\n');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    // That the kernel has no more room takes as long as the machine needs for some hundred answers.
    await takes(limits.responseTimeout, full, 60_000);
  });

  it('for the response is renewed by whatever the peer takes', async () => {
    const client = await server.client();
    client.socket.pause();
    await client.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    // Reads for a moment, five times in each period, for three periods.
    for (let moments = 0; moments < 15; moments++) {
      await new Promise((resolve) => setTimeout(resolve, limits.responseTimeout / 5));
      client.socket.resume();
      await new Promise(setImmediate);
      client.socket.pause();
    }
    assert.equal(client.ending, 'open');
    client.socket.resume();
    assert.equal((await client.read()).body.length, 64 * MiB);
  });

  it('for the FIN of a peer that was told to close: the connection is destroyed', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await client.read();
    const gone = async (): Promise<void> => {
      while (server.listener.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await takes(limits.lingerTimeout, gone);
  });

  it('for the FIN is renewed by octets, but ends', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const timer = drip(client, 'x');
    await takes(limits.bodyTimeout, async () => {
      while (server.listener.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    clearInterval(timer);
  });

  it('does not exist while the endpoint works', async () => {
    const client = await server.client();
    await client.write('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 2 * limits.keepAliveTimeout));
    assert.equal(client.ending, 'open');
  });

  it('H3: for the head counts no time in which the process stood still', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHo');
    // Until it was noticed.
    await new Promise((resolve) => setTimeout(resolve, 100));
    standStill(5 * limits.headTimeout);
    await client.write('st: a\r\n\r\n');
    assert.equal((await client.read()).status, 200);
  });

  it('H3: for the head goes on after that', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHo');
    standStill(2 * limits.headTimeout);
    await timesOut(client);
  });

  it('H3: for the response counts no such time, either', async () => {
    const client = await server.client();
    client.socket.pause();
    await client.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, limits.responseTimeout / 2));
    standStill(5 * limits.responseTimeout);
    client.socket.resume();
    assert.equal((await client.read()).body.length, 64 * MiB);
  });
});
