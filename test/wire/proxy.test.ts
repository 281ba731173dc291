/** Requests that are handed on to another server: both ways, as they are and as they come. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Live } from '../../src/endpoints/live/live';
import { field } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { startRawUpstream, startUpstream, type RawUpstream, type Upstream } from '../support/upstreams';

const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;
const ok = (socket: Socket): unknown => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

describe('a proxy rule', () => {
  let served: Served;
  const upstreams: Upstream[] = [];
  afterEach(async () => {
    await served.stop();
    for (const each of upstreams.splice(0)) await each.stop();
  });

  async function before(upstream: Upstream, more: object = {}, options = {}): Promise<Served> {
    upstreams.push(upstream);
    const rule = { match: '/api/**', proxy: { to: upstream.to, ...more } };
    served = await startServed({ rules: [rule], ...options });
    return served;
  }

  async function raw(answer: (socket: Socket, head: string) => unknown, more = {}, options = {}): Promise<RawUpstream> {
    const upstream = await startRawUpstream(answer);
    await before(upstream, more, options);
    return upstream;
  }

  it('says what was asked, and who asked, and nothing that was for us', async () => {
    const upstream = await raw(ok);
    const client = await served.client();
    await client.write(
      get(
        '/api/a%20b//c?x=%2F',
        'Accept: */*\r\nX-Own: 1\r\nX-Own: 2\r\nConnection: x-hop, keep-alive\r\nX-Hop: 1\r\nCookie: a=b\r\n',
      ),
    );
    assert.equal((await client.read()).body.toString(), 'ok');
    const [text = ''] = upstream.received;
    const via = /Via: 1\.1 (http-server-[0-9a-f]{12})\r\n/.exec(text)?.[1] ?? '';
    const proto = served.options.tls === undefined ? 'http' : 'https';
    assert.equal(
      text.replace(via, 'US').replace(/Connection: keep-alive\r\n/, ''),
      `GET /api/a%20b//c?x=%2F HTTP/1.1\r\nHost: localhost:${upstream.port}\r\naccept: */*\r\nx-own: 1\r\nx-own: 2\r\n` +
        'cookie: a=b\r\nVia: 1.1 US\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: localhost\r\n' +
        `X-Forwarded-Proto: ${proto}\r\nForwarded: for=127.0.0.1;host="localhost";proto=${proto}\r\n\r\n`,
    );
  });

  it('asks by the name that the client has used, if it says so', async () => {
    const upstream = await raw(ok, { keepHost: true });
    const client = await served.client();
    await client.write('GET /api HTTP/1.1\r\nHost: localhost:7\r\n\r\n');
    await client.read();
    assert.match(upstream.received[0] ?? '', /^GET \/api HTTP\/1\.1\r\nHost: localhost:7\r\n/);
  });

  const bodies: readonly (readonly [promise: string, framing: string, body: string, sent: RegExp])[] = [
    ['of a known length', 'Content-Length: 5', 'hello', /content-length: 5\r\n.*\r\n\r\nhello$/is],
    ['empty', 'Content-Length: 0', '', /content-length: 0\r\n.*\r\n\r\n$/is],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      '3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n',
      /transfer-encoding: chunked\r\n.*\r\n\r\n(?:[0-9a-f]+\r\n[helo]+\r\n)+0\r\n\r\n$/is,
    ],
    [
      'with trailers',
      'Transfer-Encoding: chunked',
      '5\r\nhello\r\n0\r\nX-End: 1\r\nCookie: a\r\n\r\n',
      /0\r\nx-end: 1\r\n\r\n$/,
    ],
  ];
  for (const [promise, framing, body, sent] of bodies) {
    for (const method of ['POST', 'DELETE', 'BREW']) {
      it(`hands on the content of ${method} ${promise}`, async () => {
        const upstream = await raw((socket) => socket);
        const client = await served.client();
        await client.write(`${method} /api/x HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n${body}`);
        // Nothing says that a DELETE has content, if it has none.
        if (method === 'DELETE' && body === '') await upstream.has((text) => text.endsWith('\r\n\r\n'));
        else
          assert.match(await upstream.has((text) => sent.test(text)), new RegExp(`^${method} /api/x HTTP/1\\.1\r\n`));
      });
    }
  }

  it('keeps connections, on both sides', async () => {
    const upstream = await startUpstream((request, response) => {
      request.resume();
      response.end(request.url);
    });
    await before(upstream);
    const client = await served.client();
    for (let i = 0; i < 20; i++) {
      await client.write(
        i % 2 === 0 ? get(`/api/${i}`) : `POST /api/${i} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc`,
      );
      const { body, fields } = await client.read();
      assert.equal(body.toString(), `/api/${i}`);
      assert.ok(!fields.some(([name]) => name === 'connection'));
    }
    assert.equal(upstream.connections, 1);
    assert.ok(served.events.every(({ rule }) => rule === 1));
  });

  it('asks again, once more, where a kept connection was closed meanwhile', async () => {
    let count = 0;
    const upstream = await raw((socket) => {
      count++;
      ok(socket);
      socket.once('data', () => socket.destroy());
    });
    const client = await served.client();
    for (let i = 0; i < 4; i++) {
      await client.write(get('/api'));
      assert.equal((await client.read()).status, 200);
    }
    assert.equal(count, upstream.connections);
    assert.ok(count > 1);
  });

  const answers: readonly (readonly [
    promise: string,
    method: string,
    answer: string,
    status: number,
    framing: string,
    body: string,
  ])[] = [
    ['of a known length', 'GET', '200 OK\r\nContent-Length: 3\r\n\r\nabc', 200, 'length', 'abc'],
    ['in chunks', 'GET', '200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 200, 'chunked', 'abc'],
    ['that ends with its connection', 'GET', '200 OK\r\nConnection: close\r\n\r\nabc', 200, 'chunked', 'abc'],
    ['to HEAD', 'HEAD', '200 OK\r\nContent-Length: 3\r\n\r\n', 200, 'none', ''],
    ['without content', 'GET', '204 No Content\r\n\r\n', 204, 'none', ''],
    ['not modified', 'GET', '304 Not Modified\r\nETag: "a"\r\n\r\n', 304, 'none', ''],
    [
      'a part',
      'GET',
      '206 Partial Content\r\nContent-Range: bytes 0-2/9\r\nContent-Length: 3\r\n\r\nabc',
      206,
      'length',
      'abc',
    ],
    ['of a status that nobody knows', 'GET', '299 Odd\r\nContent-Length: 0\r\n\r\n', 299, 'length', ''],
    ['an error', 'GET', '500 Broken\r\nContent-Length: 3\r\n\r\nabc', 500, 'length', 'abc'],
  ];
  for (const [promise, method, answer, status, framing, body] of answers) {
    it(`brings back an answer ${promise}`, async () => {
      await raw((socket) => socket[answer.includes('close') ? 'end' : 'write'](`HTTP/1.1 ${answer}`));
      const client = await served.client();
      await client.write(`${method} /api HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      const response = await client.read(method);
      assert.deepEqual([response.status, response.framing, response.body.toString()], [status, framing, body]);
      if (method === 'HEAD') assert.equal(field(response, 'content-length'), '3');
      await client.write(get('/echo/next'));
      assert.equal((await client.read()).body.toString(), 'next');
    });
  }

  it('brings back trailers to a client that takes them', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nSet-Cookie: http-server-1=x\r\n\r\n';
    const upstream = await raw((socket) => socket.write(answer));
    const client = await served.client();
    await client.write(get('/api', 'TE: trailers\r\nConnection: TE, close\r\n'));
    assert.match((await client.readToEnd()).toString(), /\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n$/);
    assert.match(upstream.received[0] ?? '', /\r\nTE: trailers\r\nConnection: TE\r\n/);
  });

  it('brings back interim answers, as many as make sense', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nAccess-Control-Allow-Origin: *\r\n\r\n';
    await raw((socket) => socket.write(`${hint.repeat(100)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`));
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    const statuses: number[] = [];
    for (let last = 0; last !== 200;) {
      const { status, head } = await client.read();
      if (status === 103) assert.equal(head, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
      statuses.push((last = status));
    }
    assert.equal(statuses.length, 33);
  });

  it('has the other server say whether to go on', async () => {
    const upstream = await raw((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
    const client = await served.client();
    const head = 'POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n';
    await client.write(head);
    assert.equal((await client.read()).status, 100);
    assert.match(upstream.received[0] ?? '', /\r\nExpect: 100-continue\r\n[^]*\r\n\r\n$/);
    await client.write('abc');
    await upstream.has((text) => text.endsWith('\r\n\r\nabc'));
  });

  it('passes on that it refuses, without asking for the content', async () => {
    await raw((socket) => socket.write('HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno'));
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
    assert.equal((await client.read()).status, 413);
  });

  it('brings events as they come', async () => {
    let stream: ServerResponse | undefined;
    await before(
      await startUpstream((_, response) => {
        stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        stream.write('data: 1\n\n');
      }),
    );
    const client = await served.client();
    await client.write(get('/api'));
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      while (!client.pending.includes(event)) await once(client.socket, 'data');
      stream?.write('data: 2\n\n');
    }
    const gone = once(stream ?? assert.fail(), 'close');
    client.close();
    await gone;
  });

  it('answers while the content is still on its way, if the other server does, and loses none of it', async () => {
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    await before(
      await startUpstream((request, response) => {
        response.writeHead(200).write('first');
        begun();
        request.pipe(response);
      }),
    );
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await beginning;
    await client.write('3\r\ndef\r\n');
    while (!client.pending.includes('first')) await once(client.socket, 'data');
    await client.write('3\r\nghi\r\n0\r\n\r\n');
    const text = (await client.readToEnd()).toString();
    assert.match(text, /\r\nConnection: close\r\n/);
    assert.equal(text.replace(/^[^]*?\r\n\r\n/, '').replace(/\w+\r\n(\w*)\r\n/g, '$1'), 'firstabcdefghi');
  });

  it('ends what it asked for when its client goes away before it is answered', async () => {
    let gone: Promise<unknown> | undefined;
    const upstream = await startRawUpstream((socket) => (gone = once(socket, 'end')));
    await before(upstream);
    const client = await served.client();
    await client.write(get('/api'));
    await upstream.has(() => true);
    client.reset();
    await gone;
    assert.equal((await served.logged(() => true)).status, 499);
  });

  it('ends what it asked for when its client goes away', async () => {
    let gone: Promise<unknown> | undefined;
    const upstream = await startRawUpstream((socket) => (gone = once(socket, 'end')));
    await before(upstream);
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc');
    await upstream.has((text) => text.endsWith('abc'));
    client.close();
    await gone;
    // It did not say all that it was about to.
    assert.ok([400, 499].includes((await served.logged(() => true)).status));
  });

  it('does not take a body that its client has broken off for a whole one', async () => {
    const upstream = await raw((socket) => once(socket, 'close'));
    const client = await served.client();
    await client.write('POST /api HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n');
    assert.equal((await client.read()).status, 400);
    assert.ok(!(upstream.received[0] ?? '').includes('0\r\n\r\n'));
  });

  it('sends a mebibyte both ways as it is, however slowly it is taken', async () => {
    await before(
      await startUpstream((request, response) => {
        response.writeHead(200, { 'Content-Length': request.headers['content-length'] ?? '' });
        request.pipe(response);
      }),
    );
    const content = Buffer.alloc(1024 * 1024, 'abcdefghijklm');
    const client = await served.client();
    await client.write(`POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${content.length}\r\n\r\n`);
    client.socket.pause();
    const written = client.write(content);
    await new Promise(setImmediate);
    client.socket.resume();
    const [{ body }] = await Promise.all([client.read(), written]);
    assert.ok(body.equals(content));
  });

  it('puts the script of live reload into pages, if it says so', async () => {
    const page = '<!doctype html><html><head><title>x</title></head><p>page</p>';
    const upstream = await startUpstream((request, response) => {
      assert.equal(request.headers['accept-encoding'], request.url === '/api/p/q' ? 'identity' : 'gzip');
      response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': page.length, ETag: '"1"' });
      response.end(page);
    });
    upstreams.push(upstream);
    const rules = [{ match: '/api/**', proxy: { to: upstream.to, live: true } }];
    served = await startServed({ rules, liveReload: true }, {}, { live: new Live() });
    const client = await served.client();
    await client.write(get('/api/p/q', 'Accept: text/html\r\nAccept-Encoding: gzip\r\n'));
    const loaded = await client.read();
    const tag = '<script src="../../.http-server/live.js" data-shows="/api/p/q"></script>';
    assert.equal(loaded.body.toString(), page.replace('<head>', `<head>${tag}`));
    assert.equal(field(loaded, 'etag'), undefined);
    await client.write(get('/api/x', 'Accept: */*\r\nAccept-Encoding: gzip\r\n'));
    assert.equal((await client.read()).body.toString(), page);
  });

  it('holds nothing of such a page back that could be shown already', async () => {
    let there: Socket | undefined;
    const upstream = await startRawUpstream((socket) => {
      there = socket;
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html><html><he');
    });
    upstreams.push(upstream);
    const rules = [{ match: '/api/**', proxy: { to: upstream.to, live: true } }];
    served = await startServed({ rules, liveReload: true }, {}, { live: new Live() });
    const client = await served.client();
    await client.write(get('/api/x', 'Accept: text/html\r\n'));
    await upstream.has((text) => text.includes('/api/x'));
    there?.write('ad><title>x</title><p>first');
    while (!client.pending.includes('first')) await once(client.socket, 'data');
    there?.end('<p>last');
    const { body } = await client.read();
    assert.match(
      body.toString(),
      /^<!doctype html><html><head><script [^>]*><\/script><title>x<\/title><p>first<p>last$/,
    );
  });

  const page = '<head></head>page';
  const asTheyAre: readonly (readonly [promise: string, head: string, body: string])[] = [
    ['what is downloaded', '200 OK\r\nContent-Disposition: attachment; filename=a.html', page],
    ['a part that nobody asked for', `206 Partial Content\r\nContent-Range: bytes 0-${page.length - 1}/99`, page],
    ['what is not changed', '304 Not Modified', ''],
    ['no content', '204 No Content', ''],
    ['a page of another charset', '200 OK', Buffer.from(page, 'utf16le').toString('latin1')],
    ['what is coded all the same', '200 OK\r\nContent-Encoding: gzip', page],
  ];
  for (const [promise, head, body] of asTheyAre) {
    it(`puts no script into ${promise}`, async () => {
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
      const upstream = await startRawUpstream((socket) =>
        socket.write(`HTTP/1.1 ${head}\r\nContent-Type: text/html\r\n${length}\r\n${body}`, 'latin1'),
      );
      upstreams.push(upstream);
      const rules = [{ match: '/api/**', proxy: { to: upstream.to, live: true } }];
      served = await startServed({ rules, liveReload: true }, {}, { live: new Live() });
      const client = await served.client();
      await client.write(get('/api/x', 'Accept: text/html\r\n'));
      assert.equal((await client.read()).body.toString('latin1'), body);
      await client.write('GET /echo/next HTTP/1.1\r\nHost: localhost\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'next');
    });
  }

  it('is a sentence that says which rule and which address, if nobody is there', async () => {
    const upstream = await startRawUpstream(ok);
    await before(upstream);
    await upstream.stop();
    upstreams.length = 0;
    const client = await served.client();
    await client.write(get('/api'));
    const { status, body } = await client.read();
    assert.equal(status, 502);
    assert.equal(body.toString(), `Rule 1 hands on to ${upstream.to}, which refuses connections.\n`);
    assert.match((await served.logged(() => true)).reason ?? '', /Rule 1/);
  });

  it('gives up on a server that says nothing', async () => {
    const upstream = await startRawUpstream(() => undefined);
    upstreams.push(upstream);
    served = await startServed({ rules: [{ match: '/api', proxy: upstream.to }] }, { upstreamTimeout: 50 });
    const client = await served.client();
    await client.write(get('/api'));
    const { status, body } = await client.read();
    assert.deepEqual(
      [status, body.toString()],
      [504, `Rule 1 hands on to ${upstream.to}, which did not answer in time.\n`],
    );
  });

  it('does not hold where the server is shared', async () => {
    const upstream = await raw(ok, {}, { ruleReach: { proxies: false, writes: true } });
    const client = await served.client();
    await client.write(get('/api'));
    assert.equal((await client.read()).status, 404);
    assert.equal(upstream.connections, 0);
  });
});
