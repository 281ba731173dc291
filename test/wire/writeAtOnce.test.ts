/** What is written past the queue of a socket's stream comes in its order, and is told of when the kernel has it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { unsent, writeAtOnce } from '../../src/http/connection/nodeInternals';
import { MiB } from '../../src/options';
import { RawClient } from '../support/rawClient';
import { openPlain } from '../support/tls';

describe('writing past the queue of a stream', () => {
  let server: Server;
  let client: RawClient;
  let socket: Socket;

  before(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(async () => {
    const connected = once(server, 'connection');
    client = RawClient.on(await openPlain((server.address() as AddressInfo).port, '127.0.0.1'));
    [socket] = (await connected) as [Socket];
  });
  afterEach(() => {
    client.close();
    socket.destroy();
  });
  after((done) => void server.close(done));

  it('tells before it returns of what the kernel takes at once', async () => {
    let told = false;
    writeAtOnce(socket, Buffer.from('at once'), (error) => (told = !error));
    assert.deepEqual([told, socket.writableLength, unsent(socket)], [true, 0, 0]);
    socket.end();
    assert.equal((await client.readToEnd()).toString(), 'at once');
  });

  it('comes before what the stream writes next, and before its FIN, though the kernel takes it later', async () => {
    client.socket.pause();
    const order: string[] = [];
    const bytes = Buffer.alloc(64 * MiB, 'a');
    writeAtOnce(socket, bytes, (error) => order.push(error ? String(error) : 'past'));
    assert.deepEqual([order, socket.writableLength], [[], 0]);
    assert.ok(unsent(socket) > 0);
    socket.write('behind', () => order.push('behind'));
    socket.end(() => order.push('end'));
    client.socket.resume();
    const received = await client.readToEnd();
    assert.ok(received.equals(Buffer.concat([bytes, Buffer.from('behind')])));
    assert.equal(client.ending, 'fin');
    assert.deepEqual(order, ['past', 'behind', 'end']);
  });

  it('tells of a connection that is gone', async () => {
    client.socket.pause();
    socket.on('error', () => undefined);
    const told = new Promise<unknown>((resolve) => writeAtOnce(socket, Buffer.alloc(64 * MiB), resolve));
    client.reset();
    await told;
    if (!socket.closed) await once(socket, 'close');
    const again = await new Promise<unknown>((resolve) => writeAtOnce(socket, Buffer.from('a'), resolve));
    assert.ok(again instanceof Error);
  });
});
