/** What holds exactly at a limit, and not one octet beyond it; and what was remembered, where it must not be. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits } from '../../src/options';
import { field, type RawClient } from '../support/rawClient';
import { startServed, type Served } from '../support/served';

const host = 'Host: localhost\r\n';

describe('at the edge', () => {
  let served: Served;
  let client: RawClient;
  before(async () => {
    served = await startServed({}, { body: 1000 });
    writeFileSync(join(served.directory, 'a.txt'), 'abc');
  });
  after(() => served.stop());
  beforeEach(async () => (client = await served.client()));

  async function statusOf(request: string): Promise<number> {
    await client.write(request);
    return (await client.read()).status;
  }

  for (const [octets, status] of [
    [defaultLimits.head, 200],
    [defaultLimits.head + 1, 431],
  ] as const) {
    it(`a head of ${octets} octets before its empty line: ${status}`, async () => {
      const begin = `GET /a.txt HTTP/1.1\r\n${host}`;
      const room = octets - begin.length - 'X: \r\n'.length;
      const request = `${begin}X: ${'x'.repeat(room)}\r\n\r\n`;
      assert.equal(request.length, octets + 2);
      assert.equal(await statusOf(request), status);
    });
  }

  for (const [octets, status] of [
    [1000, 201],
    [1001, 413],
  ] as const) {
    it(`a body of ${octets} octets, by length and in chunks: ${status}`, async () => {
      const content = 'x'.repeat(octets);
      assert.equal(
        await statusOf(`POST /files/l HTTP/1.1\r\n${host}Content-Length: ${octets}\r\n\r\n${content}`),
        status,
      );
      client = await served.client();
      const chunks = [400, 600, octets - 1000].filter((size) => size > 0);
      const body = chunks.map((size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`).join('');
      const head = `POST /files/c HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`;
      assert.equal(await statusOf(`${head}${body}0\r\n\r\n`), status);
    });
  }

  const chunked = (trailers: string): string =>
    `POST /files/t HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${trailers}\r\n`;

  for (const name of [
    'Transfer-Encoding',
    'Content-Length',
    'Host',
    'Content-Encoding',
    'Content-Range',
    'Trailer',
    'tRAILER',
  ]) {
    it(`${name} is no trailer: 400`, async () => {
      assert.equal(await statusOf(chunked(`A: 1\r\n${name}: 1\r\n`)), 400);
      assert.ok(!existsSync(join(served.directory, 't')));
    });
  }

  it('trailers count together: each is short, and their sum is not', async () => {
    const line = `A: ${'x'.repeat(195)}\r\n`;
    const most = Math.floor(defaultLimits.trailers / line.length);
    assert.ok(most < defaultLimits.fields);
    assert.equal(await statusOf(chunked(line.repeat(most))), 201);
    client = await served.client();
    assert.equal(await statusOf(chunked(line.repeat(most + 1))), 400);
  });

  for (const [promise, begin, status] of [
    ['a version that is not spoken', 'GET / HTTP/2.0\r\n', 505],
    ['a request line with a blank too many', 'GET  / HTTP/1.1\r\nHost: l', 400],
    ['a method that is no token', 'G@T / HTTP/1.1\r\n', 400],
  ] as const) {
    it(`${promise} is told before the head is whole: ${status}`, async () => {
      assert.equal(await statusOf(begin), status);
    });
  }

  it('a CR that ends a packet waits for its LF', async () => {
    for (const piece of ['GET /a.txt HTTP/1.1\r', `\n${host.slice(0, -1)}`, '\n\r']) {
      await client.write(piece);
      await new Promise(setImmediate);
    }
    assert.equal(await statusOf('\n'), 200);
  });

  it('a CR that ends a packet, and whose LF does not come: 400', async () => {
    await client.write('GET /a.txt HTTP/1.1\r\nA: b\r');
    await new Promise(setImmediate);
    assert.equal(await statusOf('x'), 400);
  });

  it('what is remembered of a GET is not sent to a HEAD, nor the other way round', async () => {
    const request = (method: string): string => `${method} /a.txt HTTP/1.1\r\n${host}\r\n`;
    for (const method of ['GET', 'GET', 'HEAD', 'GET', 'HEAD', 'HEAD', 'GET']) {
      await client.write(request(method));
      const response = await client.read(method);
      assert.equal(response.body.toString(), method === 'HEAD' ? '' : 'abc');
      assert.equal(field(response, 'content-length'), '3');
    }
    await client.write(`GET /a.txt HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    await client.read();
    assert.equal((await client.readToEnd()).length, 0);
  });

  it('the date of what is remembered is that of the answer', async () => {
    const dates = new Set<string>();
    while (dates.size < 2) {
      const sent = Date.now();
      await client.write(`GET /a.txt HTTP/1.1\r\n${host}\r\n`);
      const date = field(await client.read(), 'date') ?? '';
      // The second in which it was sent, or a later one by now.
      assert.ok(Date.parse(date) >= Math.floor(sent / 1000) * 1000, date);
      assert.ok(Date.parse(date) <= Date.now(), date);
      dates.add(date);
    }
  });
});

describe('a preflight', () => {
  let served: Served;
  before(async () => (served = await startServed({ token: 'sesame', cors: ['https://guest.example'] })));
  after(() => served.stop());

  for (const [origin, status] of [
    ['https://guest.example', 204],
    ['https://other.example', 'refused'],
    ['https://guest.example.evil', 'refused'],
    ['null', 'refused'],
  ] as const) {
    it(`of ${origin} without the token: ${status}`, async () => {
      const client = await served.client();
      const lines = ['OPTIONS /files/a HTTP/1.1', 'Host: localhost', `Origin: ${origin}`];
      await client.write([...lines, 'Access-Control-Request-Method: PUT', '', ''].join('\r\n'));
      const response = await client.read('OPTIONS');
      if (status === 204) assert.equal(response.status, status);
      else assert.ok([401, 403].includes(response.status), String(response.status));
      assert.equal(field(response, 'access-control-allow-origin') === origin, status === 204);
    });
  }
});
