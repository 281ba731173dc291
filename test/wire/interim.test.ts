/** Interim responses (RFC 9110 §15.2): as many as the endpoint wants, before its answer, to those who expect them. */
import assert from 'node:assert/strict';
import type { Request, Response } from '../../src/http/message/message';
import { field } from '../support/rawClient';
import { startServer, type TestServer } from '../support/testServer';

let late: (() => void) | undefined;

async function endpoint(request: Request): Promise<Response> {
  const { interim } = request;
  late = () => interim?.(103, [['Link', '</late>']]);
  interim?.(103, [['Link', '</one>']]);
  let size = 0;
  for await (const bytes of request.body) {
    size += bytes.length;
    interim?.(104, [['Upload-Offset', String(size)]]);
  }
  if (request.path === '/bad') interim?.(103, [['Link', 'a\r\nb: c']]);
  return { status: 200, fields: [], body: Buffer.from(interim === undefined ? 'none' : 'done') };
}

const ask = (line: string, body = ''): string => `${line}\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('an interim response', () => {
  let server: TestServer;
  beforeEach(async () => (server = await startServer(endpoint)));
  afterEach(() => server.stop());

  it('goes out at once, and before the answer', async () => {
    const client = await server.client();
    await client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n');
    const first = await client.read();
    assert.equal(first.head, 'HTTP/1.1 103 Early Hints\r\nLink: </one>\r\n\r\n');
    await client.write('ab');
    assert.equal(field(await client.read(), 'upload-offset'), '2');
    await client.write('cd');
    assert.equal(field(await client.read(), 'upload-offset'), '4');
    assert.equal((await client.read()).body.toString(), 'done');
    assert.deepEqual(server.defects, []);
  });

  it('keeps the order of pipelined requests', async () => {
    const client = await server.client();
    await client.write(ask('POST /1 HTTP/1.1', 'x') + ask('POST /2 HTTP/1.1', 'y'));
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await client.read()).status);
    assert.deepEqual(statuses, [103, 104, 200, 103, 104, 200]);
  });

  for (const line of ['GET / HTTP/1.1', 'POST / HTTP/1.0']) {
    it(`is not sent to ${line}`, async () => {
      const client = await server.client();
      await client.write(ask(line, 'x'));
      assert.equal((await client.read()).body.toString(), 'none');
    });
  }

  it('is not sent after the answer', async () => {
    const client = await server.client();
    await client.write(ask('POST / HTTP/1.1'));
    assert.deepEqual([(await client.read()).status, (await client.read()).status], [103, 200]);
    late?.();
    await client.write(ask('GET / HTTP/1.1'));
    assert.equal((await client.read()).status, 200);
  });

  it('cannot smuggle a field', async () => {
    const client = await server.client();
    await client.write(ask('POST /bad HTTP/1.1'));
    assert.deepEqual([(await client.read()).status, (await client.read()).status], [103, 500]);
    assert.equal(server.defects.length, 1);
  });
});
