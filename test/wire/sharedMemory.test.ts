/** All connections read into one piece of memory: what one of them has not used yet, another must not overwrite. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { shareMemory } from '../../src/http/connection/nodeInternals';
import type { Endpoint } from '../../src/http/message/message';
import { RawClient } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

describe('reading into shared memory', () => {
  it('is what this Node.js does: two connections hand out the same memory', async () => {
    const server = createServer();
    const memories: ArrayBufferLike[] = [];
    const heard = new Promise<void>((resolve) => {
      server.on('connection', (socket: Socket) => {
        socket.on('data', ({ buffer }: Buffer) => {
          memories.push(buffer);
          socket.destroy();
          if (memories.length === 2) resolve();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    shareMemory(server);
    const clients = [];
    for (const text of ['one', 'two']) {
      const client = await RawClient.connect((server.address() as AddressInfo).port);
      clients.push(client);
      await client.write(text);
    }
    await heard;
    assert.equal(memories[0], memories[1]);
    for (const client of clients) client.close();
    await new Promise((resolve) => server.close(resolve));
  });

  let server: TestServer;
  let endpoint: Endpoint = mirror;
  before(async () => (server = await startServer((request) => endpoint(request))));
  after(() => server.stop());

  const request = (name: string): string =>
    `POST /${name} HTTP/1.1\r\nHost: ${name}\r\nContent-Length: ${2 * name.length}\r\n\r\n${name}${name}`;

  it('mixes nothing up when connections send their requests in turns, octet by octet', async () => {
    const names = ['first', 'second', 'third'];
    const clients = await Promise.all(names.map(() => server.client()));
    const longest = Math.max(...names.map((name) => request(name).length));
    for (let i = 0; i < longest; i++) {
      await Promise.all(clients.map((client, k) => client.write(request(names[k] ?? '').slice(i, i + 1))));
      await new Promise(setImmediate);
    }
    for (const [k, client] of clients.entries()) {
      const name = names[k] ?? '';
      assert.equal((await client.read()).body.toString(), `POST|/${name}|-|${name}|${name}${name}`);
    }
  });

  it('keeps pipelined requests that wait for an earlier answer', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    endpoint = async (request) => {
      if (request.path === '/slow') await released;
      return mirror(request);
    };
    const [slow, other] = [await server.client(), await server.client()];
    await slow.write(request('slow') + request('behind'));
    await new Promise(setImmediate);
    await other.write(request('other'));
    assert.match((await other.read()).body.toString(), /^POST\|\/other\|/);
    release();
    assert.match((await slow.read()).body.toString(), /^POST\|\/slow\|-\|slow\|slowslow$/);
    assert.match((await slow.read()).body.toString(), /^POST\|\/behind\|-\|behind\|behindbehind$/);
  });
});
