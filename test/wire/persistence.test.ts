/** Keep-alive, pipelining, half-closed clients, draining and the lingering close. */
import assert from 'node:assert/strict';
import { HttpError } from '../../src/http/message/httpError';
import type { Request, Response } from '../../src/http/message/message';
import { KiB, MiB } from '../../src/options';
import { field } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const plain = (text: string): Response => ({ status: 200, fields: [], body: Buffer.from(text) });

/** `/held/N` waits until the test lets it go; `/unread…` never reads the body; `/refuse` says 409, which is no refusal of entry; the rest mirrors. */
class Gate {
  private readonly open = new Map<string, () => void>();
  readonly endpoint = (request: Request): Response | Promise<Response> => {
    const { path } = request;
    if (path.startsWith('/unread')) return plain(path);
    if (path === '/refuse') throw new HttpError(409, 'Not here.');
    if (!path.startsWith('/held')) return mirror(request);
    return new Promise((resolve) => this.open.set(path, () => resolve(plain(path))));
  };
  /** Resolves when the request for `path` is being answered. */
  async reached(path: string): Promise<void> {
    while (!this.open.has(path)) await new Promise(setImmediate);
  }
  async release(path: string): Promise<void> {
    await this.reached(path);
    this.open.get(path)?.();
  }
}

describe('a connection', () => {
  let server: TestServer;
  const gate = new Gate();
  before(async () => (server = await startServer(gate.endpoint)));
  after(() => server.stop());
  afterEach(() => assert.deepEqual(server.defects, []));

  it('answers pipelined requests in order, however long the first one takes', async () => {
    const client = await server.client();
    await client.write(get('/held/1') + get('/unread') + get('/held/2') + get('/last'));
    await gate.release('/held/1');
    assert.equal((await client.read()).body.toString(), '/held/1');
    assert.equal((await client.read()).body.toString(), '/unread');
    await gate.release('/held/2');
    assert.equal((await client.read()).body.toString(), '/held/2');
    assert.equal((await client.read()).body.toString(), 'GET|/last|-|a|');
  });

  it('does not wait for another one', async () => {
    const paths = ['/held/a', '/held/b', '/held/c', '/held/d'];
    const clients = await Promise.all(paths.map(() => server.client()));
    await Promise.all(clients.map((client, i) => client.write(get(paths[i]!))));
    for (const i of [3, 1, 2, 0]) {
      await gate.release(paths[i]!);
      assert.equal((await clients[i]!.read()).body.toString(), paths[i]);
    }
  });

  it('serves a client that has closed its half, all it had asked for', async () => {
    const client = await server.client();
    await client.write(get('/held/half') + get('/2'));
    client.end();
    await gate.release('/held/half');
    assert.equal((await client.read()).body.toString(), '/held/half');
    assert.equal((await client.read()).body.toString(), 'GET|/2|-|a|');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('closes without an answer when the client closes between requests', async () => {
    const client = await server.client();
    await client.write(get('/1'));
    await client.read();
    client.end();
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('says 400 to a client that closes its half in the midst of a head', async () => {
    const client = await server.client();
    await client.write('GET / HTTP/1.1\r\nHost');
    client.end();
    assert.equal((await client.read()).status, 400);
    assert.equal((await client.readToEnd()).length, 0);
  });

  for (const [name, fields, part] of [
    ['Content-Length', 'Content-Length: 10', '12345'],
    ['chunked', 'Transfer-Encoding: chunked', '5\r\n123'],
    ['chunked, before the last chunk', 'Transfer-Encoding: chunked', '5\r\n12345\r\n'],
    ['chunked, before the last CRLF', 'Transfer-Encoding: chunked', '5\r\n12345\r\n0\r\n'],
  ] as const) {
    it(`says 400 to a client that closes its half in the midst of a body (${name})`, async () => {
      const client = await server.client();
      await client.write(`POST /p HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${part}`);
      client.end();
      assert.equal((await client.read()).status, 400);
      assert.equal((await client.readToEnd()).length, 0);
    });
  }

  it('sends the FIN right behind a response with close, though the client keeps its half open', async () => {
    const client = await server.client();
    await client.write('GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.equal(field(await client.read(), 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  for (const [name, head, body] of [
    ['Content-Length', `Content-Length: ${256 * KiB}`, 'x'.repeat(256 * KiB)],
    ['chunked', 'Transfer-Encoding: chunked', `40000\r\n${'x'.repeat(256 * KiB)}\r\n0\r\n\r\n`],
  ] as const) {
    it(`persists past an unread body of 256 KiB (${name})`, async () => {
      const client = await server.client();
      await client.write(`POST /unread HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
      await client.write(body + get('/2'));
      const response = await client.read();
      assert.equal(response.status, 200);
      assert.equal(field(response, 'connection'), undefined);
      assert.equal((await client.read()).body.toString(), 'GET|/2|-|a|');
    });
  }

  for (const [name, head, body] of [
    ['Content-Length', `Content-Length: ${256 * KiB + 1}`, 'x'.repeat(256 * KiB + 1)],
    ['chunked', 'Transfer-Encoding: chunked', `40001\r\n${'x'.repeat(256 * KiB + 1)}\r\n0\r\n\r\n`],
  ] as const) {
    it(`closes after an unread body of more than 256 KiB, and says so (${name})`, async () => {
      const client = await server.client();
      await client.write(`POST /unread HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
      await client.write(body + get('/2'));
      const response = await client.read();
      assert.equal(response.status, 200);
      assert.equal(field(response, 'connection'), 'close');
      assert.equal((await client.readToEnd()).length, 0);
    });
  }

  it('answers a chunked body that nobody reads and that does not end, after a short grace, with close', async () => {
    const client = await server.client();
    await client.write('POST /refuse HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab');
    const response = await client.read();
    assert.equal(response.status, 409);
    assert.equal(field(response, 'connection'), 'close');
  });

  it('lets a client that sends 64 MiB without reading get its refusal', async () => {
    const client = await server.client();
    await client.write(`POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 * MiB}\r\n\r\n`);
    client.socket.pause();
    const piece = Buffer.alloc(MiB);
    for (let i = 0; i < 64; i++) await client.write(piece);
    client.socket.resume();
    const response = await client.read();
    assert.equal(response.status, 409);
    assert.equal(field(response, 'connection'), 'close');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('holds little for a client that sends 100,000 requests and never reads', async () => {
    const client = await server.client();
    client.socket.pause();
    const thousand = Buffer.from(get(`/unread/${'x'.repeat(2000)}`).repeat(1000));
    const before = process.memoryUsage().rss;
    let written = 0;
    let most = before;
    // The server stops reading when its answers are not read, so the hundredth write may never end.
    for (let i = 0; i < 100; i++) {
      void client.write(thousand).then(() => written++);
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      most = Math.max(most, process.memoryUsage().rss);
    }
    assert.ok(written < 50, `${written} thousand requests were taken`);
    assert.ok(client.socket.writableLength > 100 * MiB, 'the client is held back');
    // What the client itself has not sent is in this process, too, but is one buffer.
    assert.ok(most - before < 64 * MiB, `${(most - before) / MiB} MiB more`);
    const { length } = server.events;
    client.socket.resume();
    await client.read();
    client.reset();
    await server.logged(length + 1);
  });
});

describe('a log event', () => {
  let server: TestServer;
  const gate = new Gate();
  before(async () => (server = await startServer(gate.endpoint)));
  after(() => server.stop());

  it('tells of an exchange when its response has ended', async () => {
    const client = await server.client();
    await client.write('POST /a?b HTTP/1.1\r\nHost: a\r\nUser-Agent: ua\r\nReferer: r\r\nContent-Length: 3\r\n\r\nabc');
    const { body } = await client.read();
    const event = (await server.logged(1))[0]!;
    const { time, ms, ...rest } = event;
    assert.ok(Math.abs(time - Date.now()) < 10_000 && ms >= 0 && ms < 10_000);
    assert.deepEqual(rest, {
      method: 'POST',
      target: '/a?b',
      version: 'HTTP/1.1',
      status: 200,
      bytesIn: 3,
      bytesOut: body.length,
      peer: '127.0.0.1',
      userAgent: 'ua',
      referer: 'r',
      aborted: false,
    });
  });

  it('tells that a client went away before it was answered', async () => {
    const client = await server.client();
    await client.write(get('/held/gone'));
    await gate.reached('/held/gone');
    client.reset();
    const event = (await server.logged(2))[1]!;
    assert.deepEqual([event.target, event.status, event.aborted], ['/held/gone', 499, true]);
    await gate.release('/held/gone');
  });

  it('tells of a request that could not be read', async () => {
    const client = await server.client();
    await client.write('junk\r\n\r\n');
    await client.read();
    const event = (await server.logged(3))[2]!;
    assert.deepEqual([event.method, event.target, event.status, event.aborted], ['', '', 400, false]);
    assert.match(event.reason ?? '', /request line/);
  });
});
