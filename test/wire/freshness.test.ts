/** Over sockets: what was saved before the request was sent is what the request gets, kept in memory or not. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { serve, type Server } from '../../src/serve';
import { TestFolder } from '../support/folder';
import { field, RawClient } from '../support/rawClient';

describe('freshness on the wire', () => {
  let folder: TestFolder;
  let server: Server;
  let client: RawClient;
  before(async () => {
    folder = new TestFolder();
    server = await serve(folder.options({ port: 0 }), { onExchange: () => undefined });
    client = await RawClient.connect(server.address.port);
  });
  after(async () => {
    client.close();
    await server.stop(0);
    folder.remove();
  });

  async function get(target: string, fields = ''): Promise<{ status: number; text: string; etag: string }> {
    await client.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
    const response = await client.read();
    return { status: response.status, text: response.body.toString(), etag: field(response, 'etag') ?? '' };
  }

  it('sees every save, whichever way it is made, with its old tag at hand or not', async () => {
    for (let i = 0; i < 200; i++) {
      const text = String(100_000 + i);
      if (i % 2 === 0) folder.write('page.html', text);
      else {
        writeFileSync(folder.at('page.tmp'), text);
        renameSync(folder.at('page.tmp'), folder.at('page.html'));
      }
      const fresh = await get('/page.html');
      assert.equal(fresh.text, text);
      assert.equal((await get('/page.html', `If-None-Match: ${fresh.etag}\r\n`)).status, 304);
      assert.equal((await get('/page.html')).text, text);
    }
  });

  it('sees what was stored on another connection as soon as that has its answer', async () => {
    const other = await RawClient.connect(server.address.port);
    for (let i = 0; i < 100; i++) {
      const text = String(100_000 + i);
      await other.write(`POST /files/stored.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\n${text}`);
      assert.equal((await other.read()).status, 201);
      assert.equal((await get('/stored.txt')).text, text);
      assert.equal(readFileSync(folder.at('stored.txt'), 'utf8'), text);
    }
    other.close();
  });

  it('answers pipelined requests each from the file as it was then', async () => {
    folder.write('a.txt', 'one');
    const post = 'POST /files/a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n';
    const read = 'GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';
    await client.write(`${read}${post}two${read}${post}six${read}`);
    const bodies: string[] = [];
    for (let i = 0; i < 5; i++) bodies.push((await client.read()).body.toString());
    assert.deepEqual(bodies, ['one', '', 'two', '', 'six']);
  });
});
