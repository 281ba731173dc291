/** However a request is framed, a server that it is handed on to sees the requests that this one has seen, and no other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { startServed, type Served } from '../support/served';

const inner = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const hex = inner.length.toString(16);
const post = 'POST /outer HTTP/1.1\r\nHost: localhost\r\n';
const chunked = 'Transfer-Encoding: chunked\r\n';

/** Each has a request in it that is none. */
const forms: readonly (readonly [form: string, bytes: string])[] = [
  ['content that looks like one', `${post}Content-Length: ${inner.length}\r\n\r\n${inner}`],
  ['content of a GET', `GET /outer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['content of a HEAD', `HEAD /outer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['content of a DELETE', `DELETE /outer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['a chunk that looks like one', `${post}${chunked}\r\n${hex}\r\n${inner}\r\n0\r\n\r\n`],
  ['a chunk of a GET', `GET /outer HTTP/1.1\r\nHost: localhost\r\n${chunked}\r\n${hex}\r\n${inner}\r\n0\r\n\r\n`],
  ['no length, and a length', `${post}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['two lengths in one line', `${post}Content-Length: 0, ${inner.length}\r\n\r\n${inner}`],
  ['a length with a sign', `${post}Content-Length: +0\r\n\r\n${inner}`],
  ['a length with a blank in it', `${post}Content-Length: 0 ${inner.length}\r\n\r\n${inner}`],
  ['a length in hexadecimal', `${post}Content-Length: 0x0\r\n\r\n${inner}`],
  ['a length that overflows', `${post}Content-Length: 18446744073709551616\r\n\r\n${inner}`],
  ['an empty length', `${post}Content-Length:\r\n\r\n${inner}`],
  ['a length behind a tab', `${post}Content-Length\t: ${inner.length}\r\n\r\n${inner}`],
  ['a length and chunks', `${post}Content-Length: ${inner.length + 5}\r\n${chunked}\r\n0\r\n\r\n${inner}`],
  ['chunks and a length', `${post}${chunked}Content-Length: ${inner.length + 5}\r\n\r\n0\r\n\r\n${inner}`],
  ['a length that is of one connection', `${post}Connection: content-length\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['chunks that are of one connection', `${post}Connection: transfer-encoding\r\n${chunked}\r\n${hex}\r\n${inner}\r\n0\r\n\r\n`],
  ['chunks twice', `${post}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks in two lines', `${post}${chunked}${chunked}\r\n0\r\n\r\n${inner}`],
  ['chunks behind another coding', `${post}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks in front of another coding', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks in quotation marks', `${post}Transfer-Encoding: "chunked"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks with a parameter', `${post}Transfer-Encoding: chunked;a=b\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks behind a vertical tab', `${post}Transfer-Encoding:\x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks by a name with a low line', `${post}Transfer_Encoding: chunked\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['chunks of HTTP/1.0', `POST /outer HTTP/1.0\r\n${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['chunks on a folded line', `${post}X: y\r\n ${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['a size that overflows', `${post}${chunked}\r\n10000000000000000\r\n\r\n${inner}`],
  ['a size with a sign', `${post}${chunked}\r\n+0\r\n\r\n${inner}`],
  ['a size in hexadecimal by its prefix', `${post}${chunked}\r\n0x0\r\n\r\n${inner}`],
  ['a size that ends in LF alone', `${post}${chunked}\r\n0\n\n${inner}`],
  ['an extension that ends in LF alone', `${post}${chunked}\r\n1;a\n${hex}\r\nx\r\n0\r\n\r\n${inner}`],
  ['an extension that ends in CR alone', `${post}${chunked}\r\n1;a\rb\r\nx\r\n0\r\n\r\n${inner}`],
  ['a quoted extension with a line break in it', `${post}${chunked}\r\n0;a="\r\n\r\n${inner}"\r\n\r\n`],
  ['a chunk that is longer than its size', `${post}${chunked}\r\n1\r\nxx\r\n0\r\n\r\n${inner}`],
  ['chunks without a last one', `${post}${chunked}\r\n${hex}\r\n${inner}\r\n`],
  ['a length in the trailers', `${post}${chunked}\r\n0\r\nContent-Length: ${inner.length}\r\n\r\n`],
  ['a coding in the trailers', `${post}${chunked}\r\n1\r\nx\r\n0\r\n${chunked}\r\n`],
  ['a trailer that ends in LF alone', `${post}${chunked}\r\n0\r\nA: b\n\n${inner}`],
  ['a line break in a value', `${post}X: a\n${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['a CR in a value', `${post}X: a\r${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['a NUL in a value', `${post}X: a\0${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
  ['a head that ends in LF alone', `POST /outer HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${inner}`],
  ['a line break in the target, encoded', `GET /outer%20HTTP/1.1%0d%0a%0d%0aGET%20/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['a second version in the target', `GET /outer HTTP/1.1 HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['a method with a line break in it', `GET\r\n /outer HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['a host with a request in it', `GET /outer HTTP/1.1\r\nHost: localhost\r\n\tGET /smuggled HTTP/1.1\r\n\r\n`],
  ['content that is asked for and not sent', `${post}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n`],
  ['what follows an upgrade', `GET /outer HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
  ['what follows a WebSocket that was refused', `GET /outer HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
]; // prettier-ignore

const methods = ['GET', 'POST', 'HEAD', 'DELETE', 'OPTIONS', 'BREW'];

const lines = [
  'Content-Length: 0', 'Content-Length: 5', 'Content-Length: 43', 'Content-Length: 5, 5', 'Expect: 100-continue', 'X: \r', 'X: \n',
  'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked, chunked', 'Transfer-encoding: x', 'Transfer-Encoding : chunked',
  'Connection: close', 'Connection: content-length, transfer-encoding', 'Connection: Upgrade', 'Upgrade: websocket',
  ' Content-Length: 9', 'TE: trailers', 'Trailer: Content-Length', 'Keep-Alive: 1',
]; // prettier-ignore

const pieces = [
  inner, '0\r\n\r\n', '5\r\nabcde\r\n', `${hex}\r\n`, '\r\n', '0\r\nA: b\r\n\r\n', 'abcde', '0;a="\r\n\r\n', '\n', '0\n\n',
]; // prettier-ignore

/** What another server has taken for a request: method and target. */
interface Seen {
  readonly port: number;
  readonly requests: string[];
  stop(): void;
}

/** @param isLenient whether it takes what RFC 9112 forbids */
async function startWatcher(isLenient: boolean): Promise<Seen> {
  const requests: string[] = [];
  const server: Server = createServer(
    { insecureHTTPParser: isLenient, requireHostHeader: false },
    (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      request.resume();
      request.on('end', () => response.end('ok'));
    },
  );
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, requests, stop };
}

for (const isLenient of [false, true]) {
  describe(`a ${isLenient ? 'lenient' : 'strict'} server that requests are handed on to`, () => {
    let seen: Seen;
    let served: Served;
    before(async () => {
      seen = await startWatcher(isLenient);
      served = await startServed({ rules: [{ match: '/**', proxy: `http://localhost:${seen.port}` }] });
    });
    after(async () => {
      await served.stop();
      seen.stop();
    });
    beforeEach(() => {
      seen.requests.length = 0;
      served.events.length = 0;
    });

    /** Sends those octets, and then no more; resolves when there is no more answer either. */
    async function send(bytes: string): Promise<void> {
      const client = await served.client();
      await client.write(Buffer.from(bytes, 'latin1'));
      client.end();
      await client.readToEnd();
      client.close();
    }

    for (const [form, bytes] of forms) {
      it(`sees no second one by ${form}`, async () => {
        await send(bytes);
        assert.ok(!seen.requests.includes('GET /smuggled'), seen.requests.join(', '));
        assert.ok(seen.requests.length <= 1, seen.requests.join(', '));
        // What is in flight on a kept connection would show in front of the next request.
        await send('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n');
        assert.equal(seen.requests.at(-1), 'GET /next');
        assert.ok(seen.requests.length <= 2, seen.requests.join(', '));
      });
    }

    it('sees what this one has seen, whatever the pieces are put together to', async () => {
      let runs = 0;
      const parts = fc.tuple(
        fc.constantFrom(...methods),
        fc.array(fc.constantFrom(...lines), { maxLength: 3 }),
        fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
      );
      await fc.assert(
        fc.asyncProperty(parts, async ([method, fields, content]) => {
          served.events.length = 0;
          // What the run before has left may still arrive.
          const [path, inside] = [`/outer-${++runs}`, `/i${String(runs).padStart(7, '0')}`];
          const head = [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');
          await send(head + content.join('').replaceAll('/smuggled', inside));
          for (const each of new Set(seen.requests)) {
            if (!each.endsWith(path) && !each.endsWith(inside)) continue;
            const there = seen.requests.filter((one) => one === each).length;
            const here = (): number => served.events.filter((one) => `${one.method} ${one.target}` === each).length;
            await served.logged(() => here() >= there);
          }
        }),
        { numRuns: 150 },
      );
    });
  });
}
