/** Servers that misbehave: what they do costs them their answer, and nobody else anything. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Mocks } from '../support/mocks';
import { startServed, type Served } from '../support/served';
import { startRawUpstream, type Upstream } from '../support/upstreams';

type Answer = (socket: Socket) => unknown;
const says =
  (text: string): Answer =>
  (socket) =>
    socket.write(text, 'latin1');
const saysAndEnds =
  (text: string): Answer =>
  (socket) =>
    socket.end(text, 'latin1');

/** Goes on as long as anybody takes it. */
const endless =
  (start: string, more: string): Answer =>
  (socket) => {
    socket.write(start);
    const piece = more.repeat(Math.ceil(65_536 / more.length));
    const go = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', go);
    go();
  };

const mocks = new Mocks();

describe('another server that', () => {
  let served: Served;
  let upstream: Upstream;
  afterEach(async () => {
    mocks.restore();
    await served.stop();
    await upstream.stop();
  });

  const refused: readonly (readonly [promise: string, answer: Answer, status: number, why: RegExp])[] = [
    ['closes at once', (socket) => socket.end(), 502, /closed the connection/],
    ['resets the connection', (socket) => socket.resetAndDestroy(), 502, /closed the connection/],
    ['closes in the midst of the head', saysAndEnds('HTTP/1.1 200 OK\r\nX'), 502, /closed the connection|no HTTP/],
    ['says nothing', () => undefined, 504, /in time/],
    ['stops in the midst of the head', says('HTTP/1.1 200 OK\r\nX: '), 504, /in time/],
    [
      'never ends its head',
      endless('HTTP/1.1 200 OK\r\n', 'X: yyyyyyyyyyyyyyyyyyyyyy\r\n'),
      502,
      /head that is too large/,
    ],
    ['never ends a line of it', endless('HTTP/1.1 200 OK\r\nX: ', 'y'), 502, /head that is too large/],
    ['speaks something else', says('SSH-2.0-OpenSSH_9.2\r\n'), 502, /no HTTP/],
    ['speaks TLS', says('\x15\x03\x01\x00\x02\x02\x46'), 502, /no HTTP/],
    ['has a bare LF in its head', says('HTTP/1.1 200 OK\nX: y\n\n'), 502, /no HTTP/],
    ['has two lengths', says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'), 502, /no HTTP/],
    ['has a length that is none', says('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'), 502, /no HTTP/],
    [
      'has a length and chunks',
      says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      502,
      /no HTTP/,
    ],
    ['has a blank before a colon', says('HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na'), 502, /no HTTP/],
    [
      'has chunks that are not the last coding',
      says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, x\r\n\r\n'),
      502,
      /coding/,
    ],
    [
      'has a coding that nobody knows',
      says('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'),
      502,
      /coding/,
    ],
    ['has two lengths in one line', says('HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na'), 502, /no HTTP/],
    ['has a length in hexadecimal', says('HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\na'), 502, /no HTTP/],
    ['has a NUL in its head', says('HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n'), 502, /no HTTP/],
    ['has another version', says('HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n'), 502, /no HTTP/],
    ['has no status', says('HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n'), 502, /no HTTP/],
    ['ends behind an interim answer', saysAndEnds('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'), 502, /closed/],
    [
      'changes the protocol unasked',
      says('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      502,
      /Rule 1/,
    ],
    ['has a status that cannot be', says('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'), 502, /Rule 1/],
    [
      'sends interim answers and nothing else',
      endless('', 'HTTP/1.1 102 Processing\r\n\r\n'),
      502,
      /nothing but interim/,
    ],
  ];
  for (const [promise, answer, status, why] of refused) {
    it(`${promise} is ${status}, and a sentence`, async () => {
      upstream = await startRawUpstream(answer);
      served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] }, { upstreamTimeout: 200 });
      const client = await served.client();
      await client.write('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const response = await client.read();
      assert.equal(response.status, status, response.body.toString());
      assert.match(response.body.toString(), /^Rule 1 hands on to http:\/\/localhost:\d+, which [^\n]*\.\n$/);
      assert.match(response.body.toString(), why);
      await client.write('GET /echo/next HTTP/1.1\r\nHost: localhost\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'next');
    });
  }

  for (const [what, error] of [
    ['TypeError', new TypeError('a defect')],
    ['RangeError', new RangeError('a defect')],
  ] as const) {
    it(`answers as it should is not blamed for a defect of ours: ${what}`, async () => {
      upstream = await startRawUpstream(says('HTTP/1.1 302 Found\r\nLocation: http://a/\r\nContent-Length: 0\r\n\r\n'));
      served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] });
      mocks.method(URL, 'canParse', () => {
        throw error;
      });
      const client = await served.client();
      await client.write('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const response = await client.read();
      assert.deepEqual([response.status, response.body.toString()], [500, 'The server failed.\n']);
      assert.equal((await served.logged(({ status }) => status === 500)).reason, String(error));
    });
  }

  const cut: readonly (readonly [promise: string, answer: Answer])[] = [
    ['sends less than it says', saysAndEnds('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')],
    ['sends less than it says of much', saysAndEnds('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc')],
    ['ends before its last chunk', saysAndEnds('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')],
    ['has a chunk that is none', says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n')],
    ['stops in the midst of its content', says('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')],
    [
      'resets the connection in the midst of its content',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
        setImmediate(() => socket.resetAndDestroy());
      },
    ],
    ['stops in the midst of content that its close ends', says('HTTP/1.1 200 OK\r\n\r\nabc')],
  ];
  for (const [promise, answer] of cut) {
    it(`${promise} has the connection cut, so that nobody takes that for the whole`, async () => {
      upstream = await startRawUpstream(answer);
      served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] }, { upstreamTimeout: 200 });
      const client = await served.client();
      await client.write('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await assert.rejects(client.read());
      assert.notEqual(client.ending, 'open');
      const event = await served.logged(() => true);
      assert.ok(event.aborted || event.status === 502);
    });
  }

  it('resets the connection in the midst of content that its close ends has the connection cut, too', async () => {
    let backend: Socket | undefined;
    upstream = await startRawUpstream((socket) => (backend = socket).write('HTTP/1.1 200 OK\r\n\r\nabc'));
    served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] });
    const client = await served.client();
    await client.write('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // A reset right behind content is an end to libuv.
    while (!client.pending.includes('abc')) await new Promise(setImmediate);
    backend?.resetAndDestroy();
    await assert.rejects(client.read());
    assert.ok((await served.logged(() => true)).aborted);
  });

  it('says more than it should gives nobody more, and its connection is not used again', async () => {
    upstream = await startRawUpstream(
      says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'),
    );
    served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] });
    const client = await served.client();
    for (let i = 0; i < 3; i++) {
      await client.write('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const { status, body } = await client.read();
      assert.ok(body.toString() === 'a' || status === 502, body.toString());
    }
    assert.equal(client.pending.length, 0);
  });

  it('takes nothing of what is sent to it holds little of it here', async () => {
    upstream = await startRawUpstream((socket) => socket.pause());
    served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] }, { upstreamTimeout: 1000 });
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n');
    const before = process.memoryUsage().rss;
    const piece = Buffer.alloc(1024 * 1024);
    let written = 0;
    while (client.socket.write(piece) || client.socket.writableLength < 16 * piece.length) written++;
    assert.equal((await client.read()).status, 504);
    assert.ok(written < 100);
    assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024);
  });
});
