/** COPY stores a file once more, under another name, whole or not at all (RFC 4918 §9.8). */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { defaultLimits, type Access } from '../../src/options';
import { contentsOf } from '../support/disk/contents';
import { TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';
import { ask, makeRequest, respond, type Answer, type FieldTable } from '../support/request';

describe('COPY', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('a.txt', 'a').write('b.txt', 'b').write('dir/inner.txt', 'i').write('.env', 'secret');
    folder.write('../secret.txt', 'outside');
    mkdirSync(folder.at('empty'));
    folder.link('out.txt', '../secret.txt').link('out', '..').link('in.txt', 'a.txt').link('in', 'dir');
  });
  afterEach(() => {
    assert.equal(folder.left(), 0);
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const copy = (from: string, to: string, fields: FieldTable = {}, access: Access = 'readWrite'): Promise<Answer> =>
    ask(folder.router({ access }), 'COPY', `/files/${from}`, { Destination: to, ...fields });
  const all = (): string[] => contentsOf(folder.outside);

  const rows: readonly (readonly [promise: string, from: string, to: string, readWrite: number, full?: number])[] = [
    ['to a new name', 'a.txt', '/files/new.txt', 201],
    ['into a folder', 'a.txt', '/files/dir/new.txt', 201],
    ['into a folder by a link', 'a.txt', '/files/in/new.txt', 201],
    ['of what is behind a link to a folder', 'in/inner.txt', '/files/new.txt', 201],
    ['over another', 'a.txt', '/files/b.txt', 403, 204],
    ['onto itself', 'a.txt', '/files/a.txt', 403],
    ['over a folder', 'a.txt', '/files/dir', 409],
    ['to a folder’s path', 'a.txt', '/files/dir/', 409],
    ['without a parent', 'a.txt', '/files/none/new.txt', 409],
    ['with a file as its parent', 'a.txt', '/files/b.txt/new.txt', 409],
    ['of a folder', 'dir/', '/files/new/', 501],
    ['of a folder without its slash', 'dir', '/files/new', 501],
    ['of the served folder', '', '/files/new', 403],
    ['of what is not there', 'none', '/files/new.txt', 404],
    ['of a link', 'in.txt', '/files/new.txt', 403],
    ['over a link', 'b.txt', '/files/in.txt', 403],
    ['of a link that leads out', 'out.txt', '/files/new.txt', 403],
    ['of what is outside', 'out/secret.txt', '/files/new.txt', 403],
    ['to outside', 'a.txt', '/files/out/new.txt', 403],
    ['of what is excluded', '.env', '/files/new.txt', 403],
    ['to an excluded name', 'a.txt', '/files/.new', 403],
    ['to another server', 'a.txt', 'http://example.com/files/new.txt', 502],
    ['to a path that climbs out', 'a.txt', '/files/../new.txt', 400],
  ];
  for (const [promise, from, to, readWrite, full = readWrite] of rows) {
    for (const [access, status] of [
      ['readWrite', readWrite],
      ['full', full],
    ] as const) {
      it(`${promise}, ${access}: ${status}`, async () => {
        const before = all();
        const answer = await copy(from, to, {}, access);
        assert.equal(answer.status, status, answer.text);
        if (status >= 400) {
          assert.deepEqual(all(), before);
          assert.equal(readFileSync(folder.at('b.txt'), 'utf8'), 'b');
          return;
        }
        assert.equal(answer.fields.get('location'), status === 201 ? to : undefined);
        assert.equal((await ask(folder.router(), 'GET', to)).text, from.endsWith('inner.txt') ? 'i' : 'a');
        assert.equal(readFileSync(folder.at('a.txt'), 'utf8'), 'a');
        assert.deepEqual(answer.response.stored, [to.slice('/files/'.length).replace('in/', 'dir/')]);
      });
    }
  }

  it('replaces nothing that is not to be replaced, whatever it is: 412', async () => {
    for (const to of ['b.txt', 'dir', 'empty'])
      assert.equal(
        (await copy('a.txt', `/files/${to}`, { Overwrite: 'F' }, 'full')).status,
        to === 'b.txt' ? 412 : 409,
      );
    assert.equal((await copy('a.txt', '/files/new.txt', { Overwrite: 'F' })).status, 201);
  });

  it('lets nobody read or run a copy who may not read or run what it is of', async function () {
    needsPosix(this);
    for (const [mode, copied] of [
      [0o600, 0o600],
      [0o640, 0o640],
      [0o666, 0o666],
      [0o755, 0o755],
      // Whoever makes a file may write it.
      [0o444, 0o644],
      // What would lend the owner's rights.
      [0o4755, 0o755],
    ] as const) {
      chmodSync(folder.at('a.txt'), mode);
      const name = `copy-${mode.toString(8)}`;
      assert.equal((await copy('a.txt', `/files/${name}`)).status, 201);
      assert.equal(statSync(folder.at(name)).mode & 0o7777, folder.modeMade(copied), mode.toString(8));
    }
    chmodSync(folder.at('a.txt'), 0o600);
    chmodSync(folder.at('b.txt'), 0o644);
    assert.equal((await copy('a.txt', '/files/b.txt', {}, 'full')).status, 204);
    assert.equal(statSync(folder.at('b.txt')).mode & 0o7777, 0o644);
  });

  it('copies what the client has seen, or nothing', async () => {
    assert.equal((await copy('a.txt', '/files/new.txt', { 'If-Match': '"x"' })).status, 412);
    assert.equal(existsSync(folder.at('new.txt')), false);
  });

  it('says by which setting a copy would replace what is there', async () => {
    const answer = await copy('a.txt', '/files/b.txt');
    assert.deepEqual([answer.response.option, answer.text], ['access', 'A copy replaces nothing here.\n']);
  });

  it('copies no more than may be stored: 413', async () => {
    const router = folder.router({ limits: { ...defaultLimits, body: 2 } });
    folder.write('long.txt', 'abc');
    assert.equal((await ask(router, 'COPY', '/files/long.txt', { Destination: '/files/new.txt' })).status, 413);
    assert.equal((await ask(router, 'COPY', '/files/a.txt', { Destination: '/files/new.txt' })).status, 201);
    folder.write('long.txt', 'ab');
    assert.equal((await ask(router, 'COPY', '/files/long.txt', { Destination: '/files/new2.txt' })).status, 201);
  });

  it('copies megabytes octet for octet, and shows nothing before the end', async () => {
    const content = randomBytes(3 * 1024 * 1024 + 17);
    writeFileSync(folder.at('big'), content);
    const pending = copy('big', '/files/new');
    for (let i = 0; i < 3; i++) {
      await setImmediate();
      assert.equal(existsSync(folder.at('new')), false);
    }
    assert.equal((await pending).status, 201);
    const digest = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');
    assert.equal(digest(readFileSync(folder.at('new'))), digest(content));
  });

  for (const [promise, change] of [
    ['grows', () => appendFileSync(folder.at('big'), 'x')],
    ['shrinks', () => writeFileSync(folder.at('big'), 'x')],
    [
      'becomes another',
      () => {
        writeFileSync(folder.at('big'), Buffer.alloc(4 * 1024 * 1024, 'x'));
        // Its time may be the same, where the clock of the file system is slow.
        utimesSync(folder.at('big'), 1, 1);
      },
    ],
  ] as const) {
    it(`copies nothing of a file that ${promise} meanwhile: 503`, async () => {
      writeFileSync(folder.at('big'), Buffer.alloc(4 * 1024 * 1024));
      const pending = copy('big', '/files/new');
      while (folder.left() === 0 || statSync(folder.unfinished()[0] ?? '').size === 0) await setImmediate();
      change();
      assert.equal((await pending).status, 503);
      assert.equal(existsSync(folder.at('new')), false);
    });
  }

  it('ends with its client', async () => {
    writeFileSync(folder.at('big'), Buffer.alloc(4 * 1024 * 1024));
    const aborter = new AbortController();
    const request = { ...makeRequest('COPY', '/files/big', { Destination: '/files/new' }), signal: aborter.signal };
    const pending = respond(folder.router(), request);
    while (folder.left() === 0) await setImmediate();
    aborter.abort(new Error('gone'));
    await assert.rejects(pending, /gone/);
    assert.equal(existsSync(folder.at('new')), false);
  });
});
