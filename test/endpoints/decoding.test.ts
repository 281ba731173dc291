/** S12: uploads that come in a content coding. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { codings } from '../../src/endpoints/representation/coding';
import type { Endpoint } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, makeRequest, respond, type Answer, type FieldTable } from '../support/request';

interface Zstd {
  readonly zstdCompressSync?: (content: Uint8Array) => Buffer;
}

const encode: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  gzip: (content) => zlib.gzipSync(content),
  'x-gzip': (content) => zlib.gzipSync(content),
  br: (content) => zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (content) => (zlib as unknown as Zstd).zstdCompressSync?.(content) ?? content,
};
const names = ['x-gzip', ...codings];

/** In pieces of so many octets. */
function cut(content: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) pieces.push(content.subarray(at, at + size));
  return pieces;
}

describe('S12: a coded upload', function () {
  let folder: TestFolder;
  let router: Endpoint;
  const limit = 1_000_000;
  const limits = { ...defaultLimits, body: limit, decoders: 2 };
  const text = Buffer.from('All that is coded must be decoded. '.repeat(500));
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old');
    router = folder.router({ limits });
  });
  afterEach(() => folder.remove());

  const send = (method: string, coding: string, pieces: readonly Buffer[], fields: FieldTable = {}): Promise<Answer> =>
    ask(router, method, '/files/old.txt', { 'Content-Encoding': coding, ...fields }, bodyOf(pieces));
  const stored = (): Buffer => readFileSync(folder.at('old.txt'));

  function nothingHappened(): void {
    assert.equal(stored().toString(), 'old');
    assert.equal(folder.left(), 0);
  }

  for (const name of names) {
    const coded = encode[name]!(text);

    it(`${name}: is stored as what was coded, by POST and by PUT, however it is cut`, async () => {
      assert.equal((await send('POST', name, [coded])).status, 201);
      assert.ok(stored().equals(text));
      for (const size of [64, 4096]) {
        folder.write('old.txt', 'old');
        assert.equal((await send('PUT', name, cut(coded, size))).status, 204);
        assert.ok(stored().equals(text), `in pieces of ${size}`);
      }
    });

    it(`${name}: is whatever it was (by chance)`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 5000 }),
          fc.integer({ min: 100, max: 3000 }),
          async (octets, size) => {
            const content = Buffer.from(octets);
            assert.equal((await send('PUT', name, cut(encode[name]!(content), size))).status, 204);
            assert.ok(stored().equals(content));
          },
        ),
        { numRuns: 5 },
      );
    });

    const flawed: readonly (readonly [what: string, content: Buffer])[] = [
      ['is cut short', coded.subarray(0, -3)],
      ['is cut in the midst', coded.subarray(0, coded.length / 2)],
      ['is empty', Buffer.alloc(0)],
      ['is something else', Buffer.from('This is no coding. '.repeat(20))],
      ['has something behind it', Buffer.concat([coded, Buffer.from('behind')])],
      ['has NULs behind it', Buffer.concat([coded, Buffer.alloc(9)])],
    ];
    for (const [what, content] of flawed) {
      it(`${name}: that ${what} is refused, and nothing is stored`, async () => {
        for (const size of [100, content.length + 1]) {
          assert.equal((await send('PUT', name, cut(content, size))).status, 400, `in pieces of ${size}`);
          nothingHappened();
        }
      });
    }

    it(`${name}: is bounded by what it comes to`, async () => {
      const most = encode[name]!(Buffer.alloc(limit, 'x'));
      assert.equal((await send('PUT', name, [most])).status, 204);
      folder.write('old.txt', 'old');
      const answer = await send('PUT', name, [encode[name]!(Buffer.alloc(limit + 1, 'x'))]);
      assert.equal(answer.status, 413);
      nothingHappened();
    });

    it(`${name}: that is a bomb is not decoded much further than its bound`, async () => {
      const bomb = encode[name]!(Buffer.alloc(50 * limit));
      let asked = 0;
      const body = bodyOf([bomb, bomb], (index) => void (asked = Math.max(asked, index)));
      const answer = await ask(router, 'PUT', '/files/old.txt', { 'Content-Encoding': name }, body);
      assert.equal(answer.status, 413);
      // It would have been asked for once the first is decoded to its end.
      assert.equal(asked, 0);
      nothingHappened();
    });

    it(`${name}: has digests of what was sent`, async () => {
      const digest = (content: Buffer): string => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
      for (const field of ['Content-Digest', 'Repr-Digest']) {
        assert.equal((await send('PUT', name, [coded], { [field]: digest(text) })).status, 400);
        nothingHappened();
        assert.equal((await send('PUT', name, [coded], { [field]: digest(coded) })).status, 204);
        folder.write('old.txt', 'old');
      }
    });

    it(`${name}: may be a form`, async () => {
      const form = ['--b', 'Content-Disposition: form-data; name="f"; filename="new.txt"', '', 'new', '--b--', ''];
      const fields = { 'Content-Encoding': name, 'Content-Type': 'multipart/form-data; boundary=b' };
      const content = encode[name]!(Buffer.from(form.join('\r\n')));
      const bad = await ask(router, 'POST', '/files/', fields, bodyOf([content.subarray(0, -2)]));
      assert.equal(bad.status, 400);
      assert.equal(existsSync(folder.at('new.txt')), false);
      assert.equal((await ask(router, 'POST', '/files/', fields, bodyOf([content]))).status, 201);
      assert.equal(readFileSync(folder.at('new.txt'), 'utf8'), 'new');
    });
  }

  it('in a coding that is not known is told which are', async () => {
    const answer = await send('PUT', 'compress', [text]);
    assert.equal(answer.status, 415);
    assert.equal(answer.fields.get('accept-encoding'), [...codings, 'identity'].join(', '));
    nothingHappened();
  });

  it('that breaks off stores nothing, and makes its place free', async () => {
    const coded = encode.gzip!(text);
    for (let i = 0; i < 5; i++) {
      const body = bodyOf([coded.subarray(0, 100), coded.subarray(100)], (index) => {
        if (index === 1) throw new Error('The client went away.');
      });
      const request = makeRequest('PUT', '/files/old.txt', { 'Content-Encoding': 'gzip' }, body);
      await assert.rejects(respond(router, request), /went away/);
      nothingHappened();
    }
    assert.equal((await send('PUT', 'gzip', [coded])).status, 204);
  });

  it('beyond the number that is decoded at once is refused, or takes the place of one that stands still', async () => {
    const coded = encode.gzip!(text);
    let still = 0;
    const failed: string[] = [];
    const ends: ((error: Error) => void)[] = [];
    const stand = (): Promise<unknown> => {
      let fail: (error: Error) => void = () => undefined;
      const stopped = new Promise<void>((_, reject) => (fail = reject));
      ends.push(fail);
      const body = {
        ...bodyOf([coded.subarray(0, 100), coded.subarray(100)], (index) => {
          if (index !== 1) return undefined;
          still++;
          return stopped;
        }),
        fail: (error: Error) => {
          failed.push(error.message);
          fail(error);
        },
      };
      return ask(router, 'PUT', '/files/still.txt', { 'Content-Encoding': 'gzip' }, body);
    };
    const waiting = [stand(), stand()];
    while (still < 2) await new Promise(setImmediate);
    const refused = await send('PUT', 'gzip', [coded]);
    assert.equal(refused.status, 503);
    assert.equal(refused.fields.get('retry-after'), '1');
    let answer = refused;
    while (answer.status === 503) answer = await send('PUT', 'gzip', [coded]);
    assert.equal(answer.status, 204);
    assert.equal(failed.length, 1);
    assert.equal(((await Promise.race(waiting)) as Answer).status, 503);
    for (const end of ends) end(new Error('The client went away.'));
    await Promise.allSettled(waiting);
  });
});
