/** How a server in the editor ends, or what it survives, in the midst of whatever it does. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { RawClient } from '../support/rawClient';
import { testCertificate } from '../support/tls';
import type { HostArena } from './hostArena';

/** What comes after such an end asks for the server to be started. */
export const waysToEnd: Readonly<Record<string, (arena: HostArena) => Promise<unknown>>> = {
  'stopped in the midst': ({ made }) => made.controller.stop(0),
  'stopped when all was answered': ({ made }) => made.controller.stop(),
  'stopped while it starts': async ({ made }) => {
    const again = made.controller.restart();
    await made.controller.stop(0);
    await again;
  },
  restarted: ({ made }) => made.controller.restart(),
  killed: (arena) => arena.kill(),
  'killed twice': async (arena) => {
    await arena.kill();
    arena.made.now -= 60_000;
    await arena.kill();
  },
  'killed in an upload': killedInUpload,
  'killed in a download': killedInDownload,
  'killed in a handshake': killedInHandshake,
  'killed while it stops': async ({ made, thread }) => {
    const stopped = made.controller.stop();
    await thread?.terminate();
    await stopped;
  },
  'killed while it starts': async (arena) => {
    const { made, thread } = arena;
    await made.controller.stop(0);
    const started = made.controller.start();
    while (arena.thread === thread) await new Promise(setImmediate);
    await arena.thread?.terminate();
    await started;
  },
};

const [kept, large] = ['cycles/kept.txt', 'cycles/large.bin'];
const size = 64_000_000;

/** Makes the files that {@link waysToEnd} need. */
export function prepareWays(directory: string): void {
  mkdirSync(path.join(directory, 'cycles'), { recursive: true });
  writeFileSync(path.join(directory, kept), 'kept');
  writeFileSync(path.join(directory, large), '');
  truncateSync(path.join(directory, large), size);
}

/** Half of the content is under way, and the server has said that it wants it. */
async function killedInUpload(arena: HostArena): Promise<void> {
  const client = await arena.client();
  const content = Buffer.alloc(200_000, 'n');
  const fields = `Host: localhost\r\nContent-Length: ${content.length}\r\nExpect: 100-continue`;
  await client.write(`PUT /files/${kept} HTTP/1.1\r\n${fields}\r\n\r\n`);
  assert.equal((await client.readHead()).status, 100);
  await client.write(content.subarray(0, 100_000));
  await arena.kill();
  await assertCut(client, 0);
  assert.equal(readFileSync(path.join(arena.directory, kept), 'utf8'), 'kept');
}

/** More is to come than what lies between the two can hold. */
async function killedInDownload(arena: HostArena): Promise<void> {
  const client = await arena.client();
  await client.write(`GET /files/${large} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  assert.equal((await client.readHead()).status, 200);
  client.socket.pause();
  await arena.kill();
  client.socket.resume();
  await assertCut(client, size - 1);
}

/** The server has answered the first message of a handshake, and waits for the second. */
async function killedInHandshake(arena: HostArena): Promise<void> {
  const { controller } = arena.made;
  arena.tls = await testCertificate();
  assert.equal((await controller.restart()).kind, 'running');
  const client = await arena.client();
  await client.write(await clientHello());
  await client.received();
  // RFC 8446, 5.1: a record of a handshake.
  assert.equal(client.pending[0], 22);
  await arena.kill();
  await client.readToEnd();
  client.close();
  arena.tls = undefined;
  await controller.restart();
}

/** Of a client that says nothing more. */
const clientHello = (): Promise<Buffer> =>
  new Promise((resolve) => {
    const socket = new Duplex({ read: () => undefined, write: (bytes: Buffer) => resolve(bytes) });
    connect({ socket, servername: 'localhost' });
  });

/** @param most octets of the answer's content */
async function assertCut(client: RawClient, most: number): Promise<void> {
  const { length } = await client.readToEnd();
  assert.ok(length <= most, `${length} octets came of a server that was killed before`);
  client.close();
}
