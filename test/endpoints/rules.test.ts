/** What rules do: canned answers, redirects, rewrites, fields, clean URLs. */
import assert from 'node:assert/strict';
import type { Rule } from '../../src/ruleList';
import type { Endpoint } from '../../src/http/message/message';
import type { Options } from '../../src/options';
import { ask, bodyOf, makeRequest, remembered, type Answer } from '../support/request';
import { TestFolder } from '../support/folder';

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('rules', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('a.txt', 'file a').write('index.html', 'home').write('sub/page.html', 'page').write('.env', 'secret');
  });
  afterEach(() => folder.remove());

  const use = (rules: readonly Rule[], options: Partial<Options> = {}): void => {
    router = folder.router({ rules, ...options });
  };
  const get = (target: string, fields = {}, method = 'GET'): Promise<Answer> => ask(router, method, target, fields);

  describe('respond', () => {
    const rows: readonly (readonly [
      promise: string,
      respond: object,
      status: number,
      type: string | undefined,
      text: string,
    ])[] = [
      ['text', { body: 'hello' }, 200, 'text/plain; charset=utf-8', 'hello'],
      ['JSON', { json: { a: [1, null] } }, 200, 'application/json', '{"a":[1,null]}'],
      ['JSON that is null', { json: null }, 200, 'application/json', 'null'],
      ['nothing', {}, 200, undefined, ''],
      ['no content', { status: 204 }, 204, undefined, ''],
      ['a status of nobody', { status: 418, body: '' }, 418, 'text/plain; charset=utf-8', ''],
      ['a type of its own', { body: '<p>', headers: { 'content-type': 'text/html' } }, 200, 'text/html', '<p>'],
      ['a file', { file: 'sub/page.html' }, 200, 'text/html; charset=utf-8', 'page'],
      ['a file, named the way of Windows', { file: '\\sub\\page.html' }, 200, 'text/html; charset=utf-8', 'page'],
      ['a file with a status', { file: 'a.txt', status: 503 }, 503, 'text/plain; charset=utf-8', 'file a'],
      ['text after a while', { body: 'late', delay: 5 }, 200, 'text/plain; charset=utf-8', 'late'],
    ];
    for (const [promise, respond, status, type, text] of rows) {
      it(`answers ${promise}`, async () => {
        use([{ match: '/x', respond }]);
        const answer = await get('/x');
        assert.deepEqual([answer.status, answer.fields.get('content-type'), answer.text], [status, type, text]);
        assert.equal(answer.response.rule, 1);
      });
    }

    it('takes every method, OPTIONS and those that nobody knows, with content and without', async () => {
      use([{ match: '/hook/**', respond: { status: 202, json: { ok: true } } }]);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'BREW', '__proto__']) {
        const answer = await ask(router, method, '/hook/a', {}, bodyOf(['{}']));
        assert.deepEqual([answer.status, answer.text], [202, '{"ok":true}'], method);
      }
    });

    it('leaves methods that it is not for to the others, and takes HEAD with GET', async () => {
      use([
        { match: '/x', method: 'POST', respond: { body: 'posted' } },
        { match: '/x', method: 'GET', respond: { body: 'got' } },
      ]);
      assert.equal((await get('/x', {}, 'POST')).text, 'posted');
      assert.equal((await get('/x')).text, 'got');
      assert.equal((await get('/x', {}, 'HEAD')).status, 200);
      assert.equal((await get('/x', {}, 'PUT')).status, 405);
      assert.equal((await get('/x', {}, 'BREW')).status, 501);
      assert.equal((await get('/x', {}, 'OPTIONS')).status, 204);
    });

    for (const file of ['.env', 'gone.txt', 'sub', 'sub/', 'a.txt/x']) {
      it(`is 404 for the file ${file}, which is excluded or none`, async () => {
        use([{ match: '/x', respond: { file } }]);
        assert.equal((await get('/x')).status, 404);
      });
    }

    it('answers conditions and ranges by the file, unless the status is its own', async () => {
      use([
        { match: '/x', respond: { file: 'a.txt' } },
        { match: '/y', respond: { file: 'a.txt', status: 200 } },
      ]);
      const etag = (await get('/x')).fields.get('etag') ?? '';
      assert.equal((await get('/x', { 'If-None-Match': etag })).status, 304);
      assert.equal((await get('/x', { Range: 'bytes=0-0' })).status, 206);
      assert.deepEqual((await get('/y', { 'If-None-Match': etag, Range: 'bytes=0-0' })).text, 'file a');
      assert.equal((await get('/x', { 'If-None-Match': etag }, 'POST')).text, 'file a');
    });

    it('waits no longer than its client', async () => {
      use([{ match: '/x', respond: { delay: 60_000 } }]);
      const gone = new AbortController();
      const answer = router({ ...makeRequest('GET', '/x'), signal: gone.signal });
      gone.abort();
      await assert.rejects(async () => answer, { name: 'AbortError' });
    });

    it('is one value that is encoded once, if it is in memory', async () => {
      use([{ match: '/x', respond: { body: 'hello' } }]);
      const [one, two] = [await get('/x'), await get('/x')];
      assert.equal(one.response, two.response);
      assert.equal(one.response.lasting, true);
    });
  });

  describe('redirect', () => {
    const rows: readonly (readonly [match: string, redirect: string, target: string, location: string])[] = [
      ['/old', '/new', '/old', './new'],
      ['/old', '/new', '/old?a=b', './new?a=b'],
      ['/old', '/new?x=y', '/old?a=b', './new?x=y&a=b'],
      ['/old', '/new#part', '/old?a=b', './new?a=b#part'],
      ['/old/**', '/new/$1', '/old/a/b/', './../../../new/a/b/'],
      ['/old/**', '/new/$1', '/old', './new/'],
      ['/blog/*/*', '/$2-$1', '/blog/a%20b/c%2Ed', './../../c.d-a%20b'],
      ['/*', '/x/$1', "/%22%3E%27'%0D%0A", './x/%22%3E%27%27%0D%0A'],
      ['/**', '/$1', '/a//evil.test', './../../a/evil.test'],
      ['/a/**', '/$1', '/a//evil.test/', './../../../evil.test/'],
      ['/a/**', '/$1', '/a', './'],
      ['/*', 'https://b.test/$1', '/a?c', 'https://b.test/a?c'],
      ['/**', 'https://b.test/', '/a', 'https://b.test/'],
    ];
    for (const [match, redirect, target, location] of rows) {
      it(`${match} to ${redirect} leads from ${target} to ${location}`, async () => {
        use([{ match, redirect }]);
        const { status, fields, response } = await get(target);
        assert.deepEqual([status, fields.get('location')], [302, location]);
        assert.equal(response.rule, 1);
      });
    }

    it('never leads to another host, whatever the path', async () => {
      use([{ match: '/go/**', redirect: '/$1' }]);
      for (const rest of [
        '/evil.test',
        '//evil.test',
        '%09//evil.test',
        './/evil.test',
        '%5c%5cevil.test',
        'javascript:x',
      ]) {
        const { status, fields } = await get(`/go/${rest}`);
        if (status === 400) continue;
        const { host, protocol } = new URL(fields.get('location') ?? '', `http://us.test/go/${rest}`);
        assert.deepEqual([host, protocol], ['us.test', 'http:'], rest);
      }
    });

    it('does not take the token along', async () => {
      use([{ match: '/old', redirect: '/new' }], { token: 'secret' });
      const { fields } = await ask(router, 'POST', '/old?a=b&token=secret&token=other');
      assert.equal(fields.get('location'), './new?a=b&token=other');
    });
  });

  describe('rewrite', () => {
    it('shows another file at the same address, with its links to the script from there', async () => {
      use([{ match: '/app/**', rewrite: '/index.html' }], { liveReload: true });
      const { status, text, response } = await get('/app/a/b');
      assert.deepEqual([status, text, response.rule], [200, 'home', 1]);
    });

    it('fills in what was captured', async () => {
      use([
        { match: '/docs/**', rewrite: '/sub/$1.html' },
        { match: '/s/**', rewrite: '/sub/$1' },
      ]);
      assert.equal((await get('/docs/page')).text, 'page');
      assert.equal((await get('/s/page.html')).text, 'page');
      assert.equal((await get('/s/')).status, 200);
      assert.equal((await get('/docs/..%2fa')).status, 400);
    });

    it('meets no rules again, and what is not there is 404', async () => {
      use([
        { match: '/x', rewrite: '/y' },
        { match: '/y', respond: { body: 'y' } },
        { match: '/e', rewrite: '/.env' },
        { match: '/f', rewrite: '/files/a.txt' },
      ]);
      assert.equal((await get('/x')).status, 404);
      assert.equal((await get('/y')).text, 'y');
      assert.equal((await get('/e')).status, 404);
      assert.equal((await get('/f')).status, 404);
      assert.equal((await get('/x', {}, 'POST')).status, 405);
    });

    it('leads to a folder with its slash', async () => {
      use([{ match: '/deep/er', rewrite: '/sub' }]);
      const { status, fields } = await get('/deep/er?q');
      assert.deepEqual([status, fields.get('location')], [308, './../sub/?q']);
    });

    it('sees what the path itself shows once the rule is gone, and the other way round', async () => {
      folder.write('page.html', 'itself');
      await remembered(folder.router(), '/page.html');
      use([{ match: '/page.html', rewrite: '/index.html' }]);
      assert.equal((await get('/page.html')).text, 'home');
      assert.equal((await get('/index.html')).text, 'home');
    });
  });

  describe('headers', () => {
    it('add up over rules, the last of a name counting, and those of the settings behind them', async () => {
      use(
        [
          { match: '/sub/**', headers: { 'X-A': '1', 'X-B': '1' } },
          { match: '/**', headers: { 'X-A': '2' } },
          { match: '/**/*.txt', headers: { 'X-C': 'text' } },
        ],
        { headers: { 'X-D': 'all' } },
      );
      const of = async (target: string): Promise<string[]> => {
        const { fields } = await get(target);
        return ['a', 'b', 'c', 'd'].map((name) => fields.get(`x-${name}`) ?? '-');
      };
      assert.deepEqual(await of('/sub/page.html'), ['2', '1', '-', 'all']);
      assert.deepEqual(await of('/a.txt'), ['2', '-', 'text', 'all']);
      assert.deepEqual(await of('/none'), ['2', '-', '-', 'all']);
      assert.deepEqual(await of('/files/a.txt'), ['-', '-', '-', '-']);
    });

    it('hold for what is rewritten, also by rules behind it, and not for canned answers', async () => {
      use([
        { match: '/x', rewrite: '/a.txt' },
        { match: '/y', respond: {} },
        { match: '/**', headers: { 'X-A': '1' } },
      ]);
      assert.equal((await get('/x')).fields.get('x-a'), '1');
      assert.equal((await get('/y')).fields.get('x-a'), undefined);
    });

    it('do not make an answer depend on less, nor slower than it was', async () => {
      folder.write('big.txt', 'x'.repeat(2000));
      use([{ match: '/**', headers: { Vary: 'X-Own' } }]);
      assert.match((await get('/big.txt')).fields.get('vary') ?? '', /X-Own.*Accept-Encoding/);
      const past = await get('/big.txt', { Range: 'bytes=9999-' });
      assert.equal(past.fields.get('vary'), 'X-Own, Accept-Encoding, Accept');
      assert.equal((await get('/none')).fields.get('vary'), 'X-Own, Accept');
      const first = await remembered(router, '/big.txt');
      assert.equal(await remembered(router, '/big.txt'), first);
      assert.equal(first.lasting, true);
    });

    it('do not say once more that types are not guessed', async () => {
      const headers = { 'x-content-type-options': 'nosniff', 'X-A': '1' };
      use(
        [
          { match: '/x', respond: { headers } },
          { match: '/a.txt', headers },
        ],
        { headers },
      );
      for (const target of ['/x', '/a.txt', '/index.html']) {
        const { fields } = await get(target);
        assert.deepEqual([fields.get('x-a'), fields.has('x-content-type-options')], ['1', false], target);
      }
    });

    const labelled = { 'Content-Type': 'text/x-own', 'Content-Encoding': 'gzip', 'Content-Disposition': 'attachment' };
    const content = ['content-type', 'content-encoding', 'content-disposition'];
    const own = Object.values(labelled);
    for (const [promise, rule] of [
      ['of what is shown', { match: '/**', headers: labelled }],
      ['of a file that is responded with', { match: '/e/*', respond: { file: 'e/coded', headers: labelled } }],
    ] as const) {
      it(`say what the content is ${promise}: it is coded no further, and parts have its type`, async () => {
        folder.write('e/coded', 'x'.repeat(2000)).write('e/page.html', '<p>');
        use([rule], { liveReload: true });
        const whole = await get('/e/coded', { 'Accept-Encoding': 'br, gzip' });
        assert.deepEqual([...content.map((name) => whole.fields.get(name)), whole.body.length], [...own, 2000]);
        const parts = await get('/e/coded', { Range: 'bytes=0-2,10-12' });
        assert.equal(parts.status, 206);
        assert.match(parts.fields.get('content-type') ?? '', /^multipart\/byteranges; boundary=/);
        assert.equal(parts.text.match(/^Content-Type: text\/x-own\r$/gm)?.length, 2);
      });
    }

    it('say nothing of the content of our own pages and errors', async () => {
      folder.write('e/a', 'a').write('404.html', 'lost');
      use([{ match: '/**', headers: { ...labelled, 'Content-Security-Policy': 'sandbox' } }]);
      for (const [target, fields, status] of [
        ['/e/', {}, 200],
        ['/gone', {}, 404],
        ['/gone', html, 404],
        ['/e/a', { Range: 'bytes=9-' }, 416],
      ] as const) {
        const answer = await get(target, fields);
        assert.equal(answer.status, status);
        assert.equal(answer.fields.get('content-security-policy'), 'sandbox');
        assert.notEqual(answer.fields.get('content-type'), 'text/x-own');
        assert.equal(answer.fields.has('content-encoding'), false);
        assert.equal(answer.fields.has('content-disposition'), status === 200);
      }
    });

    it('of which some are for some methods', async () => {
      use([{ match: '/**', method: 'POST', headers: { 'X-A': '1' } }]);
      assert.equal((await get('/a.txt')).fields.get('x-a'), undefined);
      assert.equal((await get('/a.txt', {}, 'POST')).fields.get('x-a'), '1');
    });
  });

  it('act in their order, the first that matches', async () => {
    use([
      { match: '/api/special', respond: { body: 'first' } },
      { match: '/api/**', respond: { body: 'second' } },
      { match: '/api/other', respond: { body: 'third' } },
    ]);
    assert.equal((await get('/api/special')).text, 'first');
    assert.equal((await get('/api/other')).text, 'second');
    assert.equal((await get('/a.txt')).text, 'file a');
  });

  it('are not asked about what is not theirs', async () => {
    use([{ match: '/**', respond: { body: 'all' } }], { liveReload: true });
    assert.equal((await get('/echo/x')).text, 'x');
    assert.equal((await get('/files/a.txt')).text, 'file a');
    assert.equal((await get('/%66iles/a.txt')).text, 'file a');
    assert.equal((await get('/user-agent', { 'User-Agent': 'me' })).text, 'me');
    assert.equal((await get('/.http-server/x')).status, 404);
    assert.equal((await get('/a.txt')).text, 'all');
    assert.equal((await get('/filesystem')).text, 'all');
    assert.equal((await ask(router, 'OPTIONS', '*')).status, 204);
  });

  it('do not see a path that makes no sense', async () => {
    use([{ match: '/**', respond: { body: 'all' } }]);
    for (const path of ['/%', '/a%2Fb', '/../x', '/a%00']) assert.equal((await get(path)).status, 400, path);
  });

  it('answer GET and HEAD alone where they may do no more', async () => {
    use([{ match: '/x', respond: { body: 'x' } }], { ruleReach: { proxies: false, writes: false } });
    assert.equal((await get('/x')).text, 'x');
    for (const method of ['POST', 'DELETE']) assert.equal((await get('/x', {}, method)).status, 405);
  });

  describe('say to the preflight of an origin that may ask', () => {
    const preflight = { Origin: 'http://app.test', 'Access-Control-Request-Method': 'DELETE' };
    beforeEach(() =>
      use(
        [
          { match: '/a.txt', method: ['PATCH', 'DELETE'], respond: { body: 'x' } },
          { match: '/b', method: ['GET', 'POST'], proxy: 'http://localhost:1' },
          { match: '/c', method: 'OPTIONS', respond: { body: 'c' } },
          { match: '/c', respond: { body: 'y' } },
        ],
        { cors: ['http://app.test'] },
      ),
    );
    for (const [promise, path, method, allow] of [
      ['what their rule is for', '/a.txt', 'DELETE', 'PATCH, DELETE'],
      ['what a backend is for', '/b', 'POST', 'GET, POST, HEAD'],
      ['nothing of a method that no rule is for', '/a.txt', 'BREW', 'HEAD, OPTIONS, GET'],
      ['yes where a rule is for all', '/c', 'BREW', 'BREW'],
    ] as const) {
      it(promise, async () => {
        const { status, fields } = await get(
          path,
          { ...preflight, 'Access-Control-Request-Method': method },
          'OPTIONS',
        );
        assert.deepEqual([status, fields.get('allow')], [204, allow]);
      });
    }

    it('of no other origin', async () => {
      assert.equal((await get('/c', { ...preflight, Origin: 'http://other.test' }, 'OPTIONS')).text, 'c');
    });
  });

  describe('clean URLs', () => {
    beforeEach(() => {
      folder.write('about.html', 'about').write('both.html', 'page').write('both/index.html', 'folder');
      folder.write('file', 'plain').write('file.html', 'html').write('only/index.html', 'only');
    });
    const rows: readonly (readonly [target: string, status: number, text: string])[] = [
      ['/about', 200, 'about'],
      ['/about.html', 200, 'about'],
      ['/about/', 404, ''],
      ['/%61bout?x', 200, 'about'],
      ['/sub/page', 200, 'page'],
      ['/both', 200, 'page'],
      ['/both/', 200, 'folder'],
      ['/file', 200, 'plain'],
      ['/only', 308, ''],
      ['/nothing', 404, ''],
      ['/', 200, 'home'],
      ['/.env', 404, ''],
    ];
    for (const [target, status, text] of rows) {
      it(`${target} is ${status} ${text}`, async () => {
        use([], { cleanUrls: true });
        const answer = await get(target);
        assert.equal(answer.status, status);
        if (text !== '') assert.equal(answer.text, text);
      });
    }

    it('see a file that comes into being, and hold for HEAD and nothing that writes', async () => {
      use([], { cleanUrls: true });
      assert.equal((await get('/about', {}, 'HEAD')).status, 200);
      assert.equal((await get('/about', {}, 'POST')).status, 405);
      assert.equal((await get('/about')).text, 'about');
      folder.write('about', 'now there');
      assert.equal((await get('/about')).text, 'now there');
    });

    it('come before the page that knows all paths', async () => {
      use([], { cleanUrls: true, spaFallback: 'index.html' });
      assert.equal((await get('/about', html)).text, 'about');
      assert.equal((await get('/route', html)).text, 'home');
    });
  });

  describe('a page of the folder’s own for what is not there', () => {
    beforeEach(() => folder.write('404.html', '<h1>lost</h1>'));

    it('is for who prefers HTML: whole, with the status, and no answer to conditions', async () => {
      use([]);
      const asked = { ...html, Range: 'bytes=0-1', 'If-None-Match': '*' };
      const { status, text, fields, response } = await get('/nothing', asked);
      assert.deepEqual([status, text], [404, '<h1>lost</h1>']);
      assert.equal(fields.get('content-type'), 'text/html; charset=utf-8');
      assert.match(fields.get('vary') ?? '', /Accept\b/);
      for (const name of ['etag', 'last-modified', 'accept-ranges']) assert.equal(fields.has(name), false, name);
      assert.ok(response.reason);
      assert.equal((await get('/404.html', html)).status, 200);
    });

    it('is for nobody else, and for the site alone', async () => {
      use([]);
      assert.match((await get('/nothing')).text, /^There is no such/);
      assert.doesNotMatch((await get('/files/nothing', html)).text, /lost/);
      assert.match((await get('/.env', html)).text, /lost/);
      assert.equal((await get('/%', html)).status, 400);
    });

    it('comes behind the page that knows all paths, with the fields of the settings, and the script', async () => {
      use([], { headers: { 'X-A': '1' } });
      assert.equal((await get('/nothing', html)).fields.get('x-a'), '1');
      use([], { spaFallback: 'index.html' });
      assert.equal((await get('/nothing', html)).text, 'home');
    });

    it('goes when the file goes', async () => {
      use([]);
      assert.match((await get('/nothing', html)).text, /lost/);
      folder.write('404.html', '<h1>changed</h1>');
      assert.match((await get('/nothing', html)).text, /changed/);
    });
  });

  it('a folder shows index.html, else index.htm', async () => {
    folder.write('old/index.htm', 'old').write('two/index.html', 'html').write('two/index.htm', 'htm');
    use([]);
    assert.deepEqual([(await get('/old/')).text, (await get('/two/')).text], ['old', 'html']);
  });
});
