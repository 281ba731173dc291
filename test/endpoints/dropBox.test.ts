/** `access: dropBox`: files are taken, and no answer tells what is there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Audience } from '../../src/endpoints/live/audience';
import { Live } from '../../src/endpoints/live/live';
import { createRouter } from '../../src/endpoints/router';
import { UploadRegistry } from '../../src/endpoints/storing/uploadRegistry';
import { Uploads } from '../../src/files/writing/uploads';
import type { Endpoint } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, type Answer, type FieldTable } from '../support/request';

const boundary = 'x';
const formType = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
const formOf = (...names: string[]): string =>
  `${names.map((name) => `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\nnew\r\n`).join('')}--x--\r\n`;

describe('a drop box', () => {
  let folder: TestFolder;
  let empty: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    [folder, empty] = [new TestFolder(), new TestFolder()];
    folder.write('photo.jpg', 'old').write('index.html', '<p>mine').write('404.html', 'x').write('.env', 'secret');
    folder.write('dir/inner.txt', 'inner').write('.git/config', 'c').write('../outside/o.txt', 'outside');
    folder.link('out', '../outside').link('out.txt', '../outside/o.txt').link('in', 'dir').link('gone', 'nowhere');
    router = folder.router({ access: 'dropBox' }, new Live());
  });
  afterEach(() => {
    assert.deepEqual([folder.left(), empty.left()], [0, 0]);
    for (const each of [folder, empty]) each.remove();
  });

  const text = (path: string): string => readFileSync(folder.at(path), 'utf8');
  const send = (method: string, target: string, fields: FieldTable = {}, body = 'new'): Promise<Answer> =>
    ask(router, method, target, fields, bodyOf([body]));

  const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE', 'MKCOL', 'COPY', 'MOVE'];

  /** Everything else is 403. */
  const allowed: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    '/': { GET: 200, HEAD: 200, OPTIONS: 204 },
    '/?x': { GET: 200, HEAD: 200, OPTIONS: 204 },
    '/files': { GET: 200, HEAD: 200, OPTIONS: 204, POST: 409, PUT: 409 },
    '/files/': { GET: 200, HEAD: 200, OPTIONS: 204, POST: 409, PUT: 409 },
    '/files/?zip': { OPTIONS: 204, POST: 409, PUT: 409 },
    '/files/?zip=photo.jpg': { OPTIONS: 204, POST: 409, PUT: 409 },
    '/files/photo.jpg': { OPTIONS: 204, POST: 201, PUT: 409 },
    '/files/none.jpg': { OPTIONS: 204, POST: 201, PUT: 201 },
    '/files/dir': { OPTIONS: 204, POST: 201, PUT: 409 },
    '/files/dir/': { OPTIONS: 204, POST: 409, PUT: 409 },
    '/files/dir/inner.txt': { OPTIONS: 204, POST: 201, PUT: 409 },
    '/files/.env': { OPTIONS: 204 },
    '/photo.jpg': {},
    '/none': {},
    '/dir': {},
    '/dir/': {},
    '/index.html': {},
    '/.well-known/x': {},
    '/echo/x': { GET: 200, HEAD: 200, OPTIONS: 204 },
    '/user-agent': { GET: 200, HEAD: 200, OPTIONS: 204 },
    '/user-agent/x': { GET: 404, HEAD: 404, OPTIONS: 204 },
    '/.http-server/events': {},
    '/.http-server/live.js': {},
    '/.http-server': {},
    '/.http-server/console': {},
    '/.http-server/': {},
    '/.http-server/assets/none': { GET: 404, HEAD: 404, OPTIONS: 204 },
    [`/.http-server/uploads/${'0'.repeat(32)}`]: { GET: 404, HEAD: 404, OPTIONS: 204, PATCH: 404, DELETE: 404 },
    '/.http-server/uploads/': { GET: 404, HEAD: 404, OPTIONS: 204, PATCH: 404, DELETE: 404 },
  };
  it('has what its page loads, and refuses all else below it', async () => {
    const { text: page } = await ask(router, 'GET', '/');
    const assets = [...page.matchAll(/"\.(\/\.http-server\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(assets.length >= 3);
    for (const path of assets) {
      for (const method of methods) {
        const expected = method === 'OPTIONS' ? 204 : ['GET', 'HEAD'].includes(method) ? 200 : 403;
        assert.equal((await send(method, path)).status, expected, `${method} ${path}`);
      }
    }
  });

  it('knows no other method, whatever is there', async () => {
    for (const method of ['PROPFIND', 'PROPPATCH', 'LOCK', 'UNLOCK', 'SEARCH', 'TRACE', 'get', 'NONE']) {
      const answers: string[] = [];
      for (const target of [...Object.keys(allowed), '/files/gone', '/out.txt']) {
        const { status, text: sentence } = await send(method, target);
        answers.push(`${status} ${sentence}`);
      }
      assert.equal(new Set(answers).size, 1, answers.join());
      assert.match(answers[0] ?? '', /^501 /);
    }
  });

  it('has no rules, no page for all paths and no unsaved text', async () => {
    const rules = [
      { match: '/photo.jpg', respond: { body: 'mine' } },
      { match: '/x', respond: { file: 'photo.jpg' } },
      { match: '/old', redirect: '/photo.jpg' },
      { match: '/files/photo.jpg', rewrite: '/index.html' },
    ];
    const ruled = folder.router({ access: 'dropBox', spaFallback: 'index.html', cleanUrls: true, rules }, new Live());
    for (const target of ['/photo.jpg', '/x', '/old', '/index', '/anything', '/files/photo.jpg'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(ruled, method, target, { Accept: 'text/html' });
        assert.equal(answer.status, 403, `${method} ${target}`);
      }
  });

  for (const [target, statuses] of Object.entries(allowed)) {
    it(`${target}: ${JSON.stringify(statuses)}, else 403`, async () => {
      for (const method of methods) {
        const answer = await send(method, target, { Destination: '/files/x' });
        assert.equal(answer.status, statuses[method] ?? 403, method);
      }
    });
  }

  it('has one page, for every taste, with a form that works without scripts', async () => {
    const pages = await Promise.all(
      [{}, { Accept: 'application/json' }, { Accept: 'text/html' }].flatMap((fields) => [
        ask(router, 'GET', '/', fields),
        ask(router, 'GET', '/files/', fields),
      ]),
    );
    for (const { fields, text: page } of pages) {
      assert.equal(fields.get('content-type'), 'text/html; charset=utf-8');
      assert.match(page, /<form action="\.{1,2}\/files\/" method="post" enctype="multipart\/form-data">/);
      assert.match(fields.get('content-security-policy') ?? '', /frame-ancestors 'self'; .*form-action 'self'/);
    }
    const other = await ask(empty.router({ access: 'dropBox' }), 'GET', '/files/');
    assert.equal(other.text, pages[1]?.text);
  });

  describe('says the same, whatever is there', () => {
    const targets = [
      'photo.jpg',
      'dir',
      'dir/',
      'dir/inner.txt',
      'photo.jpg/x',
      'out',
      'out/o.txt',
      'out/new',
      'out.txt',
    ]
      .concat(['in', 'in/inner.txt', 'gone', 'gone/x', '.env', '.git/config', '.git', 'none', 'none/none'])
      .map((path) => `/files/${path}`);
    const site = ['/photo.jpg', '/dir', '/dir/', '/out.txt', '/.env', '/.git/', '/none', '/index.html', '/in', '/gone'];
    const conditions: readonly FieldTable[] = [
      {},
      { Accept: 'text/html' },
      { 'If-Match': '*' },
      { 'If-None-Match': '*' },
      { Range: 'bytes=0-0' },
      { 'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' },
      { Destination: '/files/photo.jpg', Overwrite: 'F' },
    ];
    for (const method of methods.filter((name) => !['POST', 'PUT'].includes(name))) {
      it(`to ${method}`, async () => {
        const other = empty.router({ access: 'dropBox' });
        for (const target of [...targets, ...site]) {
          for (const fields of conditions) {
            const [one, two] = [
              await send(method, target, fields),
              await ask(other, method, target, fields, bodyOf(['new'])),
            ];
            assert.deepEqual(
              [one.status, one.text, [...one.fields]],
              [two.status, two.text, [...two.fields]],
              `${method} ${target}`,
            );
          }
        }
      });
    }

    for (const [method, learnt] of [
      ['PUT', 409],
      ['POST', 409],
    ] as const) {
      it(`to ${method}, but that a name is taken`, async () => {
        for (const target of targets) {
          for (const fields of conditions) {
            const fresh = new TestFolder();
            try {
              const [one, two] = [
                await send(method, target, fields),
                await ask(fresh.router({ access: 'dropBox' }), method, target, fields, bodyOf(['new'])),
              ];
              if (one.status === two.status) assert.equal(one.text, two.text);
              else if (one.status === 409) assert.match(one.text, /That name is taken\./);
              else assert.ok([learnt, 412].includes(one.status), `${method} ${target}: ${one.status}, ${two.status}`);
            } finally {
              fresh.remove();
            }
          }
        }
        assert.deepEqual([text('photo.jpg'), text('dir/inner.txt'), text('.env')], ['old', 'inner', 'secret']);
        assert.deepEqual(readdirSync(folder.at('../outside')), ['o.txt']);
      });
    }
  });

  const numbered: readonly (readonly [promise: string, path: string, location: string])[] = [
    ['an ending', 'photo.jpg', 'photo%20%282%29.jpg'],
    ['none', 'dir', 'dir%20%282%29'],
    ['a link that leads out', 'out.txt', 'out%20%282%29.txt'],
    ['a link that leads nowhere', 'gone', 'gone%20%282%29'],
    ['a file in a folder', 'dir/inner.txt', 'dir/inner%20%282%29.txt'],
    ['a file in a folder by a link', 'in/inner.txt', 'in/inner%20%282%29.txt'],
  ];
  for (const [promise, path, location] of numbered) {
    it(`gives a taken name a number: ${promise}`, async () => {
      const answer = await send('POST', `/files/${path}`);
      assert.deepEqual([answer.status, answer.fields.get('location')], [201, `/files/${location}`]);
      assert.equal(text(decodeURIComponent(location)), 'new');
    });
  }

  it('counts on, however many there are, and keeps within what a name may be', async () => {
    for (let i = 2; i < 40; i++)
      assert.equal((await send('POST', '/files/photo.jpg')).fields.get('location'), `/files/photo%20%28${i}%29.jpg`);
    const long = `${'\u00e9'.repeat(125)}.jpg`;
    for (let i = 0; i < 3; i++) assert.equal((await send('POST', `/files/${encodeURIComponent(long)}`)).status, 201);
    assert.ok(readdirSync(folder.path).every((name) => Buffer.byteLength(name) <= 255));
    assert.equal(readdirSync(folder.path).filter((name) => name.startsWith('\u00e9')).length, 3);
  });

  it('gives uploads that come at the same time names of their own', async () => {
    const answers: Answer[] = [];
    const body = bodyOf(['a', 'b'], async (index) => {
      if (index === 1) answers.push(await send('POST', '/files/new.jpg'), await send('POST', '/files/new.jpg'));
    });
    answers.push(await ask(router, 'POST', '/files/new.jpg', {}, body));
    const locations = answers.map(({ fields }) => fields.get('location'));
    assert.deepEqual(locations.sort(), ['/files/new%20%282%29.jpg', '/files/new%20%283%29.jpg', '/files/new.jpg']);
  });

  it('finds another name at the end if the first was taken meanwhile; PUT is refused', async () => {
    for (const [method, status, location] of [
      ['POST', 201, '/files/late%20%282%29.jpg'],
      ['PUT', 409, undefined],
    ] as const) {
      const body = bodyOf(['new'], (index) => {
        if (index === 1) writeFileSync(folder.at('late.jpg'), 'theirs');
      });
      const answer = await ask(router, method, '/files/late.jpg', {}, body);
      assert.deepEqual([answer.status, answer.fields.get('location')], [status, location]);
      assert.equal(text('late.jpg'), 'theirs');
    }
  });

  it('takes forms, each of whose files gets a name of its own, and leads people back', async () => {
    const form = formOf('photo.jpg', 'b.txt', 'b.txt');
    const answer = await send('POST', '/files/', formType, form);
    assert.deepEqual(
      [answer.status, (JSON.parse(answer.text) as { location: string }[]).map(({ location }) => location)],
      [201, ['/files/photo%20%282%29.jpg', '/files/b.txt', '/files/b%20%282%29.txt']],
    );
    for (const path of ['/files', '/files/', '/files/q/', '/files/dir//a%20b/', '/files/a/../q/']) {
      const people = await send('POST', path, { ...formType, Accept: 'text/html' }, formOf('c.txt'));
      const page = new URL(people.fields.get('location') ?? '', `http://localhost${path}`).pathname;
      assert.deepEqual([people.status, page], [303, '/files/']);
    }
    const bad = await send('POST', '/files/', formType, formOf('d.txt', 'photo.jpg/x'));
    assert.equal(bad.status, 409);
    assert.match(bad.text, /That name is taken/);
    assert.ok(!readdirSync(folder.path).includes('d.txt'));
  });

  it('does not tell that a folder was there, and is gone', async () => {
    const begun = await send('POST', '/files/dir/new.txt', { 'Upload-Complete': '?0' }, 'one,');
    renameSync(folder.at('dir'), folder.at('away'));
    const fields = { 'Content-Type': 'application/partial-upload', 'Upload-Offset': '4', 'Upload-Complete': '?1' };
    const done = await send('PATCH', begun.fields.get('location') ?? '', fields, 'two');
    assert.deepEqual([done.status, done.text], [409, 'That name is taken.\n']);
  });

  it('takes resumable uploads, which are their client’s own', async () => {
    const begun = await send('POST', '/files/photo.jpg', { 'Upload-Complete': '?0' }, 'one,');
    const upload = begun.fields.get('location') ?? '';
    assert.match(upload, /^\/\.http-server\/uploads\/[0-9a-f]{32}$/);
    assert.equal((await send('HEAD', upload, {}, '')).fields.get('upload-offset'), '4');
    const fields = { 'Content-Type': 'application/partial-upload', 'Upload-Offset': '4', 'Upload-Complete': '?1' };
    const done = await send('PATCH', upload, fields, 'two');
    assert.deepEqual([done.status, done.fields.get('location')], [201, '/files/photo%20%282%29.jpg']);
    assert.deepEqual([text('photo (2).jpg'), text('photo.jpg')], ['one,two', 'old']);
  });

  it('ends the event streams of before', async () => {
    const audience = new Audience(new Live());
    const stream = audience.join(10);
    const registry = new UploadRegistry(new Uploads(folder.places));
    createRouter(folder.options({ access: 'dropBox' }), folder.root(), { registry, audience });
    let isOver = false;
    while (!isOver) isOver = (await stream.next()).done === true;
    assert.equal(audience.live.streams.size, 0);
  });
});
