/** Folders without an index: as a page, and as JSON. */
import assert from 'node:assert/strict';
import fs, { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mocks } from '../support/mocks';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { isoDate } from '../../src/endpoints/site/directoryPage';
import type { Endpoint } from '../../src/http/message/message';
import { assertShort, processorTime } from '../support/noise';
import { ask, makeRequest, read } from '../support/request';
import { TestFolder } from '../support/folder';
import { needsOrdinaryUser, needsPosix } from '../support/needs';

const mocks = new Mocks();

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly modified: string;
}

describe('a listing', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const modified = Date.UTC(2024, 4, 5, 6, 7, 8, 900);
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('b.txt', 'hello').write('B.txt', '').write('a/x', '1').write('z.txt', 'x'.repeat(1_500_000));
    mkdirSync(folder.at('empty'));
    for (const name of readdirSync(folder.path)) utimesSync(folder.at(name), modified / 1000, modified / 1000);
    router = folder.router();
  });
  afterEach(function () {
    folder.remove();
  });

  const json = async (target: string): Promise<Entry[]> =>
    JSON.parse((await ask(router, 'GET', target)).text) as Entry[];

  it('as JSON has name, type, size and time, sorted by name', async () => {
    const time = new Date(modified).toISOString();
    assert.deepEqual(await json('/files/'), [
      { name: 'B.txt', type: 'file', size: 0, modified: time },
      { name: 'a', type: 'directory', size: 0, modified: time },
      { name: 'b.txt', type: 'file', size: 5, modified: time },
      { name: 'empty', type: 'directory', size: 0, modified: time },
      { name: 'z.txt', type: 'file', size: 1_500_000, modified: time },
    ]);
    assert.deepEqual(await json('/files/empty/'), []);
    assert.equal((await json('/files/a/'))[0]?.name, 'x');
  });

  it('as JSON has a type without parameters, and a length', async () => {
    const { status, fields, response } = await ask(router, 'GET', '/files/');
    assert.equal(status, 200);
    assert.equal(fields.get('content-type'), 'application/json');
    assert.ok(response.body instanceof Uint8Array);
  });

  it('as a page links to every entry, and up but from the top', async () => {
    const { status, fields, text } = await ask(router, 'GET', '/');
    assert.equal(status, 200);
    assert.equal(fields.get('content-type'), 'text/html; charset=utf-8');
    for (const link of ['./a/', './b.txt', './B.txt', './empty/', './z.txt'])
      assert.ok(text.includes(`href="${link}"`), link);
    assert.ok(!text.includes('href="../"'));
    assert.ok(text.includes('1.5 MB') && text.includes('2024-05-05 06:07'));
    assert.ok((await ask(router, 'GET', '/a/')).text.includes('href="../"'));
  });

  it('as a page loads nothing but our own assets, has no code in it, and is not kept', async () => {
    for (const [target, base] of [
      ['/', './'],
      ['/a/', '../'],
      ['/files/a/', '../../'],
    ] as const) {
      const { fields, text } = await ask(router, 'GET', target, { Accept: 'text/html' });
      const policy = fields.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; /);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(fields.get('cache-control'), 'no-cache');
      const loaded = [...text.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]*)"[^>]*>(?:<\/script>)?/g)];
      assert.equal(loaded.length, 3);
      for (const [, url = ''] of loaded) assert.ok(url.startsWith(`${base}.http-server/assets/`), url);
      assert.doesNotMatch(text, /<img|<style|style=|onload|https?:|<script[^>]*>[^<]/);
    }
  });

  it('as a page has a form where files may be stored, and none where they may not', async () => {
    const form = /<form action="\.\.\/files\/a\/" method="post" enctype="multipart\/form-data">/;
    assert.match((await ask(router, 'GET', '/a/')).text, form);
    assert.doesNotMatch((await ask(folder.router({ access: 'readOnly' }), 'GET', '/a/')).text, /<form/);
  });

  it('as a page of many entries has a thousand to be seen at once, and the others for who has no script', async () => {
    for (let i = 0; i < 1200; i++) folder.write(`many/${i}`, '');
    const { text } = await ask(router, 'GET', '/many/');
    const [seen = '', others = ''] = text.split('<noscript>');
    assert.deepEqual(
      [seen, others].map((part) => part.split('<tr><td><a href="./').length - 1),
      [1000, 200],
    );
    assert.match(others, /<\/table><\/noscript>\n<template id="listed"><\/template>\n$/);
  });

  it('as a page is content-coded', async () => {
    for (let i = 0; i < 40; i++) folder.write(`name-${i}`, '');
    const plain = await ask(router, 'GET', '/');
    const gzip = await ask(router, 'GET', '/', { 'Accept-Encoding': 'gzip' });
    assert.equal(gzip.fields.get('content-encoding'), 'gzip');
    assert.equal(gunzipSync(gzip.body).toString(), plain.text);
    for (let i = 0; i < 1000; i++) folder.write(`name-${i}`, '');
    const br = await ask(router, 'GET', '/', { 'Accept-Encoding': 'br' });
    assert.equal(brotliDecompressSync(br.body).toString(), (await ask(router, 'GET', '/')).text);
  });

  it('is of the folder as it is now', async () => {
    await json('/files/');
    folder.write('new.txt', '');
    rmSync(folder.at('b.txt'));
    assert.deepEqual(
      (await json('/files/')).map(({ name }) => name),
      ['B.txt', 'a', 'empty', 'new.txt', 'z.txt'],
    );
  });

  it('asked for while it is read is of the folder as it is then, and read once for all', async () => {
    for (let i = 0; i < 5000; i++) folder.write(`many/${i}`, '');
    for (const target of ['/files/many/', '/many/']) {
      const looked = mocks.method(fs, 'lstatSync').mock;
      const first = router(makeRequest('GET', target));
      folder.write('many/new.txt', '');
      const [one, other] = await Promise.all([ask(router, 'GET', target), ask(router, 'GET', target)]);
      assert.ok(one.text.includes('new.txt'), target);
      assert.equal(one.text, other.text);
      await read(await first);
      assert.equal(looksAt('many/4999', looked.calls), 2);
      looked.restore();
      rmSync(folder.at('many/new.txt'));
      assert.ok(!(await ask(router, 'GET', target)).text.includes('new.txt'), target);
    }
  });

  it('F16: asked for by many spellings while it is read is read once for all', async function () {
    needsPosix(this);
    for (let i = 0; i < 5000; i++) folder.write(`many/${i}`, '');
    folder.link('link', 'many').link('loop', '.');
    const spellings = [
      'many',
      './many',
      '././many',
      '/many',
      'a/../many',
      'm%61ny',
      'link',
      'loop/many',
      'loop/loop/link',
    ];
    for (const base of ['/files/', '/']) {
      const looked = mocks.method(fs, 'lstatSync').mock;
      const first = ask(router, 'GET', `${base}many/`);
      const answers = await Promise.all(spellings.map((spelling) => ask(router, 'GET', `${base}${spelling}/`)));
      const rows = (text: string): string => text.slice(text.indexOf('0'));
      for (const { status, text } of answers) {
        assert.equal(status, 200);
        assert.equal(text.includes('4999'), true);
        if (base !== '/') assert.equal(rows(text), rows((await first).text));
      }
      await first;
      assert.equal(looksAt('many/4999', looked.calls), 2);
      looked.restore();
    }
  });

  it('that nobody waits for any more is not read to its end', async () => {
    for (let i = 0; i < 5000; i++) folder.write(`many/${i}`, '');
    for (const target of ['/files/many/', '/many/']) {
      const all = mocks.method(fs, 'lstatSync').mock;
      await ask(router, 'GET', target);
      const whole = all.callCount();
      const controller = new AbortController();
      const asked = router({ ...makeRequest('GET', target), signal: controller.signal });
      controller.abort(new Error('The client went away.'));
      await assert.rejects(Promise.resolve(asked), /went away/);
      await ask(router, 'GET', target);
      assert.ok(all.callCount() < 2.9 * whole, `${all.callCount()} of 3 × ${whole}`);
      all.restore();
    }
  });

  it('asked for while it is read is without what has been excluded since', async () => {
    for (let i = 0; i < 5000; i++) folder.write(`many/${i}`, '');
    const first = router(makeRequest('GET', '/files/many/'));
    const stricter = folder.router({ exclude: ['many/1*'] });
    assert.ok(!(await ask(stricter, 'GET', '/files/many/')).text.includes('"1'));
    await first;
  });

  it('as JSON is what JSON.stringify makes of each entry', async function () {
    needsPosix(this);
    for (const name of ['a"b', 'a\nb', "a'b<&>", '\u{1f600}']) folder.write(name, 'x');
    const { text } = await ask(router, 'GET', '/files/');
    const rows = (JSON.parse(text) as Entry[]).map(({ name, type, size, modified: time }) =>
      JSON.stringify({ name, type, size, modified: time }),
    );
    assert.equal(rows.length, 9);
    assert.equal(text, `[\n${rows.join(',\n')}\n]\n`);
  });

  it('has times as toISOString has them', () => {
    const near = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    const wide = fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true });
    const now = fc.double({ min: 1.7e12, max: 1.7e12 + 5000, noNaN: true });
    fc.assert(fc.property(fc.oneof(near, wide, now), (ms) => assert.equal(isoDate(ms), new Date(ms).toISOString())));
    for (const ms of [NaN, Infinity, 8.64e15 + 1]) assert.equal(isoDate(ms), '1970-01-01T00:00:00.000Z');
  });

  it('is answered to HEAD as to GET', async () => {
    for (const target of ['/', '/files/', '/a/']) {
      const [get, head] = [await ask(router, 'GET', target), await ask(router, 'HEAD', target)];
      assert.deepEqual([head.status, head.fields], [get.status, get.fields]);
    }
  });

  for (const target of ['/gone/', '/files/gone/', '/b.txt/', '/files/b.txt/', '/b.txt/x/', '/files/b.txt/x/']) {
    it(`${target} is not there`, async () => assert.equal((await ask(router, 'GET', target)).status, 404));
  }

  it('of a folder that may not be read is forbidden', async function () {
    needsOrdinaryUser(this);
    chmodSync(folder.at('a'), 0);
    for (const target of ['/a/', '/files/a/']) assert.equal((await ask(router, 'GET', target)).status, 403);
    chmodSync(folder.at('a'), 0o755);
  });

  it('survives times that no calendar has', async () => {
    utimesSync(folder.at('b.txt'), -1, -1);
    utimesSync(folder.at('z.txt'), 2 ** 33, 2 ** 33);
    assert.equal((await json('/files/')).length, 5);
    assert.equal((await ask(router, 'GET', '/')).status, 200);
  });

  it('of 20,000 entries leaves the thread to others every few milliseconds', async function () {
    this.timeout(600_000);
    mkdirSync(folder.at('many'));
    for (let i = 0; i < 20_000; i++) writeFileSync(folder.at(`many/${(i * 7919) % 20_011}`), '');
    for (const target of ['/files/many/', '/many/']) {
      const worst = await shortestOf(3, () =>
        longestTurn(async () => {
          await router(makeRequest('GET', target));
        }),
      );
      await assertShort(worst, folder.at('many'), `${target} held the thread for`);
    }
    assert.equal((await ask(router, 'GET', '/many/')).text.split('<tr>').length, 20_000 + 3);
    const entries = await json('/files/many/');
    assert.equal(entries.length, 20_000);
    assert.ok(entries.every(({ name }, i) => i === 0 || (entries[i - 1]?.name ?? '') < name));
  });
});

/** How often an entry was looked at. */
const looksAt = (name: string, calls: readonly { readonly arguments: readonly unknown[] }[]): number =>
  calls.filter(({ arguments: [path] }) => String(path).endsWith(join(name))).length;

/** The longest turn of the event loop while `task` ran, in milliseconds of the processor's time. */
async function longestTurn(task: () => Promise<void>): Promise<number> {
  let longest = 0;
  let running = true;
  let last = processorTime();
  const turn = (): void => {
    const now = processorTime();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await task();
  running = false;
  return longest;
}

/** The least of some measurements: a busy machine makes any of them longer, but not all. */
async function shortestOf(times: number, measure: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times && least >= 50; i++) least = Math.min(least, await measure());
  return least;
}
