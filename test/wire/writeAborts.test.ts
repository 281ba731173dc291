/** An upload that does not come to its end leaves the old file as it was, and nothing else. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { RawClient } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { needsLinux } from '../support/needs';
import { unfinished } from '../support/disk/unfinished';

const KiB = 1024;
const size = 256 * KiB;
const content = Buffer.alloc(size, 'new ');
const old = Buffer.alloc(100 * KiB, 'old ');

const head = (fields: string, path = 'file'): string =>
  `PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n`;
const whole = head(`Content-Length: ${size}`);

describe('an upload that is broken off', () => {
  let served: Served;
  beforeEach(async () => {
    served = await startServed();
    writeFileSync(join(served.directory, 'file'), old);
  });
  afterEach(() => served.stop());

  const entries = (): string[] => (readdirSync(served.directory, { recursive: true }) as string[]).sort();
  const stored = (): Buffer => readFileSync(join(served.directory, 'file'));

  /** Resolves when the unfinished file has so many octets. */
  async function received(octets: number): Promise<void> {
    for (;;) {
      const [path] = unfinished(served.directory);
      if (path !== undefined && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= octets) return;
      await setImmediate();
    }
  }

  async function nothingLeft(): Promise<void> {
    while (served.server.connections > 0 || unfinished(served.directory).length > 0) await setImmediate();
    assert.deepEqual(entries(), ['file']);
  }

  const endings: readonly (readonly [name: string, end: (client: RawClient) => void])[] = [
    ['a reset', (client) => client.reset()],
    ['a FIN', (client) => client.end()],
    ['a close', (client) => client.close()],
  ];
  const stages = [0, ...Array.from({ length: 4 }, (_, i) => i * 64 * KiB + 1), 64 * KiB, 128 * KiB, size - 1];
  for (const [ending, end] of endings) {
    for (const stage of stages) {
      it(`by ${ending} after ${stage} octets`, async () => {
        const client = await served.client();
        await client.write(whole);
        await client.write(content.subarray(0, stage));
        await received(stage);
        end(client);
        if (ending === 'a FIN') assert.equal((await client.read()).status, 400);
        client.close();
        await nothingLeft();
        assert.ok(stored().equals(old));
      });
    }

    it(`by ${ending} between its last octet and its end is stored whole or not at all`, async () => {
      for (let i = 0; i < 20; i++) {
        writeFileSync(join(served.directory, 'file'), old);
        const client = await served.client();
        await client.write(whole);
        await client.write(content.subarray(0, size - 1));
        await received(size - 64 * KiB);
        await client.write(content.subarray(size - 1));
        end(client);
        if (ending === 'a FIN') assert.equal((await client.read()).status, 204);
        client.close();
        await nothingLeft();
        assert.ok(stored().equals(old) || stored().equals(content));
      }
    });
  }

  const broken: readonly (readonly [name: string, bytes: string, status: number])[] = [
    ['chunked, without its end', `${head('Transfer-Encoding: chunked')}5\r\nhello\r\n`, 400],
    ['a chunk that is too short', `${head('Transfer-Encoding: chunked')}5\r\nhell\r\n0\r\n\r\n`, 400],
    ['a chunk size that is none', `${head('Transfer-Encoding: chunked')}5\r\nhello\r\nx\r\n`, 400],
    ['a forbidden trailer', `${head('Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n`, 400],
    ['in folders that were made for it', `${head('Content-Length: 9', 'a/b/c')}short`, 400],
  ];
  for (const [name, bytes, status] of broken) {
    it(`by its framing: ${name}`, async () => {
      const client = await served.client();
      await client.write(bytes);
      client.end();
      assert.equal((await client.read()).status, status);
      await nothingLeft();
      assert.ok(stored().equals(old));
    });
  }

  it('by Stop', async () => {
    const client = await served.client();
    await client.write(whole);
    await client.write(content.subarray(0, 64 * KiB));
    await received(64 * KiB);
    await served.server.stop(0);
    assert.deepEqual(entries(), ['file']);
    assert.ok(stored().equals(old));
  });

  it('is not begun by a client that waits for a 100 and gets a refusal', async () => {
    const client = await served.client();
    await client.write(head('Content-Length: 9\r\nExpect: 100-continue\r\nIf-None-Match: *'));
    assert.equal((await client.read()).status, 412);
    assert.deepEqual(entries(), ['file']);
  });

  it('two hundred times, in all ways to upload, leaves no descriptor open', async function () {
    needsLinux(this);
    this.timeout(600_000);
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    // The first upload opens the journal, which stays open.
    const first = await served.client();
    await first.write(`${head('Content-Length: 1\r\nConnection: close')}x`);
    await first.readToEnd();
    first.close();
    writeFileSync(join(served.directory, 'file'), old);
    await nothingLeft();
    const before = descriptors();
    const length = `Content-Length: ${size}`;
    const form = 'Content-Type: multipart/form-data; boundary=x';
    const part = '--x\r\nContent-Disposition: form-data; name="f"; filename="a/b"\r\n\r\n';
    const heads: readonly ((i: number) => string)[] = [
      () => head(length),
      (i) => head(length, `a/${i}/c`),
      (i) => head(`${length}\r\nUpload-Complete: ?1`, `b/${i}`),
      (i) => `${head(`${length}\r\n${form}`, `c/${i % 7}/`).replace('PUT', 'POST')}${part}`,
    ];
    const abort = async (i: number): Promise<void> => {
      const client = await served.client();
      await client.write(heads[i % heads.length]?.(i) ?? '');
      await client.write(content.subarray(0, (i * 977) % size));
      client.reset();
    };
    for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => abort(i + k)));
    await nothingLeft();
    assert.equal(descriptors(), before);
    assert.ok(stored().equals(old));
  });
});
