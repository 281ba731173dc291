/** What is handed on streams both ways: memory stays as it is, however much there is of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultOptions, MiB } from '../../src/options';
import type { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { ServerProcess } from '../support/programs/serverProcess';
import { defaultTls } from '../support/tls';

const piece = Buffer.alloc(MiB, 'piece');

/** In MiB, each way: what is learnt by the first is not measured. */
const [first, much] = [64, 320];

/** What a server may need more for that, in octets. */
const more = 64 * MiB;

async function count(stream: AsyncIterable<unknown>): Promise<number> {
  let octets = 0;
  for await (const each of stream) octets += (each as Buffer).length;
  return octets;
}

/** Counts what it gets, and sends as many MiB as the path says. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') {
    response.end(String(await count(request)));
    return;
  }
  const [, way, size] = (request.url ?? '').split('/');
  if (way === 'length') response.setHeader('Content-Length', Number(size) * MiB);
  for (let i = 0; i < Number(size); i++) {
    if (!response.write(piece)) await once(response, 'drain');
  }
  response.end();
}

describe('much that is handed on', function () {
  this.timeout(240_000);
  this.slow(20_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let upstream: Server;
  let server: ServerProcess;
  let client: RawClient;
  before(async () => {
    folder = await temporaryFolder();
    upstream = createServer((request, response) => void answer(request, response));
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  });
  after(async () => {
    upstream.close();
    await folder.remove();
  });
  beforeEach(async () => {
    const { port } = upstream.address() as AddressInfo;
    const rules = [{ match: '/**', proxy: `http://127.0.0.1:${port}` }];
    server = await ServerProcess.start({ ...defaultOptions, directory: folder.path, tls: await defaultTls(), rules });
    client = await server.client();
  });
  afterEach(async () => {
    client.close();
    await server.stop();
  });

  async function download(way: string, size: number): Promise<void> {
    const another = await server.client();
    await another.write(`GET /${way}/${size} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    let octets = 0;
    another.socket.removeAllListeners('data');
    another.socket.on('data', (data: Buffer) => (octets += data.length));
    await once(another.socket, 'end');
    another.close();
    assert.ok(octets > size * MiB && octets < (size + 1) * MiB, String(octets));
  }

  async function upload(way: string, size: number): Promise<void> {
    const isLength = way === 'length';
    const framing = isLength ? `Content-Length: ${size * MiB}` : 'Transfer-Encoding: chunked';
    await client.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`);
    for (let i = 0; i < size; i++) {
      if (!isLength) void client.write(`${MiB.toString(16)}\r\n`);
      await client.write(piece);
      if (!isLength) void client.write('\r\n');
    }
    if (!isLength) await client.write('0\r\n\r\n');
    assert.equal((await client.read()).body.toString(), String(size * MiB));
  }

  for (const way of ['length', 'chunks']) {
    for (const [direction, move] of [
      ['there', upload],
      ['back', download],
    ] as const) {
      it(`takes no memory on its way ${direction}, by ${way}`, async () => {
        await move(way, first);
        const before = await server.peakMemory();
        await move(way, much);
        const grown = (await server.peakMemory()) - before;
        assert.ok(grown < more, `${Math.round(grown / MiB)} MiB`);
      });
    }
  }
});
