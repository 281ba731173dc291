/** Every stage of the exercise this server grew out of, as raw bytes over real sockets. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MiB } from '../../src/options';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';

const host = 'Host: localhost:4221\r\n';

describe('the exercise', () => {
  let served: Served;
  before(async () => (served = await startServed()));
  after(() => served.stop());

  /** Sends a request on a connection of its own. */
  async function ask(line: string, fields = '', body: string | Uint8Array = ''): Promise<RawResponse> {
    const client = await served.client();
    await client.write(`${line} HTTP/1.1\r\n${host}${fields}\r\n`);
    if (body.length > 0) await client.write(body);
    const response = await client.read(line.split(' ')[0]);
    client.close();
    return response;
  }

  const statusLine = ({ head }: RawResponse): string => head.slice(0, head.indexOf('\r\n'));

  it('binds to its port, on both loopback families', () => {
    assert.ok(served.port > 0);
    assert.equal(served.server.address.addresses[0], '127.0.0.1');
  });

  it('GET /: 200 OK', async () => assert.equal(statusLine(await ask('GET /')), 'HTTP/1.1 200 OK'));

  it('GET of an unknown path: 404 Not Found', async () => {
    assert.equal(statusLine(await ask('GET /orange')), 'HTTP/1.1 404 Not Found');
    assert.equal(statusLine(await ask('GET /index.html/deep')), 'HTTP/1.1 404 Not Found');
  });

  for (const [target, body] of [
    ['/echo/abc', 'abc'],
    ['/echo/a%20b%2Fc', 'a b/c'],
    ['/echo/a/b', 'a/b'],
    ['/echo/%E2%82%AC', '€'],
    ['/echo/', ''],
    ['/echo', ''],
  ] as const) {
    it(`GET ${target}: the text, decoded`, async () => {
      const response = await ask(`GET ${target}`);
      assert.equal(statusLine(response), 'HTTP/1.1 200 OK');
      assert.equal(field(response, 'content-type'), 'text/plain');
      assert.equal(field(response, 'content-length'), String(Buffer.byteLength(body)));
      assert.equal(field(response, 'content-encoding'), undefined);
      assert.equal(response.body.toString(), body);
    });
  }

  it('GET /user-agent: its value', async () => {
    const response = await ask('GET /user-agent', 'uSER-aGENT: foobar/1.2.3\r\n');
    assert.equal(statusLine(response), 'HTTP/1.1 200 OK');
    assert.equal(field(response, 'content-type'), 'text/plain');
    assert.equal(field(response, 'content-length'), '12');
    assert.equal(response.body.toString(), 'foobar/1.2.3');
  });

  it('GET /user-agent without one: empty', async () => {
    const response = await ask('GET /user-agent');
    assert.deepEqual([response.status, field(response, 'content-length'), response.body.length], [200, '0', 0]);
  });

  it('paths are decided by segments, not by prefixes', async () => {
    for (const path of ['/echoes', '/echo.txt', '/filesystem', '/user-agents', '/user-agent/x']) {
      assert.equal((await ask(`GET ${path}`)).status, 404, path);
    }
  });

  it('GET /files/{name}: its bytes', async () => {
    await writeFile(join(served.directory, 'foo'), 'Hello, World!');
    const response = await ask('GET /files/foo');
    assert.equal(statusLine(response), 'HTTP/1.1 200 OK');
    assert.equal(field(response, 'content-type'), 'application/octet-stream');
    assert.equal(field(response, 'content-length'), '13');
    assert.equal(response.body.toString(), 'Hello, World!');
  });

  it('GET /files/{name} that is not there: 404 Not Found', async () => {
    assert.equal(statusLine(await ask('GET /files/non_existent')), 'HTTP/1.1 404 Not Found');
  });

  it('POST /files/{name}: 201 Created, and the file is there', async () => {
    const response = await ask(
      'POST /files/file_123',
      'Content-Type: application/octet-stream\r\nContent-Length: 5\r\n',
      '12345',
    );
    assert.equal(statusLine(response), 'HTTP/1.1 201 Created');
    assert.equal(field(response, 'location'), '/files/file_123');
    assert.equal(await readFile(join(served.directory, 'file_123'), 'utf8'), '12345');
    await served.logged(({ stored }) => stored?.[0] === 'file_123');
  });

  it('POST replaces, and says 201 again', async () => {
    assert.equal((await ask('POST /files/file_123', 'Content-Length: 2\r\n', 'ab')).status, 201);
    assert.equal(await readFile(join(served.directory, 'file_123'), 'utf8'), 'ab');
  });

  const everyOctet = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
  for (const [name, content] of [
    ['nothing', Buffer.alloc(0)],
    ['every octet', everyOctet],
    ['line breaks', Buffer.from('\r\n\r\n\n\r')],
    ['what looks like a request', Buffer.from(`GET / HTTP/1.1\r\n${host}\r\n`)],
    ['10 MiB of noise', randomBytes(10 * MiB)],
  ] as const) {
    it(`POST stores ${name} verbatim, by length and by chunks`, async () => {
      const length = await ask('POST /files/deep/er/l', `Content-Length: ${content.length}\r\n`, content);
      assert.equal(length.status, 201);
      const chunk =
        content.length === 0 ? [] : [Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')];
      const wire = Buffer.concat([...chunk, Buffer.from('0\r\n\r\n')]);
      assert.equal((await ask('POST /files/deep/er/c', 'Transfer-Encoding: chunked\r\n', wire)).status, 201);
      for (const file of ['l', 'c']) {
        const stored = await readFile(join(served.directory, 'deep/er', file));
        assert.ok(stored.equals(content), `${stored.length} of ${content.length}`);
      }
      assert.deepEqual((await readdir(join(served.directory, 'deep/er'))).sort(), ['c', 'l'], 'no temporary file');
      assert.ok((await ask('GET /files/deep/er/l')).body.equals(content));
    });
  }

  it('a body of 64 MiB is streamed into its file', async function () {
    const piece = randomBytes(MiB);
    const client = await served.client();
    const wanted = createHash('sha256');
    await client.write(`POST /files/large HTTP/1.1\r\n${host}Content-Length: ${64 * MiB}\r\n\r\n`);
    for (let i = 0; i < 64; i++) {
      wanted.update(piece);
      await client.write(piece);
    }
    assert.equal((await client.read()).status, 201);
    const stored = createHash('sha256').update(await readFile(join(served.directory, 'large')));
    assert.equal(stored.digest('hex'), wanted.digest('hex'));
  });

  for (const coding of ['gzip', 'invalid, gzip, other', 'GZIP', 'deflate;q=0, gzip;q=0.5']) {
    it(`GET /echo with Accept-Encoding: ${coding}: gzip`, async () => {
      const response = await ask('GET /echo/abc', `Accept-Encoding: ${coding}\r\n`);
      assert.equal(field(response, 'content-encoding'), 'gzip');
      assert.equal(field(response, 'content-type'), 'text/plain');
      assert.equal(field(response, 'content-length'), String(response.body.length));
      assert.equal(gunzipSync(response.body).toString(), 'abc');
    });
  }

  for (const coding of ['invalid', 'invalid-1, invalid-2', 'gzip;q=0', 'identity', '']) {
    it(`GET /echo with Accept-Encoding: ${coding || '(empty)'}: not coded`, async () => {
      const response = await ask('GET /echo/abc', `Accept-Encoding: ${coding}\r\n`);
      assert.equal(response.status, 200);
      assert.equal(field(response, 'content-encoding'), undefined);
      assert.equal(response.body.toString(), 'abc');
    });
  }

  it('a connection persists', async () => {
    const client = await served.client();
    for (const text of ['one', 'two', 'three']) {
      await client.write(`GET /echo/${text} HTTP/1.1\r\n${host}\r\n`);
      const response = await client.read();
      assert.equal(response.body.toString(), text);
      assert.equal(field(response, 'connection'), undefined);
    }
  });

  it('several connections persist side by side', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => served.client()));
    for (const text of ['one', 'two']) {
      await Promise.all(clients.map((client, i) => client.write(`GET /echo/${text}${i} HTTP/1.1\r\n${host}\r\n`)));
      const answers = await Promise.all(clients.map((client) => client.read()));
      assert.deepEqual(
        answers.map(({ body }) => body.toString()),
        clients.map((_, i) => `${text}${i}`),
      );
    }
  });

  it('Connection: close is honoured, with the FIN right behind the response', async () => {
    const client = await served.client();
    await client.write(`GET /echo/a HTTP/1.1\r\n${host}\r\n`);
    assert.equal(field(await client.read(), 'connection'), undefined);
    await client.write(`GET /echo/b HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    const response = await client.read();
    assert.equal(field(response, 'connection'), 'close');
    assert.equal(response.body.toString(), 'b');
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'fin');
  });

  it('connections are served in any order: opened 1 2 3, asked 3 2 1', async () => {
    const clients = [await served.client(), await served.client(), await served.client()];
    for (const client of [...clients].reverse()) {
      await client.write(`GET / HTTP/1.1\r\n${host}\r\n`);
      assert.equal((await client.read()).status, 200);
    }
  });

  it('two hundred connections at once are all answered', async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, () => served.client()));
    const ask = async (client: RawClient, i: number): Promise<string> => {
      await client.write(`GET /echo/${i} HTTP/1.1\r\n${host}\r\n`);
      return (await client.read()).body.toString();
    };
    const answers = await Promise.all([...clients].reverse().map(ask));
    assert.deepEqual(
      answers,
      clients.map((_, i) => String(i)),
    );
  });

  it('requests pipelined in one write are answered in order, reads and writes alike', async () => {
    const client = await served.client();
    await client.write(
      `POST /files/p HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc` +
        `GET /files/p HTTP/1.1\r\n${host}\r\nGET /echo/x HTTP/1.1\r\n${host}\r\n` +
        `POST /files/p HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\ndef` +
        `GET /files/p HTTP/1.1\r\n${host}\r\n`,
    );
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await client.read());
    assert.deepEqual(
      answers.map(({ status, body }) => `${status} ${body.toString()}`),
      ['201 ', '200 abc', '200 x', '201 ', '200 def'],
    );
  });

  describe('never leaves the folder', () => {
    before(async () => {
      await mkdir(join(served.directory, 'sub'), { recursive: true });
      await writeFile(join(served.directory, '..', 'outside.txt'), 'outside');
    });

    for (const path of [
      '/files/../outside.txt',
      '/files/sub/../../outside.txt',
      '/files/%2e%2e/outside.txt',
      '/files/%2E%2E%2Foutside.txt',
      '/files/..%2foutside.txt',
      '/files/..%5coutside.txt',
      '/files/sub/..%2f..%2foutside.txt',
      '/files//../outside.txt',
      '/files/./../outside.txt',
      '/files/%00/../outside.txt',
      '/files/outside.txt%00',
      '/../outside.txt',
      '/%2e%2e/outside.txt',
      '/sub/../../outside.txt',
      '/files/..',
      '/files/%2e%2e',
    ]) {
      it(`GET and POST ${path}`, async () => {
        const read = await ask(`GET ${path}`);
        assert.ok(read.status === 400 || read.status === 404, String(read.status));
        assert.doesNotMatch(read.body.toString(), /^outside/);
        const written = await ask(`POST ${path}`, 'Content-Length: 4\r\n', 'evil');
        assert.ok([400, 404, 405].includes(written.status), String(written.status));
        assert.equal(await readFile(join(served.directory, '..', 'outside.txt'), 'utf8'), 'outside');
      });
    }
  });
});
