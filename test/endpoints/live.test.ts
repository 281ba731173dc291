/** Who gets a page with the script, and who sees what is not saved. */
import assert from 'node:assert/strict';
import { realpathSync, rmSync } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Live } from '../../src/endpoints/live/live';
import type { Endpoint } from '../../src/http/message/message';
import type { Options } from '../../src/options';
import { openDescriptors, TestFolder } from '../support/folder';
import { ask, remembered, type Answer, type FieldTable } from '../support/request';

const mocks = new Mocks();

const load = { Accept: 'text/html,*/*;q=0.8' };
/** As Chromium has it of a worker that answers by `fetch(event.request)`. */
const handedOn = { 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'navigate' };
const page = '<!doctype html><html><head><title>x</title></head></html>';
const large = `<!doctype html><title>x</title>${'<p>text</p>\n'.repeat(20_000)}`;
const tag = (src: string, shows: string): string =>
  `<script src="${src}.http-server/live.js" data-shows="${shows}"></script>`;

describe('with live reload', () => {
  let folder: TestFolder;
  let live: Live;
  let router: Endpoint;

  beforeEach(() => {
    folder = new TestFolder()
      .write('index.html', page)
      .write('sub/ä b.html', page)
      .write('large.html', large)
      .write('bare.html', 'text '.repeat(20_000))
      .write('utf16.html', Buffer.from('\ufeff<p>', 'utf16le'))
      .write('coded.html', large)
      .write('coded.html.gz', gzipSync(large))
      .write('text.txt', page)
      .write('x.xhtml', page)
      .write('good.xhtml', '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head/></html>')
      .write('drawing.svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
      .write('secret/.env.html', page)
      .write('list/a.txt', 'a');
    live = new Live();
    use();
  });
  afterEach(() => folder.remove());

  const use = (options: Partial<Options> = {}): void => void (router = folder.router(options, live));
  const get = (target: string, fields: FieldTable = {}, method = 'GET'): Promise<Answer> =>
    ask(router, method, target, fields);
  const hasScript = ({ text }: Answer): boolean => text.includes('/live.js"');

  const rows: readonly (readonly [promise: string, target: string, fields: FieldTable, has: boolean])[] = [
    ['a browser that loads a page', '/index.html', load, true],
    ['a browser that loads a page into a tab', '/', { ...load, 'Sec-Fetch-Dest': 'document' }, true],
    ['a browser that loads a page into a frame', '/', { ...load, 'Sec-Fetch-Dest': 'iframe' }, true],
    ['a large page', '/large.html', load, true],
    ['a large page of text alone', '/bare.html', load, true],
    ['the fallback of an application', '/no/such/page', load, true],
    ['a program', '/index.html', { Accept: '*/*' }, false],
    ['a request without Accept', '/index.html', {}, false],
    ['a fetch', '/index.html', { ...load, 'Sec-Fetch-Dest': 'empty' }, false],
    ['a range', '/index.html', { ...load, Range: 'bytes=0-9999' }, false],
    ['the API', '/files/index.html', load, false],
    ['UTF-16', '/utf16.html', load, false],
    ['text', '/text.txt', load, false],
    ['XHTML that is not well made', '/x.xhtml', load, false],
    ['R12: XHTML', '/good.xhtml', load, true],
    ['R12: SVG', '/drawing.svg', { ...load, 'Sec-Fetch-Dest': 'document' }, true],
    ['R12: SVG in a picture', '/drawing.svg', { Accept: 'image/*', 'Sec-Fetch-Dest': 'image' }, false],
    ['R3: a service worker that hands on a load', '/', { ...load, ...handedOn }, true],
    [
      'R3: a service worker of Firefox that hands on a load',
      '/',
      { ...load, 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'same-origin', 'Upgrade-Insecure-Requests': '1' },
      true,
    ],
    [
      'R3: a service worker that hands on a part',
      '/',
      { Accept: '*/*', 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'cors' },
      false,
    ],
    ['R3: a download', '/', { 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'navigate' }, false],
    ['a page that is not there', '/none.html', load, true],
    ['a folder that is not there', '/none/', load, true],
    ['a page that is excluded', '/secret/.env.html', load, true],
    ['a program that asks for what is not there', '/none.html', { Accept: '*/*' }, false],
    ['the API, for what is not there', '/files/none.html', load, false],
    ['an error', '/%zz', load, false],
    ['the echo', '/echo/<html>', load, false],
  ];
  for (const [promise, target, fields, has] of rows) {
    it(`${promise} gets ${has ? 'the script' : 'none'}`, async () => {
      use({ spaFallback: promise.startsWith('the fallback') ? 'index.html' : '' });
      assert.equal(hasScript(await get(target, fields)), has);
    });
  }

  it('who gets no script gets the file, octet by octet', async () => {
    for (const target of ['/index.html', '/large.html']) {
      const { body } = await get(target);
      assert.deepEqual(body, (await get(`/files${target}`)).body);
    }
  });

  const links: readonly (readonly [target: string, src: string, shows: string])[] = [
    ['/', '', '/index.html'],
    ['/index.html', '', '/index.html'],
    ['/sub/%C3%A4%20b.html', '../', '/sub/%C3%A4%20b.html'],
    ['//sub//%C3%A4%20b.html', '../../../', '/sub/%C3%A4%20b.html'],
    ['/no/such/page', '../../', '/index.html'],
  ];
  for (const [target, src, shows] of links) {
    it(`${target} links to the script relatively, and says what it shows`, async () => {
      use({ spaFallback: 'index.html' });
      assert.ok((await get(target, load)).text.includes(tag(src, shows)));
    });
  }

  it('says of a page that is not there, or is excluded, what was asked for, and no more', async () => {
    const answers = await Promise.all(['/sub/none.html', '/secret/.env.html'].map((target) => get(target, load)));
    const [missing, hidden] = answers.map(({ text }) => text);
    assert.ok(missing?.includes(tag('../', '/sub/none.html')));
    assert.equal(missing?.replace('/sub/none.html', '/secret/.env.html'), hidden);
    for (const { status, fields, response } of answers) {
      assert.equal(status, 404);
      assert.match(fields.get('content-security-policy') ?? '', /default-src 'none'.*script-src 'self'/);
      assert.match(fields.get('vary') ?? '', /Accept, Sec-Fetch-Dest/);
      assert.ok(response.reason);
    }
  });

  it('says the same of a page of the folder’s own for what is not there, which reloads when that appears', async () => {
    folder.write('404.html', '<head></head>lost');
    const { status, text } = await get('/sub/none.html', load);
    assert.deepEqual([status, text], [404, `<head>${tag('../', '/sub/none.html')}</head>lost`]);
  });

  it('adds the header fields of the settings to a page that is not there', async () => {
    use({ headers: { 'X-Own': 'yes' } });
    assert.equal((await get('/none.html', load)).fields.get('x-own'), 'yes');
  });

  it('puts it where it belongs, and changes nothing else', async () => {
    assert.equal((await get('/', load)).text, page.replace('<head>', `<head>${tag('', '/index.html')}`));
    assert.equal((await get('/large.html', load)).text, large.replace('html>', `html>${tag('', '/large.html')}`));
  });

  it('gives the page an entity tag of its own, no date, and the same fields to HEAD', async () => {
    for (const target of ['/index.html', '/large.html']) {
      const plain = await get(target);
      const loaded = await get(target, load);
      const head = await get(target, load, 'HEAD');
      assert.match(loaded.fields.get('etag') ?? '', /^"[^"]+-live"$/);
      assert.notEqual(loaded.fields.get('etag'), plain.fields.get('etag'));
      assert.equal(loaded.fields.get('last-modified'), undefined);
      assert.match(loaded.fields.get('vary') ?? '', /Accept, Sec-Fetch-Dest/);
      assert.deepEqual(head.fields, loaded.fields);
      const again = await get(target, { ...load, 'If-None-Match': loaded.fields.get('etag') ?? '' });
      assert.equal(again.status, 304);
      assert.equal((await get(target, { 'If-None-Match': loaded.fields.get('etag') ?? '' })).status, 200);
    }
  });

  it('R1: says Accept only where no browser says what it loads for', async () => {
    for (const fields of [
      { ...load, 'Sec-Fetch-Dest': 'document' },
      { Accept: '*/*', 'Sec-Fetch-Dest': 'empty' },
    ]) {
      for (const target of ['/', '/drawing.svg', '/large.html', '/good.xhtml']) {
        const vary = (await get(target, fields)).fields.get('vary') ?? '';
        assert.match(vary, /Sec-Fetch-Dest, Sec-Fetch-Mode/);
        assert.doesNotMatch(vary, /Accept(?!-Encoding)/, target);
      }
    }
    assert.match(
      (await get('/', { Accept: '*/*' })).fields.get('vary') ?? '',
      /Accept, Sec-Fetch-Dest, Sec-Fetch-Mode/,
    );
    assert.equal((await get('/list/', load)).fields.get('vary'), 'Accept-Encoding');
  });

  it('R12: puts an element of XHTML into XML', async () => {
    const answer = await get('/drawing.svg', load);
    const own = tag('', '/drawing.svg').replace('<script', '<script xmlns="http://www.w3.org/1999/xhtml"');
    assert.ok(answer.text.includes(`svg">${own}<g/>`));
    assert.equal(answer.fields.get('content-type'), 'image/svg+xml');
    assert.match(answer.fields.get('etag') ?? '', /-live"$/);
  });

  it('R15: has its events neither coded nor gathered on the way', async () => {
    const { fields } = await get('/.http-server/events', {}, 'HEAD');
    assert.equal(fields.get('cache-control'), 'no-store, no-transform');
    assert.equal(fields.get('x-accel-buffering'), 'no');
  });

  it('codes the page with the script, and passes over coded copies that lie beside it', async () => {
    const answer = await get('/coded.html', { ...load, 'Accept-Encoding': 'gzip' });
    assert.equal(answer.fields.get('content-encoding'), 'gzip');
    assert.ok(gunzipSync(answer.body).toString().includes('/live.js"'));
  });

  it('tells the page of a folder, whose own script follows, and lets it run that script and nothing else', async () => {
    const { text, fields } = await get('/list/', load);
    assert.match(text, /<body [^>]*data-live>/);
    const policy = fields.get('content-security-policy') ?? '';
    assert.match(
      policy,
      /default-src 'none'.*script-src 'self'; connect-src 'self';.*require-trusted-types-for 'script'/,
    );
    use({ liveReload: false });
    assert.doesNotMatch((await get('/list/', load)).text, /data-live/);
  });

  it('makes the page once', async () => {
    const first = await remembered(router, '/index.html', load);
    assert.equal(await remembered(router, '/index.html', load), first);
  });

  it('leaves alone what the settings make something else than a page', async () => {
    for (const name of ['Content-Type', 'Content-Disposition', 'content-encoding']) {
      use({ headers: { [name]: 'x' } });
      assert.ok(!hasScript(await get('/', load)), name);
    }
  });

  it('closes what it opens', async () => {
    const before = openDescriptors();
    for (const fields of [load, {}, { ...load, 'Accept-Encoding': 'br' }]) {
      await get('/large.html', fields);
      await get('/large.html', fields, 'HEAD');
      live.unsaved('/large.html', 'short');
      assert.equal((await get('/large.html')).text, 'short');
      live.unsaved('/large.html', undefined);
    }
    assert.equal(openDescriptors(), before);
  });

  describe('a draft', () => {
    it('is what the site shows, script and all, and the API does not', async () => {
      await remembered(router, '/index.html');
      live.unsaved('/index.html', '<p>ä');
      assert.equal((await get('/')).text, '<p>ä');
      assert.equal((await get('/index.html')).text, '<p>ä');
      assert.equal((await get('/', load)).text, `${tag('', '/index.html')}<p>ä`);
      assert.equal((await get('/files/index.html')).text, page);
      live.unsaved('/index.html', undefined);
      assert.equal((await get('/index.html')).text, page);
    });

    it('is made into an answer once, however often and by whatever path it is asked for', async () => {
      live.unsaved('/text.txt', 'draft');
      const first = await get('/text.txt');
      assert.equal(first.text, 'draft');
      assert.equal((await get('/text.txt')).response, first.response);
      for (let i = 0; i < 20; i++) assert.equal((await get(`${'/'.repeat(i)}/text.txt`)).text, 'draft');
    });

    it('that is large is coded on the way, not at once', async () => {
      live.unsaved('/large.html', large.repeat(10));
      const answer = await get('/large.html', { 'Accept-Encoding': 'gzip' });
      assert.ok(!(answer.response.body instanceof Uint8Array));
      assert.equal(gunzipSync(answer.body).toString(), large.repeat(10));
    });

    it('has an entity tag of its own, and no date', async () => {
      const tags = new Set<string | undefined>();
      for (const text of ['one', 'two', undefined]) {
        live.unsaved('/index.html', text);
        const { fields } = await get('/index.html');
        tags.add(fields.get('etag'));
        assert.equal(fields.has('last-modified'), text === undefined);
      }
      assert.equal(tags.size, 3);
    });

    it('of an excluded file, or of one that is not there, is not shown', async () => {
      for (const path of ['/secret/.env.html', '/none.html']) {
        live.unsaved(path, 'secret');
        assert.equal((await get(path)).status, 404, path);
      }
    });

    it('of a file to which a link leads out of the folder is not shown', async () => {
      folder.write('../outside.html', page).link('out.html', folder.at('../outside.html'));
      live.unsaved('/out.html', 'secret');
      assert.equal((await get('/out.html')).status, 404);
    });

    it('is gone when the file is, and does not come back with it', async () => {
      live.unsaved('/list/a.txt', 'draft');
      rmSync(folder.at('list/a.txt'));
      assert.equal((await get('/list/a.txt')).status, 404);
      live.unsaved('/list/a.txt', undefined);
      folder.write('list/a.txt', 'new');
      assert.equal((await get('/list/a.txt')).text, 'new');
    });

    it('is not shown when the settings say so, at once', async () => {
      live.unsaved('/index.html', 'draft');
      use({ serveUnsaved: false });
      assert.equal((await get('/index.html')).text, page);
      use();
      assert.equal((await get('/index.html')).text, page, 'it is forgotten until the editor sends it anew');
    });

    it('is shown without live reload, too, and without the script', async () => {
      use({ liveReload: false });
      live.unsaved('/index.html', 'draft');
      assert.equal((await get('/index.html', load)).text, 'draft');
    });
  });

  for (const code of ['ENOSPC', 'EIO', 'EXOTIC']) {
    it(`a change that the disk does not tell of, for ${code}, is told all the same`, () => {
      const told = mocks.method(live.streams, 'tell', () => undefined).mock;
      const failing = mocks.method(realpathSync, 'native', () => {
        throw systemError(code, 'realpath');
      });
      try {
        live.changed(['/index.html']);
      } finally {
        failing.mock.restore();
      }
      assert.deepEqual(
        told.calls.map(({ arguments: [paths] }) => paths),
        [['/index.html']],
      );
    });
  }
});
