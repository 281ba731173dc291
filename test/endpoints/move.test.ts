/** MOVE: one rename within the folder (RFC 4918 §9.9). */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Pace } from '../../src/files/pace';
import { move as moveNow } from '../../src/files/changing/move';
import { remove as removeNow } from '../../src/files/changing/remove';
import { lookThrough } from '../../src/files/changing/subtree';
import type { Endpoint } from '../../src/http/message/message';
import { contentsOf } from '../support/disk/contents';
import { TestFolder } from '../support/folder';
import { needs, needsLinux, needsOrdinaryUser } from '../support/needs';
import { ask, bodyOf, remembered, type Answer, type FieldTable } from '../support/request';

describe('MOVE', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('a.txt', 'a').write('b.txt', 'b').write('dir/inner.txt', 'i').write('dir/sub/deep.txt', 'd');
    folder.write('other/o.txt', 'o').write('.env', 'secret').write('holds/.env', 's').write('../secret.txt', 'outside');
    mkdirSync(folder.at('empty'));
    folder.link('out.txt', '../secret.txt').link('out', '..').link('in.txt', 'a.txt').link('in', 'dir');
    folder.link('gone', 'nowhere').link('abs.txt', folder.at('a.txt'));
    router = folder.router({ access: 'full' });
  });
  afterEach(() => {
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const move = (from: string, to: string, fields: FieldTable = {}): Promise<Answer> =>
    ask(router, 'MOVE', `/files/${from}`, { Destination: to, ...fields });

  const stays = async (status: number, act: () => Promise<Answer>): Promise<Answer> => {
    const before = contentsOf(folder.outside);
    const answer = await act();
    assert.equal(answer.status, status, answer.text);
    assert.deepEqual(contentsOf(folder.outside), before);
    return answer;
  };

  const moved: readonly (readonly [promise: string, from: string, to: string, status: number, location?: string])[] = [
    ['a file to a new name', 'a.txt', '/files/new.txt', 201, '/files/new.txt'],
    ['a file into a folder', 'a.txt', '/files/dir/a.txt', 201, '/files/dir/a.txt'],
    ['a file within its folder', 'dir/inner.txt', '/files/dir/new.txt', 201, '/files/dir/new.txt'],
    ['an absolute link, into a folder: the link', 'abs.txt', '/files/dir/abs.txt', 201, '/files/dir/abs.txt'],
    ['a file, by our own authority', 'a.txt', 'http://localhost/files/new.txt', 201, '/files/new.txt'],
    [
      'a file, by our own authority as others see it',
      'a.txt',
      'https://LOCALHOST:443/files/new.txt',
      201,
      '/files/new.txt',
    ],
    ['a file to an encoded name', 'a.txt', '/files/%C3%BC%20%25.txt', 201, '/files/%C3%BC%20%25.txt'],
    ['a file by dot segments within', 'a.txt', '/files/dir/../x/../new.txt', 201, '/files/new.txt'],
    ['a file over another', 'a.txt', '/files/b.txt', 204],
    ['a file over an empty folder', 'a.txt', '/files/empty', 204],
    ['a change of case', 'a.txt', '/files/A.txt', 201, '/files/A.txt'],
    ['a folder', 'dir/', '/files/new/', 201, '/files/new/'],
    ['a folder, to a path without the slash', 'dir/', '/files/new', 201, '/files/new/'],
    ['a folder into another', 'dir/', '/files/other/dir/', 201, '/files/other/dir/'],
    ['a folder over an empty one', 'dir/', '/files/empty/', 204],
    ['a link to a file: the link', 'in.txt', '/files/link.txt', 201, '/files/link.txt'],
    ['a link to a folder: the link', 'in/', '/files/link/', 201, '/files/link/'],
  ];
  for (const [promise, from, to, status, location] of moved) {
    it(`${promise}: ${status}`, async () => {
      const before = contentsOf(folder.path);
      const answer = await move(from, to);
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.fields.get('location'), location);
      const at = decodeURIComponent(join('/', new URL(to, 'http://localhost').pathname)).slice('/files/'.length);
      const [old, fresh] = [from.replace(/\/$/, ''), at.replace(/\/$/, '')];
      const kept = before.filter((line) => status === 201 || !line.startsWith(fresh));
      const rename = (line: string): string =>
        line === old || [' ', '/'].some((mark) => line.startsWith(old + mark)) ? fresh + line.slice(old.length) : line;
      assert.deepEqual(contentsOf(folder.path), kept.map(rename).sort());
      assert.deepEqual(answer.response.stored, from.endsWith('/') ? undefined : [fresh]);
    });
  }

  const refused: readonly (readonly [
    promise: string,
    from: string,
    to: string,
    status: number,
    fields?: FieldTable,
  ])[] = [
    ['what is not there', 'gone.txt', '/files/new.txt', 404],
    ['what is below a file', 'a.txt/x', '/files/new.txt', 404],
    ['a folder that is not there', 'gone/', '/files/new/', 403],
    ['no such folder', 'none/', '/files/new/', 404],
    ['a file as a folder', 'a.txt/', '/files/new/', 404],
    ['a folder without its slash', 'dir', '/files/new', 409],
    ['a file to a folder’s path', 'a.txt', '/files/new/', 409],
    ['the served folder', '', '/files/new/', 403],
    ['the served folder by dots', 'dir/../', '/files/new/', 403],
    ['onto the served folder', 'dir/', '/files/', 403],
    ['excluded', '.env', '/files/new.txt', 403],
    ['to an excluded name', 'a.txt', '/files/.new', 403],
    ['over an excluded file', 'a.txt', '/files/.env', 403],
    ['into an excluded folder', 'a.txt', '/files/.git/x', 403],
    ['a folder that holds anything excluded', 'holds/', '/files/new/', 403],
    ['a folder over another with something in it', 'dir/', '/files/other/', 412],
    ['a folder over a file', 'dir/', '/files/b.txt', 409],
    ['a link to a folder over a file', 'in/', '/files/b.txt', 409],
    ['a file over a folder with something in it', 'a.txt', '/files/dir', 412],
    ['a file onto itself', 'a.txt', '/files/a.txt', 403],
    ['a file onto itself by a link', 'dir/inner.txt', '/files/in/inner.txt', 403],
    ['a folder onto itself', 'dir/', '/files/dir/', 403],
    ['a folder into itself', 'dir/', '/files/dir/sub/dir/', 403],
    ['a folder into itself by a link', 'dir/', '/files/in/new/', 403],
    ['without a parent', 'a.txt', '/files/none/a.txt', 409],
    ['with a file as its parent', 'a.txt', '/files/b.txt/a.txt', 409],
    ['over something, where that is not wanted', 'a.txt', '/files/b.txt', 412, { Overwrite: 'F' }],
    ['over an empty folder, where that is not wanted', 'dir/', '/files/empty/', 412, { Overwrite: 'F' }],
    ['a link that leads out', 'out.txt', '/files/new.txt', 403],
    ['what is behind a link that leads out', 'out/secret.txt', '/files/new.txt', 403],
    ['over a link that leads out', 'a.txt', '/files/out.txt', 403],
    ['to behind a link that leads out', 'a.txt', '/files/out/new.txt', 403],
    ['to a link that leads nowhere', 'a.txt', '/files/gone', 403],
    ['a link that would lead elsewhere', 'in.txt', '/files/dir/in.txt', 409],
    ['without a Destination', 'a.txt', '', 400],
    ['to another server', 'a.txt', 'http://example.com/files/new.txt', 502],
    ['to another port', 'a.txt', 'http://localhost:81/files/new.txt', 502],
    ['to another scheme', 'a.txt', 'ftp://localhost/files/new.txt', 502],
    ['to an authority without a scheme', 'a.txt', '//localhost/files/new.txt', 502],
    ['to our authority with a user', 'a.txt', 'http://localhost@example.com/files/new.txt', 502],
    ['to a relative path', 'a.txt', 'new.txt', 400],
    ['to the site', 'a.txt', '/new.txt', 403],
    ['to another endpoint', 'a.txt', '/.http-server/uploads/x', 403],
    ['to a path with a query', 'a.txt', '/files/new.txt?x', 400],
    ['to a path with a fragment', 'a.txt', '/files/new.txt#x', 400],
    ['to a path with a blank', 'a.txt', '/files/new txt', 400],
    ['to a path that is not ASCII', 'a.txt', '/files/\u00fc', 400],
    ['to a path that climbs out', 'a.txt', '/files/../new.txt', 400],
    ['to a path that climbs out, encoded', 'a.txt', '/files/%2e%2e/%2e%2e/new.txt', 400],
    ['to a path that climbs out behind our authority', 'a.txt', 'http://localhost/files/../../new.txt', 400],
    ['to a path with an encoded slash', 'a.txt', '/files/x%2Fy', 400],
    ['to a path with a backslash', 'a.txt', '/files/..\\new.txt', 400],
    ['to a path with an encoded backslash', 'a.txt', '/files/..%5Cnew.txt', 400],
    ['to a path with a NUL', 'a.txt', '/files/x%00', 400],
    ['to a name that is too long', 'a.txt', `/files/${'x'.repeat(256)}`, 400],
    ['with an Overwrite that is none', 'a.txt', '/files/new.txt', 400, { Overwrite: 'X' }],
    ['with less than all of a folder', 'dir/', '/files/new/', 400, { Depth: '0' }],
    ['that fails its precondition', 'a.txt', '/files/new.txt', 412, { 'If-Match': '"x"' }],
    ['that fails its precondition, a folder', 'dir/', '/files/new/', 412, { 'If-None-Match': '*' }],
  ];
  for (const [promise, from, to, status, fields] of refused) {
    it(`${promise}: ${status}, and everything stays`, async () => {
      await stays(status, () => move(from, to, fields));
    });
  }

  it('says whether it would be onto itself or into itself', async () => {
    assert.match((await move('dir/', '/files/dir/')).text, /onto itself/);
    assert.match((await move('dir/', '/files/dir/sub/dir/')).text, /into itself/);
  });

  it('names nothing that is excluded', async () => {
    const answer = await stays(403, () => move('holds/', '/files/new/'));
    assert.doesNotMatch(answer.text, /env|holds/);
  });

  it('moves nothing to where it would be excluded', async () => {
    router = folder.router({ access: 'full', exclude: ['private/sub'] });
    await stays(403, () => move('dir/', '/files/private/'));
    router = folder.router({ access: 'full', exclude: ['private/sub/deep.*'] });
    await stays(403, () => move('dir/', '/files/private/'));
    assert.equal((await move('dir/', '/files/public/')).status, 201);
  });

  it('moves a file that may be replaced only if it is what the client has seen', async () => {
    const etag = (await ask(router, 'GET', '/files/a.txt')).fields.get('etag') ?? '';
    folder.write('a.txt', 'changed');
    await stays(412, () => move('a.txt', '/files/new.txt', { 'If-Match': etag }));
  });

  it('is known to what was remembered, of both paths', async () => {
    await remembered(router, '/files/a.txt');
    await remembered(router, '/files/b.txt');
    assert.equal((await move('a.txt', '/files/b.txt')).status, 204);
    assert.equal((await ask(router, 'GET', '/files/b.txt')).text, 'a');
    assert.equal((await ask(router, 'GET', '/files/a.txt')).status, 404);
  });

  it('leaves one of two names of one file', async () => {
    linkSync(folder.at('a.txt'), folder.at('twin.txt'));
    assert.equal((await move('a.txt', '/files/twin.txt')).status, 204);
    assert.deepEqual([existsSync(folder.at('a.txt')), readFileSync(folder.at('twin.txt'), 'utf8')], [false, 'a']);
  });

  it('leaves one of two names of one file that are the same in two folders', async () => {
    linkSync(folder.at('a.txt'), folder.at('dir/a.txt'));
    await stays(412, () => move('a.txt', '/files/dir/a.txt', { Overwrite: 'F' }));
    assert.equal((await move('a.txt', '/files/dir/a.txt')).status, 204);
    assert.deepEqual([existsSync(folder.at('a.txt')), readFileSync(folder.at('dir/a.txt'), 'utf8')], [false, 'a']);
  });

  it('replaces nothing that may not be written', async function () {
    needsOrdinaryUser(this);
    chmodSync(folder.at('b.txt'), 0o444);
    await stays(403, () => move('a.txt', '/files/b.txt'));
  });

  it('leaves one of two names of one file that differ in case only', async function () {
    needs(this, 'a file system that tells case apart', !existsSync(folder.at('A.TXT')));
    linkSync(folder.at('a.txt'), folder.at('A.TXT'));
    await stays(412, () => move('a.txt', '/files/A.TXT', { Overwrite: 'F' }));
    assert.equal((await move('a.txt', '/files/A.TXT')).status, 204);
    assert.deepEqual([existsSync(folder.at('a.txt')), readFileSync(folder.at('A.TXT'), 'utf8')], [false, 'a']);
  });

  it('ends an upload on its way into a folder that is moved: 409, and nothing comes again', async () => {
    const body = bodyOf(['x'], async (index) => {
      if (index === 1) assert.equal((await move('dir/', '/files/new/')).status, 201);
    });
    assert.equal((await ask(router, 'PUT', '/files/dir/late.txt', {}, body)).status, 409);
    assert.deepEqual([existsSync(folder.at('dir')), existsSync(folder.at('new/late.txt'))], [false, false]);
  });

  for (const what of ['a folder', 'a link to one'] as const) {
    it(`moves or removes nothing that has come into a folder’s place while that was looked through: ${what}`, async () => {
      const root = folder.root();
      const wish = { root, from: ['dir'], to: ['new'], isFolder: true, overwrite: false, check: () => undefined };
      const seen = await lookThrough(root, ['dir'], ['new'], await Pace.begin(new AbortController().signal));
      renameSync(folder.at('dir'), folder.at('../taken'));
      folder.write(what === 'a folder' ? 'dir/.env' : 'there/.env', 'secret');
      if (what !== 'a folder') folder.link('dir', 'there');
      const busy = { kind: 'busy', message: 'The folder is being replaced.' };
      assert.throws(() => moveNow(wish, seen), busy);
      assert.throws(() => removeNow({ ...wish, segments: ['dir'] }, seen), busy);
      assert.deepEqual([existsSync(folder.at('new')), readFileSync(folder.at('dir/.env'), 'utf8')], [false, 'secret']);
    });
  }

  it('looks into no link that has come into a folder’s place while that was looked through', async () => {
    const root = folder.root();
    for (let i = 0; i < 300; i++) mkdirSync(folder.at(`dir/sub/${i}`));
    const { signal } = new AbortController();
    const pace = await Pace.begin(signal);
    let calls = 0;
    const swapping = {
      signal,
      due: () => ++calls === 200,
      rest: () => {
        for (let i = 0; i < 300; i++) rmdirSync(folder.at(`dir/sub/${i}`));
        for (let i = 0; i < 300; i++) folder.link(`dir/sub/${i}`, '../../other');
        return pace.rest();
      },
    } as Pace;
    const busy = { kind: 'busy', message: 'The folder is being replaced.' };
    await assert.rejects(lookThrough(root, ['dir'], ['new'], swapping), busy);
    assert.ok(calls >= 200);
  });

  it('says that it may be tried again if a folder in it goes while it is looked through', async () => {
    const due = (): boolean => (rmSync(folder.at('dir/sub'), { recursive: true, force: true }), false);
    const busy = { kind: 'busy', message: 'The folder is changing.' };
    await assert.rejects(lookThrough(folder.root(), ['dir'], ['new'], { due } as Pace), busy);
  });

  it('moves or removes no folder with one in it whose name is not UTF-8: 409', async function () {
    needsLinux(this);
    const path = Buffer.from(`${folder.at('dir/sub')}/\xff`, 'latin1');
    mkdirSync(path);
    for (const act of [() => move('dir/', '/files/new/'), () => ask(router, 'DELETE', '/files/dir/')]) {
      const { status, text } = await act();
      assert.deepEqual([status, text], [409, 'A folder in it has a name that is not UTF-8.\n']);
    }
    rmdirSync(path);
  });

  it('does not enter a parent that was swapped for a link', async () => {
    // It leads to where the same names are, outside.
    folder.write('../trap/inner.txt', 'outside');
    renameSync(folder.at('dir'), folder.at('dir2'));
    folder.link('dir', '../trap');
    await stays(403, () => move('dir/inner.txt', '/files/new.txt'));
    await stays(403, () => move('a.txt', '/files/dir/a.txt'));
  });

  it('takes the folder’s times and modes along', async () => {
    const before = statSync(folder.at('dir/inner.txt'));
    await move('dir/', '/files/new/');
    const after = statSync(folder.at('new/inner.txt'));
    assert.deepEqual([after.mtimeMs, after.mode, after.ino], [before.mtimeMs, before.mode, before.ino]);
  });
});
