/** What the kernel says of a peer that does not read. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sendQueueOf } from '../../src/http/connection/sendQueue';
import { MiB } from '../../src/options';
import { needsLinux } from '../support/needs';

/** Asks until the answer is one that `wanted` says yes to. */
async function until(socket: Socket, wanted: (queued: number | undefined) => boolean): Promise<number | undefined> {
  for (;;) {
    const queued = await sendQueueOf(socket);
    if (wanted(queued)) return queued;
    await new Promise(setImmediate);
  }
}

describe('the send queue of a connection', function () {
  before(function () {
    needsLinux(this);
  });

  for (const [family, host, to] of [
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv4 on a socket of both', '::', '127.0.0.1'],
  ] as const) {
    it(`holds what the peer has not taken, and no more: ${family}`, async () => {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const client = connect((server.address() as AddressInfo).port, to).pause();
      const [socket] = await accepted;
      assert.equal(await until(socket, (queued) => queued !== undefined), 0);
      socket.write(Buffer.alloc(64 * MiB));
      const full = await until(socket, (queued = 0) => queued > 0);
      client.resume();
      await until(socket, (queued) => queued === 0);
      assert.ok(full !== undefined && full <= 64 * MiB);
      client.destroy();
      socket.destroy();
      server.close();
      assert.equal(await until(socket, (queued) => queued === undefined), undefined);
    });
  }
});
