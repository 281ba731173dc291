/** Clients that people use, as they are installed: each gets along with the server, on connections that persist. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MiB } from '../../src/options';
import { startServed, type Served } from '../support/served';
import { needsProgram } from '../support/needs';

const run = promisify(execFile);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** Nothing between the clients and the server. */
const env = {
  ...process.env,
  no_proxy: '*',
  NO_PROXY: '*',
  http_proxy: '',
  HTTP_PROXY: '',
  all_proxy: '',
  ALL_PROXY: '',
};

describe('clients', function () {
  this.slow(3000);
  const large = randomBytes(12 * MiB);
  let served: Served;
  let url: string;
  before(async () => {
    served = await startServed();
    url = `http://127.0.0.1:${served.port}`;
    await writeFile(join(served.directory, 'large'), large);
    await writeFile(join(served.directory, 'page.html'), '<h1>page</h1>'.repeat(200));
    await writeFile(join(served.directory, '..', 'upload'), large);
  });
  after(() => served.stop());

  const stored = async (name: string): Promise<string> => digest(await readFile(join(served.directory, name)));

  describe('curl', function () {
    before(function () {
      needsProgram(this, 'curl');
    });

    // By itself it waits a second for a 100, and then sends what nobody asked for.
    const curl = async (...args: string[]): Promise<string> =>
      (
        await run('curl', ['--silent', '--show-error', '--max-time', '250', '--expect100-timeout', '250', ...args], {
          env,
          maxBuffer: 32 * MiB,
        })
      ).stdout;

    it('reads, and uses one connection for several requests', async () => {
      const said = await curl('-v', `${url}/echo/a`, `${url}/echo/b`, '-w', '%{num_connects} ', '-o', '-', '-o', '-');
      assert.match(said, /^a1 b0 $/);
    });

    it('asks for the head only', async () => {
      assert.match(await curl('-I', `${url}/files/large`), /^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 12582912\r\n/);
    });

    it('uploads after a 100 (--data-binary, over 1 MiB)', async () => {
      const said = await curl(
        '-v',
        '--data-binary',
        `@${join(served.directory, '..', 'upload')}`,
        `${url}/files/a`,
        '-w',
        '%{http_code}',
        '--stderr',
        '-',
      );
      assert.match(said, /HTTP\/1\.1 100 Continue/);
      assert.match(said, /201$/);
      assert.equal(await stored('a'), digest(large));
    });

    it('uploads by PUT (-T), and by chunks', async () => {
      const file = join(served.directory, '..', 'upload');
      assert.equal(await curl('-T', file, `${url}/files/b`, '-w', '%{http_code}'), '201');
      assert.equal(
        await curl('-T', file, '-H', 'Transfer-Encoding: chunked', `${url}/files/b`, '-w', '%{http_code}'),
        '204',
      );
      assert.equal(await stored('b'), digest(large));
    });

    it('gets a refusal it can read, without sending the body', async () => {
      const said = await curl(
        '-T',
        join(served.directory, '..', 'upload'),
        `${url}/files/%2e%2e/x`,
        '-w',
        '%{http_code} %{size_upload}',
      );
      assert.match(said, /400 0$/);
    });

    it('reads by ranges and resumes', async () => {
      assert.equal(
        (await curl('-r', '5-9', `${url}/files/large`, '-w', '%{http_code}', '-o', '/dev/null')).slice(-3),
        '206',
      );
    });

    it('decodes what it accepts coded (--compressed)', async () => {
      assert.equal(await curl('--compressed', `${url}/page.html`), '<h1>page</h1>'.repeat(200));
    });

    it('speaks HTTP/1.0', async () => {
      assert.equal(await curl('-0', `${url}/echo/old`), 'old');
    });
  });

  describe('fetch', () => {
    it('reads, also many at once', async () => {
      const texts = await Promise.all(
        Array.from({ length: 50 }, async (_, i) => (await fetch(`${url}/echo/${i}`)).text()),
      );
      assert.deepEqual(
        texts,
        Array.from({ length: 50 }, (_, i) => String(i)),
      );
    });

    it('uploads bytes', async () => {
      const response = await fetch(`${url}/files/c`, { method: 'POST', body: large });
      assert.equal(response.status, 201);
      assert.equal(await stored('c'), digest(large));
    });

    it('uploads a stream, which goes by chunks', async () => {
      const parts = [large.subarray(0, MiB), large.subarray(MiB)];
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const part = parts.shift();
          if (part === undefined) controller.close();
          else controller.enqueue(part);
        },
      });
      const response = await fetch(`${url}/files/d`, { method: 'POST', body, duplex: 'half' });
      assert.equal(response.status, 201);
      assert.equal(await stored('d'), digest(large));
    });

    it('uploads a form, again and again, and every file of it', async () => {
      const sizes = [4, 70_000, 0, 1, MiB];
      for (let round = 0; round < 5; round++) {
        const form = new FormData();
        for (const size of sizes) form.append('file', new Blob([large.subarray(0, size)]), `form/${size}`);
        const response = await fetch(`${url}/files/`, { method: 'POST', body: form });
        const told = (await response.json()) as { name: string; size: number }[];
        assert.deepEqual([response.status, told.map((file) => file.size)], [201, sizes]);
        for (const size of sizes) assert.equal(await stored(`form/${size}`), digest(large.subarray(0, size)));
      }
    });

    it('downloads', async () => {
      const response = await fetch(`${url}/files/large`);
      assert.equal(digest(new Uint8Array(await response.arrayBuffer())), digest(large));
    });

    it('reads a refusal of an upload it did not wait with', async () => {
      const response = await fetch(`${url}/user-agent`, { method: 'POST', body: large });
      assert.equal(response.status, 405);
    });
  });

  describe('wget', function () {
    before(function () {
      needsProgram(this, 'wget');
    });

    it('downloads', async () => {
      const file = join(served.directory, '..', 'downloaded');
      await run('wget', ['--quiet', '--no-proxy', '-O', file, `${url}/files/large`], { env });
      assert.equal(digest(await readFile(file)), digest(large));
    });
  });

  describe('ab', function () {
    before(function () {
      needsProgram(this, 'ab');
    });

    it('finds no failed request, with keep-alive in HTTP/1.0', async () => {
      const { stdout } = await run('ab', ['-k', '-n', '2000', '-c', '20', `${url}/echo/ab`], { env });
      assert.match(stdout, /Failed requests:\s+0\n/);
      assert.match(stdout, /Keep-Alive requests:\s+2000\n/);
    });
  });
});
