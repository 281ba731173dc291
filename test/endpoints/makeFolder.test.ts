/** MKCOL makes one folder, where there is one to make it in (RFC 4918 §9.3). */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import type { Endpoint } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, type Answer, type FieldTable } from '../support/request';

describe('MKCOL', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    mkdirSync(folder.at('../elsewhere'));
    folder.write('file.txt', 'x').write('dir/a.txt', 'a').write('.git/config', 'c');
    folder.link('out', '../elsewhere').link('in', 'dir').link('gone', 'nowhere');
    router = folder.router();
  });
  afterEach(() => {
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const make = (path: string, fields: FieldTable = {}, body = ''): Promise<Answer> =>
    ask(router, 'MKCOL', `/files/${path}`, fields, bodyOf(body === '' ? [] : [body]));

  const rows: readonly (readonly [promise: string, path: string, status: number, location?: string])[] = [
    ['a new folder', 'new/', 201, '/files/new/'],
    ['a new folder without its slash', 'new', 201, '/files/new/'],
    ['a new folder in another', 'dir/new/', 201, '/files/dir/new/'],
    ['a name with a blank and an umlaut', 'n%20%C3%BC/', 201, '/files/n%20%C3%BC/'],
    ['a folder by a link to its parent', 'in/new/', 201, '/files/in/new/'],
    ['a folder that is there', 'dir/', 405],
    ['a file that is there', 'file.txt', 405],
    ['the served folder', '', 405],
    ['a link that leads inside', 'in/', 405],
    ['a folder without a parent', 'a/b/', 409],
    ['a folder within a file', 'file.txt/b/', 409],
    ['an excluded name', '.hidden/', 403],
    ['a folder within an excluded one', '.git/new/', 403],
    ['a folder behind a link out', 'out/new/', 403],
    ['a link that leads out', 'out/', 403],
    ['a link that leads nowhere', 'gone/', 403],
    ['a path that climbs out', '../new/', 400],
    ['an encoded slash', 'a%2Fb/', 400],
    ['a malformed path', '%zz/', 400],
    ['a name that is too long', `${'x'.repeat(256)}/`, 400],
  ];
  for (const [promise, path, status, location] of rows) {
    it(`${promise}: ${status}`, async () => {
      const before = readdirSync(folder.outside, { recursive: true }).sort();
      const answer = await make(path);
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.fields.get('location'), location);
      if (status !== 201) assert.deepEqual(readdirSync(folder.outside, { recursive: true }).sort(), before);
      else assert.ok(statSync(folder.at(decodeURIComponent(path))).isDirectory());
    });
  }

  it('makes nothing behind a link that would be excluded where it really is', async () => {
    router = folder.router({ exclude: ['dir/hid*'] });
    assert.equal((await make('in/hidden/')).status, 403);
    assert.equal(existsSync(folder.at('dir/hidden')), false);
  });

  it('says what may be done with what is there', async () => {
    assert.equal(
      (await make('dir/')).fields.get('allow'),
      (await ask(router, 'OPTIONS', '/files/dir/')).fields.get('allow'),
    );
  });

  it('takes no content: 415', async () => {
    assert.equal((await make('new/', { 'Content-Type': 'application/xml' }, '<x/>')).status, 415);
    assert.equal(existsSync(folder.at('new')), false);
  });

  it('obeys preconditions', async () => {
    assert.equal((await make('dir/', { 'If-None-Match': '*' })).status, 412);
    assert.equal((await make('new/', { 'If-Match': '*' })).status, 412);
    assert.equal((await make('new/', { 'If-None-Match': '*' })).status, 201);
  });

  it('is seen at once: in lists, and by what is stored there', async () => {
    await ask(router, 'GET', '/files/');
    await make('new/');
    assert.match((await ask(router, 'GET', '/files/')).text, /"name":"new","type":"directory"/);
    assert.equal((await ask(router, 'PUT', '/files/new/x', {}, bodyOf(['x']))).status, 201);
  });
});
