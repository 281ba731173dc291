/** Validators, and what conditions on them are answered. */
import assert from 'node:assert/strict';
import { chmodSync, utimesSync } from 'node:fs';
import { formatHttpDate } from '../../src/http/message/date';
import type { Endpoint } from '../../src/http/message/message';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

const date = (ms: number): string => formatHttpDate(ms) ?? assert.fail();

describe('validators', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const modified = Date.UTC(2024, 4, 5, 6, 7, 8, 900);
  const big = 'x'.repeat(100_000);
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('small.txt', 'small').write('big.txt', big).write('index.html', 'index').write('empty', '');
    for (const name of ['small.txt', 'big.txt', 'index.html', 'empty']) {
      utimesSync(folder.at(name), modified / 1000, modified / 1000);
    }
    router = folder.router();
  });
  afterEach(() => folder.remove());

  const targets = ['/small.txt', '/big.txt', '/files/small.txt', '/files/big.txt', '/', '/index.html', '/empty'];
  for (const target of targets) {
    describe(`of ${target}`, () => {
      it('are a strong tag and the time of the change, the same for HEAD', async () => {
        for (const method of ['GET', 'HEAD']) {
          const { fields } = await ask(router, method, target);
          assert.match(fields.get('etag') ?? '', /^"[\x21\x23-\x7e]+"$/);
          assert.equal(fields.get('last-modified'), 'Sun, 05 May 2024 06:07:08 GMT');
          assert.equal(fields.get('cache-control'), 'no-cache');
        }
        const tags = await Promise.all(
          ['GET', 'HEAD'].map(async (method) => (await ask(router, method, target)).fields.get('etag')),
        );
        assert.equal(tags[0], tags[1]);
      });

      it('stay the same as long as the file does, for another server as well', async () => {
        const first = (await ask(router, 'GET', target)).fields.get('etag');
        assert.equal((await ask(router, 'GET', target)).fields.get('etag'), first);
        assert.equal((await ask(folder.router(), 'GET', target)).fields.get('etag'), first);
      });

      const rows: readonly (readonly [name: string, value: (etag: string) => string, read: number, write: number])[] = [
        ['If-None-Match', (etag) => etag, 304, 412],
        ['If-None-Match', (etag) => `W/${etag}`, 304, 412],
        ['If-None-Match', () => '*', 304, 412],
        ['If-None-Match', () => '"other"', 200, 204],
        ['If-Match', (etag) => etag, 200, 204],
        ['If-Match', () => '*', 200, 204],
        ['If-Match', () => '"other"', 412, 412],
        ['If-Match', (etag) => `W/${etag}`, 412, 412],
        ['If-Modified-Since', () => date(modified), 304, 204],
        ['If-Modified-Since', () => date(modified - 1000), 200, 204],
        ['If-Unmodified-Since', () => date(modified), 200, 204],
        ['If-Unmodified-Since', () => date(modified - 1000), 412, 412],
      ];
      for (const [name, value, read, write] of rows) {
        it(`${name}: ${value('the tag')}: ${read} to read, ${write} to replace`, async () => {
          const etag = (await ask(router, 'GET', target)).fields.get('etag') ?? '';
          const fields = { [name]: value(etag) };
          for (const method of ['GET', 'HEAD']) {
            const answer = await ask(router, method, target, fields);
            assert.equal(answer.status, read, method);
            if (read !== 304) continue;
            assert.equal(answer.body.length, 0);
            assert.equal(answer.fields.get('etag'), etag);
            assert.equal(answer.fields.get('cache-control'), 'no-cache');
            assert.equal(answer.fields.has('content-type'), false);
          }
          const path = target === '/' ? '/files/index.html' : target.startsWith('/files') ? target : `/files${target}`;
          assert.equal((await ask(router, 'PUT', path, fields, bodyOf(['new']))).status, write);
        });
      }
    });
  }

  it('do not say that the file changes in the future', async () => {
    utimesSync(folder.at('small.txt'), Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
    const { fields } = await ask(router, 'GET', '/small.txt');
    assert.equal(fields.has('last-modified'), false);
    assert.ok(fields.has('etag'));
  });

  it('tell two contents apart that were written within one tick of the clock', async () => {
    const tags = new Set<string | undefined>();
    for (let i = 0; i < 200; i++) {
      folder.write('small.txt', String(10_000 + i));
      tags.add((await ask(router, 'GET', '/small.txt')).fields.get('etag'));
    }
    assert.equal(tags.size, 200);
  });

  for (const [name, content] of [
    ['small.txt', 'SMALL'],
    ['big.txt', 'y'.repeat(100_000)],
  ] as const) {
    it(`tell contents of one size and one time of change apart: ${name}`, async () => {
      const before = (await ask(router, 'GET', `/${name}`)).fields.get('etag') ?? '';
      folder.write(name, content);
      utimesSync(folder.at(name), modified / 1000, modified / 1000);
      const { status, text, fields } = await ask(router, 'GET', `/${name}`, { 'If-None-Match': before });
      assert.equal(status, 200);
      assert.equal(text, content);
      assert.notEqual(fields.get('etag'), before);
    });
  }

  it('of a small file do not depend on its mode', async () => {
    const before = (await ask(router, 'GET', '/small.txt')).fields.get('etag');
    chmodSync(folder.at('small.txt'), 0o600);
    assert.equal((await ask(router, 'GET', '/small.txt')).fields.get('etag'), before);
  });

  it('do not hide that there is no file', async () => {
    for (const name of ['If-Match', 'If-None-Match']) {
      assert.equal((await ask(router, 'GET', '/gone.txt', { [name]: '*' })).status, 404);
    }
  });
});
