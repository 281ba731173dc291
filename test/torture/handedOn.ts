/** Much that is handed on to another server, there and back: memory stays as it is, however much there is of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultOptions, MiB } from '../../src/options';
import { ServerProcess } from '../support/programs/serverProcess';
import { temporaryFolder } from '../support/served';
import { defaultTls } from '../support/tls';

const piece = Buffer.alloc(MiB, 'piece');

/** In MiB: what is learnt by the first is not measured. */
const first = 64;

export const ways = ['there, by its length', 'there, in chunks', 'back, by its length', 'back, in chunks'] as const;
export type Way = (typeof ways)[number];

async function count(stream: AsyncIterable<unknown>): Promise<number> {
  let octets = 0;
  for await (const each of stream) octets += (each as Buffer).length;
  return octets;
}

/** Counts what it gets, or sends as many MiB as the path says. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') {
    response.end(String(await count(request)));
    return;
  }
  const [, framing, size] = (request.url ?? '').split('/');
  if (framing === 'length') response.setHeader('Content-Length', Number(size) * MiB);
  for (let i = 0; i < Number(size); i++) {
    if (!response.write(piece)) await once(response, 'drain');
  }
  response.end();
}

async function upload(server: ServerProcess, isLength: boolean, size: number): Promise<void> {
  const client = await server.client();
  const framing = isLength ? `Content-Length: ${size * MiB}` : 'Transfer-Encoding: chunked';
  await client.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`);
  for (let i = 0; i < size; i++) {
    if (!isLength) void client.write(`${MiB.toString(16)}\r\n`);
    await client.write(piece);
    if (!isLength) void client.write('\r\n');
  }
  if (!isLength) await client.write('0\r\n\r\n');
  assert.equal((await client.read()).body.toString(), String(size * MiB));
  client.close();
}

async function download(server: ServerProcess, isLength: boolean, size: number): Promise<void> {
  const client = await server.client();
  client.socket.removeAllListeners('data');
  let octets = 0;
  client.socket.on('data', (data: Buffer) => (octets += data.length));
  const path = `/${isLength ? 'length' : 'chunks'}/${size}`;
  await client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(client.socket, 'end');
  client.close();
  assert.ok(octets > size * MiB && octets < (size + 1) * MiB, String(octets));
}

/** @param size in MiB. Resolves to the octets by which the most memory of the server has grown. */
export async function handOn(way: Way, size: number): Promise<number> {
  const folder = await temporaryFolder();
  const upstream = createServer((request, response) => void answer(request, response));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  const rules = [{ match: '/**', proxy: `http://127.0.0.1:${port}` }];
  const tls = await defaultTls();
  const server = await ServerProcess.start({ ...defaultOptions, directory: folder.path, tls, rules });
  const move = way.startsWith('there') ? upload : download;
  const isLength = way.endsWith('length');
  try {
    await move(server, isLength, first);
    const before = await server.peakMemory();
    await move(server, isLength, size);
    return (await server.peakMemory()) - before;
  } finally {
    await server.stop();
    upstream.closeAllConnections();
    upstream.close();
    await folder.remove();
  }
}

/** What a server may need more for any of it, in octets. */
export const mostGrowth = 64 * MiB;
