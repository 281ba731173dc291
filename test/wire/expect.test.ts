/** `Expect: 100-continue` (RFC 9110 §10.1.1): the client is told to go on when the body is first read, and not before. */
import assert from 'node:assert/strict';
import { startServed } from '../support/served';
import { HttpError } from '../../src/http/message/httpError';
import type { Request, Response } from '../../src/http/message/message';
import { field } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const head = (path: string, fields: string, version = 'HTTP/1.1'): string =>
  `POST ${path} ${version}\r\nHost: a\r\n${fields}\r\n\r\n`;
const five = 'Content-Length: 5\r\nExpect: 100-continue';

function endpoint(request: Request): Response | Promise<Response> {
  if (request.path === '/refuse') throw new HttpError(403, 'Not here.');
  if (request.path === '/ignore') return { status: 200, fields: [], body: Buffer.from('ignored') };
  return mirror(request);
}

describe('Expect: 100-continue', () => {
  let server: TestServer;
  before(async () => (server = await startServer(endpoint, { body: 10 })));
  after(() => server.stop());
  afterEach(() => assert.deepEqual(server.defects, []));

  for (const [name, fields, body] of [
    ['Content-Length', five, '12345'],
    ['chunked', 'Transfer-Encoding: chunked\r\nExpect: 100-continue', '5\r\n12345\r\n0\r\n\r\n'],
    ['without case', 'Content-Length: 5\r\nExpect: 100-CONTINUE', '12345'],
    ['twice', `${five}\r\nExpect: 100-continue`, '12345'],
  ] as const) {
    it(`gets a 100 when the body is read, then the answer (${name})`, async () => {
      const client = await server.client();
      await client.write(head('/p', fields));
      const interim = await client.read();
      assert.equal(interim.head, 'HTTP/1.1 100 Continue\r\n\r\n');
      await client.write(body);
      assert.equal((await client.read()).body.toString(), 'POST|/p|-|a|12345');
      await client.write('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'GET|/2|-|a|');
    });
  }

  it('gets a 100 for each of two pipelined requests, in order', async () => {
    const client = await server.client();
    await client.write(`${head('/1', five)}12345${head('/2', five)}67890`);
    const answers = [await client.read(), await client.read(), await client.read(), await client.read()];
    assert.deepEqual(
      answers.map(({ status, body }) => `${status} ${body.toString()}`),
      ['100 ', '200 POST|/1|-|a|12345', '100 ', '200 POST|/2|-|a|67890'],
    );
  });

  it('gets a 100 for what is to be stored, too, although all of it came along', async () => {
    const served = await startServed();
    const client = await served.client();
    await client.write(`POST /files/a.txt HTTP/1.1\r\nHost: localhost\r\n${five}\r\n\r\n12345`);
    assert.deepEqual([(await client.read()).status, (await client.read()).status], [100, 201]);
    await served.stop();
  });

  for (const [name, path, fields, status] of [
    ['the endpoint refuses', '/refuse', five, 403],
    ['the endpoint refuses (chunked)', '/refuse', 'Transfer-Encoding: chunked\r\nExpect: 100-continue', 403],
    ['the body is too large', '/p', 'Content-Length: 11\r\nExpect: 100-continue', 413],
    ['the framing is broken', '/p', 'Content-Length: x\r\nExpect: 100-continue', 400],
    ['there is a second expectation', '/p', 'Content-Length: 5\r\nExpect: 100-continue, else', 417],
    ['the endpoint does not read', '/ignore', five, 200],
  ] as const) {
    it(`gets the final answer alone, with close, when ${name}`, async () => {
      const client = await server.client();
      await client.write(head(path, fields));
      const response = await client.read();
      assert.equal(response.status, status);
      // Whether the body will come is unknown, so nothing that follows could be told from it.
      assert.equal(field(response, 'connection'), 'close');
      assert.equal((await client.readToEnd()).length, 0);
    });
  }

  it('is ignored in HTTP/1.0', async () => {
    const client = await server.client();
    await client.write(`${head('/p', five, 'HTTP/1.0')}12345`);
    assert.equal((await client.read()).status, 200);
  });

  it('is ignored without a body', async () => {
    const client = await server.client();
    await client.write(head('/p', 'Content-Length: 0\r\nExpect: 100-continue'));
    const response = await client.read();
    assert.equal(response.status, 200);
    assert.equal(field(response, 'connection'), undefined);
  });
});
