/** `/echo/{text}` and `/user-agent`. */
import assert from 'node:assert/strict';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Endpoint } from '../../src/http/message/message';
import { ask } from '../support/request';
import { TestFolder } from '../support/folder';

describe('/echo', () => {
  let folder: TestFolder;
  let router: Endpoint;
  before(() => {
    folder = new TestFolder();
    router = folder.router();
  });
  after(() => folder.remove());

  const rows: readonly (readonly [promise: string, target: string, body: string | Buffer])[] = [
    ['gives the text back', '/echo/abc', 'abc'],
    ['nothing', '/echo', ''],
    ['nothing with a slash', '/echo/', ''],
    ['slashes', '/echo/a/b//c/', 'a/b//c/'],
    ['percent-encoding decoded', '/echo/a%20b%2Fc', 'a b/c'],
    ['decoded once', '/echo/%2541', '%41'],
    ['any octets', '/echo/%00%ff%80', Buffer.from([0, 0xff, 0x80])],
    ['UTF-8', '/echo/%E2%82%AC', '\u20ac'],
    ['a plus is a plus', '/echo/a+b', 'a+b'],
    ['dot segments are text', '/echo/../x', '../x'],
    ['the query is not part of it', '/echo/a?b=c', 'a'],
    ['an encoded question mark is', '/echo/a%3Fb', 'a?b'],
  ];
  for (const [promise, target, body] of rows) {
    it(`${promise}: ${target}`, async () => {
      const answer = await ask(router, 'GET', target);
      assert.equal(answer.status, 200);
      assert.equal(answer.fields.get('content-type'), 'text/plain');
      assert.deepEqual(answer.body, Buffer.from(body));
    });
  }

  for (const target of ['/echo/%', '/echo/%2', '/echo/%gg', '/echo/a%']) {
    it(`refuses malformed percent-encoding: ${target}`, async () => {
      assert.equal((await ask(router, 'GET', target)).status, 400);
    });
  }

  const codings: readonly (readonly [accept: string, coding: string | undefined])[] = [
    ['gzip', 'gzip'],
    ['foo, gzip, bar', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['br', 'br'],
    ['br, gzip;q=0.5', 'br'],
    ['gzip;q=0', undefined],
    ['foo', undefined],
    ['identity', undefined],
  ];
  for (const [accept, coding] of codings) {
    it(`is coded whatever its size, as the client likes it: ${accept}`, async () => {
      for (const text of ['', 'a', 'abc'.repeat(1000)]) {
        const answer = await ask(router, 'GET', `/echo/${text}`, { 'Accept-Encoding': accept });
        assert.equal(answer.fields.get('content-encoding'), coding);
        assert.equal(answer.fields.get('vary'), 'Accept-Encoding');
        assert.equal(answer.fields.get('content-type'), 'text/plain');
        const plain =
          coding === 'gzip'
            ? gunzipSync(answer.body)
            : coding === 'br'
              ? brotliDecompressSync(answer.body)
              : answer.body;
        assert.equal(plain.toString(), text);
      }
    });
  }

  it('has a length known beforehand', async () => {
    for (const fields of [{}, { 'Accept-Encoding': 'gzip' }]) {
      assert.ok((await ask(router, 'GET', '/echo/abc', fields)).response.body instanceof Uint8Array);
    }
  });

  it('gives back any octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (octets) => {
        const text = [...octets].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
        assert.deepEqual((await ask(router, 'GET', `/echo/${text}`)).body, Buffer.from(octets));
      }),
    );
  });
});

describe('/user-agent', () => {
  it('H8: tells HEAD what it tells GET', async () => {
    const folder = new TestFolder();
    const [get, head] = [
      await ask(folder.router(), 'GET', '/user-agent'),
      await ask(folder.router(), 'HEAD', '/user-agent'),
    ];
    folder.remove();
    assert.deepEqual([...head.fields], [...get.fields]);
  });

  const rows: readonly (readonly [promise: string, fields: Record<string, string>, body: string])[] = [
    ['what the client calls itself', { 'User-Agent': 'foobar/1.2.3 (x; y)' }, 'foobar/1.2.3 (x; y)'],
    ['nothing, if it does not', {}, ''],
    ['octets as they came', { 'User-Agent': '\xe9' }, '\xe9'],
  ];
  for (const [promise, fields, body] of rows) {
    it(promise, async () => {
      const folder = new TestFolder();
      const answer = await ask(folder.router(), 'GET', '/user-agent', fields);
      folder.remove();
      assert.equal(answer.status, 200);
      assert.equal(answer.fields.get('content-type'), 'text/plain');
      // H8: what is one client's is no other's.
      assert.equal(answer.fields.get('vary'), 'User-Agent');
      assert.equal(answer.fields.get('cache-control'), 'no-store');
      assert.deepEqual(answer.body, Buffer.from(body, 'latin1'));
    });
  }
});
