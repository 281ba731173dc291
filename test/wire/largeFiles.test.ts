/** Big files: constant memory, any place in them, and never a lie about their length. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { GiB, MiB } from '../../src/options';
import { download } from '../support/download';
import { field } from '../support/rawClient';
import { ServerProcess } from '../support/programs/serverProcess';
import { TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';

describe('a big file', () => {
  let folder: TestFolder;
  let server: ServerProcess;
  before(async () => {
    folder = new TestFolder();
    server = await ServerProcess.start(folder.options());
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  /** Makes a file that takes no room on disk. */
  function sparse(name: string, size: number): void {
    writeFileSync(folder.at(name), '');
    truncateSync(folder.at(name), size);
  }

  it('of 8 GiB streams at constant memory, across what 32 bits can count', async function () {
    this.timeout(600_000);
    sparse('8g.bin', 8 * GiB);
    await download(server.port, '/files/8g.bin', { limit: 64 * MiB });
    const before = await server.peakMemory();
    const fields = `Range: bytes=${4 * GiB - 256 * MiB}-${4 * GiB + 256 * MiB - 1}\r\n`;
    assert.equal((await download(server.port, '/files/8g.bin', { fields })).received, 512 * MiB);
    assert.ok((await download(server.port, '/files/8g.bin', { limit: 512 * MiB })).received >= 512 * MiB);
    await grewLessThan(32 * MiB, before);
  });

  it('streams at constant memory to sixteen clients at once, slow ones among them', async function () {
    this.timeout(600_000);
    sparse('1g.bin', GiB);
    const before = await server.peakMemory();
    const idle = await Promise.all(Array.from({ length: 8 }, () => server.client()));
    for (const client of idle) {
      client.socket.pause();
      await client.write('GET /files/1g.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    }
    const all = Array.from({ length: 8 }, () => download(server.port, '/files/1g.bin', { limit: 32 * MiB }));
    for (const { received } of await Promise.all(all)) assert.ok(received >= 32 * MiB);
    for (const client of idle) client.close();
    await grewLessThan(96 * MiB, before);
  });

  it('streams at constant memory when it is coded on the way', async function () {
    this.timeout(600_000);
    sparse('zeros.txt', 64 * MiB);
    const before = await server.peakMemory();
    for (const coding of ['gzip', 'br']) {
      const { head, received } = await download(server.port, '/zeros.txt', {
        fields: `Accept-Encoding: ${coding}\r\n`,
      });
      assert.match(head, new RegExp(`\r\nContent-Encoding: ${coding}\r\n`));
      assert.match(head, /\r\nTransfer-Encoding: chunked\r\n/);
      assert.ok(received < MiB);
    }
    await grewLessThan(64 * MiB, before);
  });

  it('of a terabyte has a last octet', async function () {
    try {
      sparse('1t.bin', 1024 * GiB);
    } catch {
      needs(this, 'a file system for files of a terabyte', false);
    }
    const client = await server.client();
    await client.write('GET /files/1t.bin HTTP/1.1\r\nHost: localhost\r\nRange: bytes=-1\r\n\r\n');
    const response = await client.read();
    assert.equal(response.status, 206);
    assert.equal(field(response, 'content-range'), `bytes ${1024 * GiB - 1}-${1024 * GiB - 1}/${1024 * GiB}`);
    assert.deepEqual(response.body, Buffer.from([0]));
    await client.write('HEAD /files/1t.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal(field(await client.read('HEAD'), 'content-length'), String(1024 * GiB));
    client.close();
  });

  it('that becomes shorter cuts the connection', async () => {
    for (const size of [0, 70 * MiB + 1]) {
      sparse('shrinks.bin', 128 * MiB);
      const { head, received } = await download(server.port, '/files/shrinks.bin', {
        onFirst: () => truncateSync(folder.at('shrinks.bin'), size),
      });
      assert.match(head, new RegExp(`\r\nContent-Length: ${128 * MiB}\r\n`));
      assert.ok(received < 128 * MiB, String(received));
    }
  });

  it('that becomes longer is sent as long as it was', async () => {
    sparse('grows.bin', 64 * MiB);
    const { received } = await download(server.port, '/files/grows.bin', {
      onFirst: () => truncateSync(folder.at('grows.bin'), 128 * MiB),
    });
    assert.equal(received, 64 * MiB);
  });

  const changes: Readonly<Record<string, (path: string) => void>> = {
    deleted: unlinkSync,
    replaced: (path) => {
      writeFileSync(`${path}.new`, 'another');
      renameSync(`${path}.new`, path);
    },
  };
  for (const [title, change] of Object.entries(changes)) {
    it(`that is ${title} meanwhile is sent to its end`, async function () {
      needsPosix(this);
      const content = Buffer.alloc(64 * MiB, 'abcdefg');
      writeFileSync(folder.at('goes.bin'), content);
      const { sha256 } = await download(server.port, '/files/goes.bin', {
        digest: true,
        onFirst: () => change(folder.at('goes.bin')),
      });
      assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
    });
  }

  async function grewLessThan(bound: number, before: number): Promise<void> {
    const growth = (await server.peakMemory()) - before;
    assert.ok(growth < bound, `${Math.round(growth / MiB)} MiB more`);
  }
});
