/** Content codings of the site. */
import assert from 'node:assert/strict';
import { truncateSync, utimesSync } from 'node:fs';
import * as zlib from 'node:zlib';
import type { Endpoint } from '../../src/http/message/message';
import { codings } from '../../src/endpoints/representation/coding';
import { ask, makeRequest, read, respond, type Answer } from '../support/request';
import { openDescriptors, TestFolder } from '../support/folder';

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: (bytes) => zlib.brotliDecompressSync(bytes),
  gzip: (bytes) => zlib.gunzipSync(bytes),
  zstd: (bytes) => (zlib as unknown as { zstdDecompressSync: (bytes: Buffer) => Buffer }).zstdDecompressSync(bytes),
};

const decoded = ({ fields, body }: Answer): string => {
  const coding = fields.get('content-encoding');
  return (coding === undefined ? body : (decoders[coding]?.(body) ?? Buffer.alloc(0))).toString();
};

describe('content coding', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const small = 'body { color: red }\n'.repeat(100);
  const big = Array.from({ length: 60_000 }, (_, i) => `line ${i * 7919}\n`).join('');
  before(() => {
    folder = new TestFolder();
    folder
      .write('small.css', small)
      .write('big.txt', big)
      .write('1023.txt', 'x'.repeat(1023))
      .write('1024.txt', 'x'.repeat(1024));
    for (const name of ['a.png', 'a.zip', 'a.mp4', 'a.woff2', 'unknown.bin']) folder.write(name, Buffer.alloc(4096));
    for (const name of ['a.svg', 'a.js', 'a.json', 'a.wasm', 'a.html', 'README']) folder.write(name, 'x'.repeat(4096));
    router = folder.router();
  });
  after(() => folder.remove());

  for (const [target, content] of [
    ['/small.css', small],
    ['/big.txt', big],
  ] as const) {
    for (const coding of codings) {
      it(`${target} is had in ${coding}, and is the same again`, async () => {
        for (let i = 0; i < 2; i++) {
          const answer = await ask(router, 'GET', target, { 'Accept-Encoding': coding });
          assert.equal(answer.status, 200);
          assert.equal(answer.fields.get('content-encoding'), coding);
          assert.equal(answer.fields.get('vary'), 'Accept-Encoding');
          assert.ok(answer.body.length < content.length / 2);
          assert.equal(decoded(answer), content);
        }
      });
    }

    it(`${target} has its own tag in each coding, and each is revalidated by its own`, async () => {
      const tags = new Map<string, string>();
      for (const coding of ['identity', ...codings]) {
        const { fields } = await ask(router, 'GET', target, { 'Accept-Encoding': coding });
        tags.set(coding, fields.get('etag') ?? '');
      }
      assert.equal(new Set(tags.values()).size, codings.length + 1);
      for (const [coding, own] of tags) {
        for (const [other, etag] of tags) {
          const fields = { 'Accept-Encoding': coding, 'If-None-Match': etag };
          const { status, fields: answered } = await ask(router, 'GET', target, fields);
          assert.equal(status, own === etag ? 304 : 200, `${coding} asked for with the tag of ${other}`);
          assert.equal(answered.get('etag'), own);
          assert.equal(answered.get('vary'), 'Accept-Encoding');
        }
        // RFC 9110 §13.1.1: any current representation will do.
        const anyway = await ask(router, 'GET', target, { 'Accept-Encoding': 'gzip', 'If-Match': own });
        assert.equal(anyway.status, 200);
      }
    });
  }

  it('varies even where none was asked for', async () => {
    const answer = await ask(router, 'GET', '/small.css');
    assert.equal(answer.fields.get('vary'), 'Accept-Encoding');
    assert.equal(answer.fields.has('content-encoding'), false);
    assert.equal(answer.text, small);
  });

  const uncoded = [
    '/1023.txt',
    '/a.png',
    '/a.zip',
    '/a.mp4',
    '/a.woff2',
    '/unknown.bin',
    '/files/small.css',
    '/files/big.txt',
  ];
  for (const target of uncoded) {
    it(`${target} is never coded`, async () => {
      const { fields } = await ask(router, 'GET', target, { 'Accept-Encoding': 'br, gzip' });
      assert.equal(fields.has('content-encoding'), false);
      assert.equal(fields.has('vary'), false);
    });
  }
  for (const target of ['/1024.txt', '/a.svg', '/a.js', '/a.json', '/a.wasm', '/a.html', '/README']) {
    it(`${target} is coded`, async () => {
      const answer = await ask(router, 'GET', target, { 'Accept-Encoding': 'br, gzip' });
      assert.equal(answer.fields.get('content-encoding'), 'br');
    });
  }

  it('answers HEAD as GET, for what is in memory and for what is coded on the way', async () => {
    for (const target of ['/small.css', '/big.txt']) {
      const fields = { 'Accept-Encoding': 'gzip' };
      const [get, head] = [await ask(router, 'GET', target, fields), await ask(router, 'HEAD', target, fields)];
      assert.deepEqual(head.fields, get.fields);
    }
  });

  it('closes the file of an answer that nobody read, or not to its end', async function () {
    const before = openDescriptors();
    for (const pieces of [0, 1]) {
      const response = await respond(router, makeRequest('GET', '/big.txt', { 'Accept-Encoding': 'br' }));
      assert.ok(response.body !== undefined && Symbol.asyncIterator in response.body);
      const iterator = response.body[Symbol.asyncIterator]();
      for (let i = 0; i < pieces; i++) await iterator.next();
      await iterator.return?.();
      assert.equal(openDescriptors(), before);
    }
  });

  it('of a file that becomes shorter meanwhile fails rather than end', async () => {
    folder.write('shrinks.txt', Buffer.alloc(2_000_000));
    const response = await respond(router, makeRequest('GET', '/shrinks.txt', { 'Accept-Encoding': 'gzip' }));
    truncateSync(folder.at('shrinks.txt'), 1000);
    await assert.rejects(read(response), /shorter/);
  });

  describe('by a copy that lies beside the file', () => {
    const time = (name: string, seconds: number): void => utimesSync(folder.at(name), seconds, seconds);
    const fake = (coding: string): string => `not really ${coding}`;
    beforeEach(() => {
      for (const name of ['lib.js', 'lib.js.gz', 'lib.js.br'])
        folder.write(name, name === 'lib.js' ? 'x'.repeat(2000) : fake(name));
      time('lib.js', 1_700_000_000);
      time('lib.js.gz', 1_700_000_000);
      time('lib.js.br', 1_700_000_100);
    });

    const bodyFor = async (accept: string, more: Record<string, string> = {}): Promise<Answer> =>
      ask(router, 'GET', '/lib.js', { 'Accept-Encoding': accept, ...more });

    it('is sent as it is, under the type of the original', async () => {
      for (const [accept, name, coding] of [
        ['br', 'lib.js.br', 'br'],
        ['gzip', 'lib.js.gz', 'gzip'],
        ['gzip, br', 'lib.js.br', 'br'],
      ] as const) {
        const answer = await bodyFor(accept);
        assert.equal(answer.text, fake(name));
        assert.equal(answer.fields.get('content-encoding'), coding);
        assert.equal(answer.fields.get('content-type'), 'text/javascript; charset=utf-8');
        assert.equal(answer.fields.get('vary'), 'Accept-Encoding');
      }
    });

    it('is closed, taken or not', async () => {
      const before = openDescriptors();
      for (const accept of ['br', 'gzip', 'gzip, br', 'identity', 'zstd;q=0']) await bodyFor(accept);
      folder.write('lib.js', 'x'.repeat(100_000));
      for (const name of ['lib.js.gz', 'lib.js.br']) time(name, 4_000_000_000);
      for (const accept of ['br', 'gzip', 'gzip, br', 'identity']) await bodyFor(accept);
      assert.equal(openDescriptors(), before);
    });

    it('is taken rather than coding anew', async () => {
      time('lib.js.br', 1_600_000_000);
      assert.equal((await bodyFor('br, gzip')).text, fake('lib.js.gz'));
    });

    it('is not taken if it is older than the original', async () => {
      time('lib.js', 1_700_000_200);
      for (const coding of ['br', 'gzip']) {
        const answer = await bodyFor(coding);
        assert.equal(decoded(answer), 'x'.repeat(2000));
      }
    });

    it('is not taken if the client does not like its coding', async () => {
      assert.equal((await bodyFor('identity')).text, 'x'.repeat(2000));
      assert.equal((await ask(router, 'GET', '/lib.js')).text, 'x'.repeat(2000));
    });

    it('has a tag that changes with it', async () => {
      const before = (await bodyFor('gzip')).fields.get('etag') ?? '';
      assert.equal((await bodyFor('gzip', { 'If-None-Match': before })).status, 304);
      folder.write('lib.js.gz', 'another');
      const after = await bodyFor('gzip', { 'If-None-Match': before });
      assert.deepEqual([after.status, after.text], [200, 'another']);
    });

    it('has ranges', async () => {
      const only = 'gzip, identity;q=0';
      const answer = await bodyFor(only, { Range: 'bytes=0-2' });
      assert.deepEqual([answer.status, answer.text], [206, fake('lib.js.gz').slice(0, 3)]);
    });

    it('is not taken if it is excluded, or leads out of the folder', async () => {
      const excluding = folder.router({ exclude: ['**/*.br'] });
      const answer = await ask(excluding, 'GET', '/lib.js', { 'Accept-Encoding': 'br' });
      assert.equal(decoded(answer), 'x'.repeat(2000));
      folder.write('../secret.gz', 'secret').write('m.js', 'y'.repeat(2000)).link('m.js.gz', '../secret.gz');
      time('m.js', 1_000_000_000);
      const other = await ask(router, 'GET', '/m.js', { 'Accept-Encoding': 'gzip' });
      assert.equal(decoded(other), 'y'.repeat(2000));
    });

    it('is an ordinary file when asked for by name', async () => {
      const answer = await ask(router, 'GET', '/lib.js.gz', { 'Accept-Encoding': 'gzip' });
      assert.equal(answer.fields.has('content-encoding'), false);
      assert.equal(answer.text, fake('lib.js.gz'));
    });
  });
});
