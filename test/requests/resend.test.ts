/** Who sends a request again learns which exchange it became, whatever the server does to the connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { send } from '../../src/requests/resend';
import { keep, storeWith } from './kept';

const octets = Buffer.from('POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');

describe('who sends a request again', () => {
  let server: Server;
  let answer: (socket: Socket) => void;
  const store = storeWith();

  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const again = (): Promise<number | undefined> => {
    const { port } = server.address() as AddressInfo;
    return send(octets, { port, addresses: ['127.0.0.1'], secure: false }, store);
  };
  const keepOf = ({ remotePort = 0 }: Socket, peer = '127.0.0.1'): number =>
    keep(store, { port: remotePort, event: { peer } }).number;

  const ways: readonly (readonly [promise: string, end: (socket: Socket) => void])[] = [
    ['is answered', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['is cut off', (socket) => socket.resetAndDestroy()],
    ['is left without a word', (socket) => socket.destroy()],
  ];
  for (const [promise, end] of ways) {
    it(`knows the exchange, where the request ${promise}, and does not take another’s for it`, async () => {
      let number = 0;
      answer = (socket) => {
        keepOf(socket, '192.0.2.7');
        end(socket);
        socket.once('close', () => (number = keepOf(socket, '::ffff:127.0.0.1')));
      };
      assert.equal(await again(), number);
    });
  }

  it('knows that it is not kept', async () => {
    answer = (socket) => socket.resetAndDestroy();
    assert.equal(await again(), undefined);
  });

  it('learns that nobody listens', async () => {
    const gone = createServer();
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    await assert.rejects(send(octets, { port, addresses: ['127.0.0.1'], secure: false }, store), {
      code: 'ECONNREFUSED',
    });
  });
});
