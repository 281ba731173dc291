/** What came in together is one batch: what is known of the disk in it is true for all of its requests. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, Response } from '../../src/http/message/message';
import { startServed, type Served } from '../support/served';
import { startServer, type TestServer } from '../support/testServer';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a batch', () => {
  let server: TestServer;
  let batches: number[];
  let answer: (request: Request) => Response | Promise<Response>;
  const now = (): Response => ({ status: 204, fields: [] });

  before(async () => {
    server = await startServer((request) => {
      batches.push(request.batch);
      return answer(request);
    });
  });
  after(() => server.stop());
  beforeEach(() => {
    batches = [];
    answer = now;
  });

  it('is the same for requests that came in one piece', async () => {
    const client = await server.client();
    await client.write(get('/') + get('/') + get('/'));
    for (let i = 0; i < 3; i++) await client.read();
    assert.equal(new Set(batches).size, 1);
  });

  it('is another one for a request that was sent after an answer', async () => {
    const client = await server.client();
    for (let i = 0; i < 3; i++) {
      await client.write(get('/'));
      await client.read();
    }
    assert.equal(new Set(batches).size, 3);
  });

  it('is another one for a request that had to wait for an answer that took its time', async () => {
    answer = () => new Promise((resolve) => setImmediate(() => resolve(now())));
    const client = await server.client();
    await client.write(get('/') + get('/'));
    for (let i = 0; i < 2; i++) await client.read();
    assert.equal(new Set(batches).size, 2);
  });
});

describe('what is remembered of a file', () => {
  let served: Served;
  before(async () => (served = await startServed({ access: 'full' })));
  after(() => served.stop());

  /** A file that is in the server's memory. */
  async function remembered(): Promise<void> {
    writeFileSync(join(served.directory, 'a.txt'), 'old');
    const client = await served.client();
    // Until it is some milliseconds old, nothing proves that it has not changed.
    for (const end = Date.now() + 50; Date.now() < end;) {
      await client.write(get('/a.txt'));
      assert.equal((await client.read()).body.toString(), 'old');
    }
  }

  for (const [method, wanted] of [
    ['DELETE', [204, 404, '']],
    ['PUT', [204, 200, 'new']],
    ['POST', [201, 200, 'new']],
  ] as const) {
    it(`does not outlive a ${method} of the same batch`, async () => {
      await remembered();
      const client = await served.client();
      const body = method === 'DELETE' ? '' : 'Content-Length: 3\r\n\r\nnew';
      const change = `${method} /files/a.txt HTTP/1.1\r\nHost: localhost\r\n${body === '' ? '\r\n' : body}`;
      await client.write(get('/a.txt') + change + get('/a.txt'));
      assert.equal((await client.read()).body.toString(), 'old');
      assert.equal((await client.read()).status, wanted[0]);
      const after = await client.read();
      assert.equal(after.status, wanted[1]);
      if (wanted[1] === 200) assert.equal(after.body.toString(), wanted[2]);
    });
  }
});
