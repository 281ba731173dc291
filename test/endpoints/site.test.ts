/** The workspace as a web site: media types, index, fallback, settings. */
import assert from 'node:assert/strict';
import type { Options } from '../../src/options';
import { checkOptions, OptionsError } from '../../src/options';
import { ask, remembered } from '../support/request';
import { TestFolder } from '../support/folder';

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the site', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  describe('media types', () => {
    const cut = `${'x'.repeat(4095)}\u20ac${'x'.repeat(100)}`;
    const rows: readonly (readonly [promise: string, name: string, content: string | Buffer, type: string])[] = [
      ['HTML', 'a.html', '<p>', 'text/html; charset=utf-8'],
      ['CSS', 'a.css', '', 'text/css; charset=utf-8'],
      ['JavaScript', 'a.js', '', 'text/javascript; charset=utf-8'],
      ['a JavaScript module', 'a.mjs', '', 'text/javascript; charset=utf-8'],
      ['JSON', 'a.json', '{}', 'application/json; charset=utf-8'],
      ['WebAssembly, which must be exact to be compiled as it streams', 'a.wasm', '', 'application/wasm'],
      ['SVG', 'a.svg', '<svg/>', 'image/svg+xml'],
      ['PNG', 'a.png', '', 'image/png'],
      ['WebP', 'a.webp', '', 'image/webp'],
      ['AVIF', 'a.avif', '', 'image/avif'],
      ['MP4', 'a.mp4', '', 'video/mp4'],
      ['WOFF2', 'a.woff2', '', 'font/woff2'],
      ['Markdown', 'a.md', '# a', 'text/markdown; charset=utf-8'],
      ['PDF', 'a.pdf', '%PDF', 'application/pdf'],
      ['a web manifest', 'a.webmanifest', '{}', 'application/manifest+json; charset=utf-8'],
      ['an extension in upper case', 'A.HTML', '', 'text/html; charset=utf-8'],
      ['the last of several extensions', 'a.txt.png', '', 'image/png'],
      ['TypeScript is no MPEG', 'a.ts', 'let a: number;', 'text/plain; charset=utf-8'],
      ['MPEG is no TypeScript', 'b.ts', Buffer.from([0x47, 0x40, 0, 0x10, 0, 0xff]), 'video/mp2t'],
      ['Rust', 'a.rs', 'fn main() {}', 'text/plain; charset=utf-8'],
      ['unknown, and text', 'a.unknown', 'plain text\r\n\tas it is written', 'text/plain; charset=utf-8'],
      ['unknown, and text in UTF-8', 'b.unknown', 'd\u00e9j\u00e0 vu \u{1f600}', 'text/plain; charset=utf-8'],
      ['unknown, and text that is cut where the sniffing ends', 'c.unknown', cut, 'text/plain; charset=utf-8'],
      ['unknown, and empty', 'd.unknown', '', 'text/plain; charset=utf-8'],
      ['unknown, and binary', 'e.unknown', Buffer.from([0, 1, 2, 3]), 'application/octet-stream'],
      [
        'unknown, and another encoding',
        'f.unknown',
        Buffer.from('d\xe9j\xe0 vu', 'latin1'),
        'application/octet-stream',
      ],
      [
        'unknown, and cut off UTF-8 at the end of the file',
        'g.unknown',
        Buffer.from([0x61, 0xe2, 0x82]),
        'application/octet-stream',
      ],
      ['no extension', 'Makefile', 'all:\n', 'text/plain; charset=utf-8'],
      ['no extension, though the name is one', 'html', '<p>', 'text/plain; charset=utf-8'],
      ['unknown, text and big', 'h.unknown', 'text\n'.repeat(50_000), 'text/plain; charset=utf-8'],
      ['unknown, binary and big', 'i.unknown', Buffer.alloc(200_000), 'application/octet-stream'],
    ];
    for (const [promise, name, content, type] of rows) {
      it(`${promise}: ${type}`, async () => {
        folder.write(name, content);
        const { status, fields, body } = await ask(folder.router(), 'GET', `/${name}`);
        assert.equal(status, 200);
        assert.equal(fields.get('content-type'), type);
        assert.deepEqual(body, Buffer.from(content));
      });
    }
  });

  it('shows index.html for a folder', async () => {
    folder.write('index.html', 'top').write('d/index.html', 'd').write('e/x.txt', '');
    const router = folder.router();
    for (const target of ['/', '//', '/?x=y', '/./', '/d/..'])
      assert.equal((await ask(router, 'GET', target)).text, 'top', target);
    for (const target of ['/d/', '/d/?x', '/d/.', '/d//'])
      assert.equal((await ask(router, 'GET', target)).text, 'd', target);
    assert.match((await ask(router, 'GET', '/e/')).text, /href="\.\/x\.txt"/);
  });

  it('shows the directory page where index.html is a folder, excluded, or leads out', async () => {
    folder
      .write('a/index.html/x', '')
      .write('b/index.html', 'b')
      .write('../c.html', 'secret')
      .link('c/index.html', '../../c.html');
    for (const [path, options] of [
      ['/a/', {}],
      ['/b/', { exclude: ['**/index.html'] }],
      ['/c/', {}],
    ] as const) {
      const { status, text } = await ask(folder.router(options), 'GET', path);
      assert.equal(status, 200);
      assert.ok(text.includes('<table>') && !text.includes('secret'));
    }
  });

  it('does not mind the query', async () => {
    folder.write('a.txt', 'a');
    for (const query of ['?', '?v=1', '?a/../b', '?%', '?#'.slice(0, 1)]) {
      assert.equal((await ask(folder.router(), 'GET', `/a.txt${query}`)).text, 'a');
    }
  });

  describe('with a fallback for pages that do not exist', () => {
    const spa: Partial<Options> = { spaFallback: 'app.html' };
    beforeEach(() => folder.write('app.html', 'the app').write('real.txt', 'real').write('dir/x', ''));

    for (const target of ['/route', '/deep/er/route', '/route/', '/route?x=y', '/user/john.doe']) {
      it(`answers a navigation to ${target}`, async () => {
        const { status, text, fields } = await ask(folder.router(spa), 'GET', target, html);
        assert.deepEqual([status, text], [200, 'the app']);
        assert.equal(fields.get('content-type'), 'text/html; charset=utf-8');
      });
    }

    it('leaves alone what exists, what is not a navigation and what is malformed; what is excluded is missing', async () => {
      folder.write('.env', 'secret');
      const status = async (target: string, fields = {}): Promise<[number, string]> => {
        const answer = await ask(folder.router(spa), 'GET', target, fields);
        return [answer.status, answer.text];
      };
      assert.deepEqual(await status('/real.txt', html), [200, 'real']);
      assert.equal((await status('/dir', html))[0], 308);
      assert.equal((await status('/missing.js', { Accept: '*/*' }))[0], 404);
      assert.equal((await status('/missing.js'))[0], 404);
      assert.deepEqual(await status('/.env', html), [200, 'the app']);
      assert.equal((await status('/.env'))[0], 404);
      assert.equal((await status('/../x', html))[0], 400);
      assert.equal((await status('/files/route', html))[0], 404);
    });

    it('sees the page that comes into being', async () => {
      const router = folder.router(spa);
      assert.equal((await ask(router, 'GET', '/route', html)).text, 'the app');
      folder.write('route', 'a page now');
      assert.equal((await ask(router, 'GET', '/route', html)).text, 'a page now');
    });

    it('is 404 if the fallback is not there, excluded, or outside', async () => {
      folder.write('../out.html', 'secret').write('.app.html', 'hidden');
      for (const spaFallback of ['gone.html', '.app.html', '../out.html', 'dir']) {
        assert.equal((await ask(folder.router({ spaFallback }), 'GET', '/route', html)).status, 404);
      }
    });

    it('may lie in a folder, named the way of any platform', async () => {
      folder.write('dist/index.html', 'built');
      for (const spaFallback of ['dist/index.html', './dist/index.html', 'dist\\index.html', '/dist/index.html']) {
        assert.equal((await ask(folder.router({ spaFallback }), 'GET', '/route', html)).text, 'built');
      }
    });
  });

  describe('with fields of the settings', () => {
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'cache-control': 'max-age=60' };

    it('has them on every answer, in the place of its own', async () => {
      folder.write('a.txt', 'a').write('d/x', '').write('big.txt', 'x'.repeat(100_000));
      const router = folder.router({ headers });
      const etag = (await ask(router, 'GET', '/a.txt')).fields.get('etag') ?? '';
      const rows: readonly (readonly [target: string, status: number, fields: Record<string, string>])[] = [
        ['/a.txt', 200, {}],
        ['/a.txt', 206, { Range: 'bytes=0-0' }],
        ['/a.txt', 304, { 'If-None-Match': etag }],
        ['/a.txt', 412, { 'If-Match': '"x"' }],
        ['/a.txt', 416, { Range: 'bytes=9-' }],
        ['/big.txt', 200, { 'Accept-Encoding': 'gzip' }],
        ['/', 200, {}],
        ['/d', 308, {}],
        ['/gone', 404, {}],
        ['/%', 400, {}],
      ];
      await remembered(router, '/a.txt');
      for (const [target, status, fields] of rows) {
        const answer = await ask(router, 'GET', target, fields);
        assert.equal(answer.status, status, target);
        assert.equal(answer.fields.get('cross-origin-opener-policy'), 'same-origin', `${status}`);
        assert.equal(answer.fields.get('cache-control'), 'max-age=60', `${status}`);
      }
    });

    it('leaves the other endpoints alone', async () => {
      folder.write('a.txt', 'a');
      for (const target of ['/files/a.txt', '/echo/x', '/user-agent', '/files/']) {
        const { fields } = await ask(folder.router({ headers }), 'GET', target);
        assert.equal(fields.has('cross-origin-opener-policy'), false, target);
      }
    });

    const refused: readonly (readonly [promise: string, headers: Record<string, string>])[] = [
      ['a line break', { 'X-A': 'a\r\nX-B: b' }],
      ['a NUL', { 'X-A': 'a\0' }],
      ['blanks at the ends', { 'X-A': ' a' }],
      ['what is no octet', { 'X-A': '\u20ac' }],
      ['no name', { '': 'a' }],
      ['a colon in the name', { 'X:A': 'a' }],
      ['a blank in the name', { 'X A': 'a' }],
      ['the framing', { 'Content-Length': '5' }],
      ['the framing in another case', { 'transfer-encoding': 'chunked' }],
      ['the connection', { Connection: 'close' }],
      ['who may read', { 'Access-Control-Allow-Origin': '*' }],
      ['who may read, in another case', { 'access-control-allow-credentials': 'true' }],
    ];
    for (const [promise, wrong] of refused) {
      it(`cannot be configured with ${promise}`, () => {
        assert.throws(
          () => checkOptions(folder.options({ headers: wrong })),
          (error) => error instanceof OptionsError && error.option === 'headers',
        );
      });
    }
    for (const spaFallback of ['../x.html', 'a/../../x.html', '..\\x.html', 'C:\\x.html', 'a\0.html']) {
      it(`cannot be configured to fall back to ${JSON.stringify(spaFallback)}, which is not in the folder`, () => {
        assert.throws(
          () => checkOptions(folder.options({ spaFallback })),
          (error) => error instanceof OptionsError && error.option === 'spaFallback',
        );
      });
    }
    it('can be configured to fall back to what is not there yet', () => {
      for (const spaFallback of ['', 'a/index.html', './a.html', '/a.html', '..a/b..html']) {
        checkOptions(folder.options({ spaFallback }));
      }
    });
    it('can be configured with any other', () => {
      checkOptions(folder.options({ headers: { ...headers, 'X-Empty': '', 'X-One': 'a', 'X-Two': 'a b' } }));
    });
  });
});
