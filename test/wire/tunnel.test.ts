/** WebSocket through a proxy rule: two connections, joined. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { startServed, type Served } from '../support/served';
import { defaultTls } from '../support/tls';
import { startRawUpstream, type RawUpstream } from '../support/upstreams';

const upgrade = (fields = ''): string =>
  `GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n${fields}\r\n`;
const accepted = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

describe('a WebSocket through a proxy rule', () => {
  let served: Served;
  afterEach(() => served.stop());

  describe('to a server of its kind', () => {
    let upstream: WebSocketServer;
    let url: string;
    beforeEach(async () => {
      upstream = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      await once(upstream, 'listening');
      const { port } = upstream.address() as { port: number };
      served = await startServed({ rules: [{ match: '/ws/**', proxy: `http://localhost:${port}` }] });
      url = `${served.origin.replace('http', 'ws')}/ws/a?b`;
    });
    afterEach(() => {
      for (const client of upstream.clients) client.terminate();
      upstream.close();
    });
    const open = async (): Promise<readonly [client: WebSocket, there: WebSocket]> => {
      const client = new WebSocket(url, { ca: (await defaultTls())?.cert });
      const [[there]] = (await Promise.all([once(upstream, 'connection'), once(client, 'open')])) as unknown as [
        [WebSocket],
      ];
      return [client, there];
    };

    it('carries messages both ways, small ones and large ones, as they are', async () => {
      const [client, there] = await open();
      there.on('message', (data, isBinary) => there.send(data, { binary: isBinary }));
      for (const size of [0, 1, 125, 126, 65_536, 5_000_000]) {
        const message = Buffer.alloc(size, 'abcdefg');
        client.send(message);
        const [back] = (await once(client, 'message')) as [Buffer];
        assert.ok(back.equals(message), String(size));
      }
      client.close(1000, 'done');
      const [code, reason] = (await once(there, 'close')) as [number, Buffer];
      assert.deepEqual([code, reason.toString()], [1000, 'done']);
    });

    it('ends on either side with the other', async () => {
      const [client, there] = await open();
      there.terminate();
      await once(client, 'close');
      const [another, thereToo] = await open();
      another.terminate();
      await once(thereToo, 'close');
      const { status, rule } = await served.logged((event) => event.status === 101);
      assert.deepEqual([status, rule], [101, 1]);
    });

    it('ends with the server', async () => {
      const [client, there] = await open();
      const ended = Promise.all([once(client, 'close'), once(there, 'close')]);
      await served.server.stop(0);
      await ended;
    });
  });

  const raw = async (answer: (socket: Socket) => unknown, limits = {}): Promise<RawUpstream> => {
    const upstream = await startRawUpstream(answer);
    served = await startServed({ rules: [{ match: '/ws', proxy: upstream.to }] }, limits);
    return upstream;
  };

  it('is asked for in its own words, and answered so', async () => {
    const upstream = await raw((socket) =>
      socket.write(`${accepted}Sec-WebSocket-Accept: x\r\nServer: s\r\n\r\nfirst`),
    );
    const client = await served.client();
    await client.write(upgrade('Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n'));
    while (!client.pending.includes('first')) await once(client.socket, 'data');
    const text = client.pending.toString();
    assert.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    assert.match(
      text,
      /\r\nSec-WebSocket-Accept: x\r\n[^]*\r\nUpgrade: websocket\r\n[^]*\r\nConnection: Upgrade\r\n\r\nfirst$/,
    );
    assert.doesNotMatch(text, /Content-Length|Transfer-Encoding|close/);
    const [asked = ''] = upstream.received;
    assert.match(asked, /\r\nsec-websocket-key: k\r\n[^]*\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n/);
    await client.write('GET /x HTTP/1.1\r\n\r\n');
    await upstream.has((all) => all.endsWith('\r\n\r\nGET /x HTTP/1.1\r\n\r\n'));
    await upstream.stop();
    assert.equal((await client.readToEnd()).toString().split('HTTP/1.1').length, 2);
  });

  it('is refused as the other server refuses it, and the connection goes on', async () => {
    const upstream = await raw((socket) => socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'));
    const client = await served.client();
    await client.write(upgrade());
    assert.equal((await client.read()).body.toString(), 'no');
    await upstream.stop();
  });

  const others: readonly (readonly [promise: string, request: string])[] = [
    ['another protocol', 'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    [
      'several protocols',
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n',
    ],
    ['a request that does not list it', 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n'],
    [
      'a POST',
      'POST /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n',
    ],
    ['HTTP/1.0', 'GET /ws HTTP/1.0\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ];
  for (const [promise, request] of others) {
    it(`is not opened by ${promise}`, async () => {
      const upstream = await raw((socket) => socket.write(`${accepted}\r\n`));
      const client = await served.client();
      await client.write(request);
      assert.equal((await client.read()).status, 502);
      assert.doesNotMatch(upstream.received[0] ?? '', /upgrade/i);
      await upstream.stop();
    });
  }

  it('is nothing for a page of another site', async () => {
    const upstream = await raw((socket) => socket.write(`${accepted}\r\n`));
    const client = await served.client();
    await client.write(upgrade('Origin: http://evil.test\r\n'));
    assert.equal((await client.read()).status, 403);
    assert.equal(upstream.connections, 0);
    await upstream.stop();
  });

  it('is not another protocol than was asked for', async () => {
    const upstream = await raw((socket) =>
      socket.write('HTTP/1.1 101 Odd\r\nUpgrade: ssh\r\nConnection: Upgrade\r\n\r\n'),
    );
    const client = await served.client();
    await client.write(upgrade());
    assert.equal((await client.read()).status, 502);
    await upstream.stop();
  });

  it('has an end of its own where nobody says anything', async () => {
    const upstream = await raw((socket) => socket.write(`${accepted}\r\n`), {
      tunnelTimeout: 50,
      keepAliveTimeout: 60_000,
    });
    const client = await served.client();
    await client.write(upgrade());
    assert.match((await client.readToEnd()).toString(), /^HTTP\/1\.1 101 /);
    await upstream.stop();
  });

  it('is not a body that is late', async () => {
    const upstream = await raw((socket) => socket.write(`${accepted}\r\n`), { bodyTimeout: 50 });
    const client = await served.client();
    await client.write(upgrade());
    assert.equal((await client.read()).status, 101);
    const late = await served.client();
    await late.write('POST /files/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na');
    assert.equal((await late.read()).status, 408);
    await client.write('still here');
    await upstream.has((text) => text.endsWith('still here'));
    await upstream.stop();
  });

  it('is one of so many, and makes room when it ends', async () => {
    const upstream = await raw((socket) => socket.write(`${accepted}\r\n`), { tunnels: 1 });
    const first = await served.client();
    await first.write(upgrade());
    assert.equal((await first.read()).status, 101);
    const second = await served.client();
    await second.write(upgrade());
    assert.equal((await second.read()).status, 503);
    first.close();
    await served.logged((event) => event.status === 101);
    for (let status = 503; status !== 101;) {
      const next = await served.client();
      await next.write(upgrade());
      ({ status } = await next.read());
    }
    await upstream.stop();
  });

  it('is one of so many, also of those that are asked for at once', async () => {
    const there: Socket[] = [];
    const accept = (socket: Socket): unknown => socket.write(`${accepted}\r\n`);
    const upstream = await raw((socket) => there.push(socket) === 5 && there.forEach(accept), { tunnels: 2 });
    const clients = await Promise.all(Array.from({ length: 5 }, () => served.client()));
    const answers = await Promise.all(
      clients.map(async (client) => {
        await client.write(upgrade());
        return client.read();
      }),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [101, 101, 503, 503, 503]);
    await upstream.stop();
  });

  it('has who sends wait for who takes', async () => {
    let there: Socket | undefined;
    const upstream = await raw((socket) => {
      there = socket;
      socket.write(`${accepted}\r\n`);
    });
    const client = await served.client();
    await client.write(upgrade());
    await client.read();
    const socket = there ?? assert.fail();
    socket.pause();
    const content = Buffer.alloc(4 * 1024 * 1024, 'abcdefghijklmnopqrstuvw');
    const written = client.write(content);
    await new Promise(setImmediate);
    socket.resume();
    const text = await upstream.has((all) => all.length - all.indexOf('\r\n\r\n') - 4 === content.length);
    assert.ok(text.endsWith(content.toString('latin1')));
    await written;
    await upstream.stop();
  });
});
