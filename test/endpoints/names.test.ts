/** Odd names: stored, listed, linked and read back, each by its own URL. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Endpoint } from '../../src/http/message/message';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';

const names = [
  'plain.txt',
  'a&b.txt',
  'a#b.txt',
  'a%b.txt',
  '100%',
  '%41.txt',
  '%2e%2e',
  'a b.txt',
  ' leading',
  'trailing ',
  "it's.txt",
  '"quoted".txt',
  '<b>bold.txt',
  '<script>alert(1)<!--',
  '&lt;.txt',
  'a?b=c.txt',
  'a+b.txt',
  'a;b,c.txt',
  'a=b.txt',
  'a@b:c.txt',
  'javascript:alert(1)',
  'http:',
  '~user',
  '$HOME `id` $(id)',
  '{a}[b]|c^d',
  'caf\u00e9.txt',
  'cafe\u0301.txt',
  '\u65e5\u672c\u8a9e.txt',
  '\u{1f600}\u{1f469}\u200d\u{1f4bb}.txt',
  '\u202etxt.exe',
  '\u05e9\u05dc\u05d5\u05dd.txt',
  'new\nline.txt',
  'tab\t.txt',
  'bell\u0007.txt',
  'x'.repeat(255),
  '\u20ac'.repeat(85),
  '...',
  'index.html.bak',
  'echo',
  'files',
  '-rf',
  'NUL',
  'COM1.txt',
  'dot.',
];

const decodeHtml = (text: string): string =>
  text
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
    )
    .replace('\\u202e', '\u202e');

/** Link and text of each row of a directory page. */
function linksOf(html: string): [href: string, text: string][] {
  return [...html.matchAll(/<tr><td><a href="([^"]*)">([^<]*)<\/a>/g)].map(([, href = '', text = '']) => [
    decodeHtml(href),
    decodeHtml(text),
  ]);
}

describe('odd names', function () {
  let folder: TestFolder;
  let router: Endpoint;
  before(function () {
    needsPosix(this);
    folder = new TestFolder();
    for (const name of names) folder.write(name, `file ${name}`).write(`d/${name}/${name}`, `deep ${name}`);
    router = folder.router({ exclude: [] });
  });
  after(() => folder.remove());

  for (const name of names) {
    const title = JSON.stringify(name.length > 40 ? `${name.slice(0, 20)}\u2026` : name);
    it(`${title} by hand`, async () => {
      const path = encodeURIComponent(name);
      assert.equal((await ask(router, 'GET', `/files/${path}`)).text, `file ${name}`);
      assert.equal((await ask(router, 'GET', `/d/${path}/${path}`)).text, `deep ${name}`);
      // `/echo` and `/files` alone are other endpoints.
      if (!['echo', 'files'].includes(name)) assert.equal((await ask(router, 'GET', `/${path}`)).text, `file ${name}`);
    });

    it(`${title} stored, and read at the URL of Location`, async () => {
      const path = `/files/stored/${encodeURIComponent(name)}`;
      const { status, fields } = await ask(router, 'POST', path, {}, bodyOf([`stored ${name}`]));
      assert.equal(status, 201);
      assert.equal((await ask(router, 'GET', fields.get('location') ?? '')).text, `stored ${name}`);
    });
  }

  it('from the directory page, behind a proxy’s prefix as well', async () => {
    for (const base of ['http://localhost:4221', 'http://localhost/proxy/4221']) {
      const links = linksOf((await ask(router, 'GET', '/')).text);
      for (const name of [...names, 'd/'])
        assert.ok(
          links.some(([, text]) => text === name),
          name,
        );
      for (const [href, text] of links) {
        const url = new URL(href, `${base}/`).href;
        assert.ok(url.startsWith(`${base}/`), url);
        if (['d/', 'stored/', 'echo', 'files'].includes(text)) continue;
        assert.equal((await ask(router, 'GET', url.slice(base.length))).text, `file ${text}`);
      }
    }
  });

  it('that turn what follows them round are written out on pages, not obeyed', async () => {
    for (const path of ['/', `/d/${encodeURIComponent('\u202etxt.exe')}/`]) {
      const { text } = await ask(router, 'GET', path, { accept: 'text/html' });
      assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/);
      assert.match(text, />\\u202etxt\.exe</);
      assert.match(text, />\u05e9\u05dc\u05d5\u05dd\.txt<|"\.\.\/"/);
    }
  });

  it('from the pages of folders with odd names', async () => {
    for (const [href, text] of linksOf((await ask(router, 'GET', '/d/')).text).slice(1)) {
      const page = new URL(href, 'http://localhost/d/').pathname;
      const file = linksOf((await ask(router, 'GET', page)).text)[1]?.[0] ?? '';
      const { pathname } = new URL(file, `http://localhost${page}`);
      assert.equal((await ask(router, 'GET', pathname)).text, `deep ${text.slice(0, -1)}`);
    }
  });

  it('from JSON', async () => {
    const listed = JSON.parse((await ask(router, 'GET', '/files/')).text) as { name: string }[];
    assert.deepEqual(
      listed.map(({ name }) => name).filter((name) => !['d', 'stored'].includes(name)),
      [...names].sort(),
    );
    for (const { name } of listed.filter((entry) => names.includes(entry.name))) {
      assert.equal((await ask(router, 'GET', `/files/${encodeURIComponent(name)}`)).text, `file ${name}`);
    }
  });

  it('that cannot be asked for are not listed', async () => {
    const other = new TestFolder();
    writeFileSync(other.at('back\\slash.txt'), '');
    writeFileSync(Buffer.concat([Buffer.from(`${other.path}/latin-`), Buffer.from([0xe9])]), '');
    other.write('a', '');
    const { text } = await ask(other.router(), 'GET', '/files/');
    assert.deepEqual(
      (JSON.parse(text) as { name: string }[]).map(({ name }) => name),
      ['a'],
    );
    other.remove();
  });

  it('longer than any file system takes are not there to read, and an error to write', async () => {
    for (const name of ['x'.repeat(256), '\u20ac'.repeat(86)]) {
      const path = `/files/${encodeURIComponent(name)}`;
      assert.equal((await ask(router, 'GET', path)).status, 404);
      assert.equal((await ask(router, 'POST', path, {}, bodyOf(['x']))).status, 400);
      assert.equal((await ask(router, 'POST', `${path}/below`, {}, bodyOf(['x']))).status, 400);
    }
    const deep = `/files${'/abcdefgh'.repeat(600)}`;
    assert.equal((await ask(router, 'GET', deep)).status, 404);
    assert.equal((await ask(router, 'POST', deep, {}, bodyOf(['x']))).status, 400);
  });

  it('F3: longer than any file system takes meet no glob', async () => {
    // One of these names against one of these globs would take longer than anybody waits.
    const name = '_'.repeat(6000);
    const own = folder.router({ exclude: ['**/*_*_*_*.bak', '*_*_*_*/**'], access: 'full', spaFallback: 'plain.txt' });
    const html = { Accept: 'text/html' };
    for (const path of [name, `${name}/x`, `d/${name}`, `${name}/`]) {
      for (const prefix of ['/', '/files/']) {
        for (const method of ['GET', 'HEAD']) assert.equal((await ask(own, method, prefix + path)).status, 404, path);
      }
      assert.equal((await ask(own, 'GET', `/${path}`, html)).text, 'file plain.txt');
    }
    for (const method of ['POST', 'PUT', 'DELETE']) {
      for (const path of [name, `${name}/x`, `d/${name}`]) {
        assert.equal((await ask(own, method, `/files/${path}`, {}, bodyOf(['x']))).status, 400, method);
      }
    }
  });

  it('whatever they are made of', async function () {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => {
      return Buffer.from(text).toString() === text && !/[\0/\\]/.test(text) && text !== '.' && text !== '..';
    });
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const path = `/files/any/${encodeURIComponent(text)}`;
        assert.equal((await ask(router, 'PUT', path, {}, bodyOf([text]))).status < 300, true);
        assert.equal((await ask(router, 'GET', path)).text, text);
      }),
      { numRuns: 300 },
    );
  });
});
