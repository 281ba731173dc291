/** DELETE moves a file to the trash, where there is one. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MoveToTrash } from '../../src/endpoints/storing/removal';
import type { RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { needsPosix } from '../support/needs';

describe('DELETE where there is a trash', () => {
  let served: Served;
  let asked: string[];
  /** What the trash does with a file. */
  let trash: MoveToTrash;

  beforeEach(async () => {
    asked = [];
    trash = (path) => {
      renameSync(path, join(served.directory, '..', 'trashed'));
      return Promise.resolve(true);
    };
    const ask: MoveToTrash = (path, kind) => {
      asked.push(`${kind} ${path}`);
      return trash(path, kind);
    };
    served = await startServed(
      { access: 'full' },
      { trashTimeout: 100 },
      { trash: ask, advice: { trash: 'Turn it off so.' } },
    );
    mkdirSync(join(served.directory, 'a b'));
    writeFileSync(join(served.directory, 'a b/file'), 'content');
    writeFileSync(join(served.directory, '.env'), 'secret');
    writeFileSync(join(served.directory, '..', 'outside'), 'outside');
  });
  afterEach(() => served.stop());

  async function remove(path: string, ...fields: string[]): Promise<RawResponse> {
    const client = await served.client();
    await client.write([`DELETE /files/${path} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n'));
    return client.read();
  }

  const there = (): boolean => existsSync(join(served.directory, 'a b/file'));

  it('moves the file there', async () => {
    assert.equal((await remove('a%20b/file')).status, 204);
    assert.deepEqual(asked, [`file ${join(served.directory, 'a b', 'file')}`]);
    assert.equal(readFileSync(join(served.directory, '..', 'trashed'), 'utf8'), 'content');
    assert.equal((await remove('a%20b/file')).status, 404);
  });

  it('moves a folder there as one', async () => {
    assert.equal((await remove('a%20b/')).status, 204);
    assert.deepEqual(asked, [`folder ${join(served.directory, 'a b')}`]);
    assert.equal(readFileSync(join(served.directory, '..', 'trashed', 'file'), 'utf8'), 'content');
  });

  it('moves no folder there that holds anything excluded, and does not say what', async () => {
    writeFileSync(join(served.directory, 'a b', '.secret'), 'x');
    const { status, body } = await remove('a%20b/');
    assert.deepEqual([status, asked], [403, []]);
    assert.doesNotMatch(body.toString(), /secret/);
    assert.ok(there());
  });

  it('keeps a folder with something in it that the trash does not take', async () => {
    trash = () => Promise.resolve(false);
    assert.equal((await remove('a%20b/')).status, 409);
    assert.ok(there());
  });

  it('removes a file that the trash does not take', async () => {
    trash = () => Promise.resolve(false);
    assert.equal((await remove('a%20b/file')).status, 204);
    assert.deepEqual([asked.length, there()], [1, false]);
  });

  it('keeps a file that the trash did not take, and says so', async () => {
    trash = () => Promise.reject(new Error('broken'));
    const { status, body } = await remove('a%20b/file');
    assert.equal(status, 503);
    const said = 'It could not be moved to the trash, so it stays. Turn it off so.';
    assert.equal(body.toString(), `${said}\n`);
    const { reason, option } = await served.logged((event) => event.status === 503);
    assert.deepEqual([reason, option], [said, undefined]);
    assert.deepEqual([asked.length, there()], [1, true]);
  });

  it('removes nothing that has become another file while the trash was asked in vain', async () => {
    trash = (path) => {
      writeFileSync(path, 'another');
      return Promise.resolve(false);
    };
    const client = await served.client();
    await client.write('HEAD /files/a%20b/file HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const etag = /^ETag: (.*?)\r?$/m.exec((await client.read('HEAD')).head)?.[1] ?? '';
    assert.equal((await remove('a%20b/file', `If-Match: ${etag}`)).status, 412);
    assert.equal(readFileSync(join(served.directory, 'a b/file'), 'utf8'), 'another');
  });

  it('does not wait for ever: 503, and the file is left alone', async () => {
    trash = () => new Promise(() => undefined);
    const answer = await remove('a%20b/file');
    assert.deepEqual([answer.status, answer.body.toString()], [503, 'It could not be moved to the trash in time.\n']);
    assert.ok(there());
  });

  it('takes a link away itself: what it leads to stays', async function () {
    needsPosix(this);
    symlinkSync('a b/file', join(served.directory, 'link'));
    assert.equal((await remove('link')).status, 204);
    assert.deepEqual([asked, there(), readdirSync(served.directory).includes('link')], [[], true, false]);
  });

  const refused: readonly (readonly [promise: string, path: string, fields: readonly string[], status: number])[] = [
    ['is not there', 'gone', [], 404],
    ['is excluded', '.env', [], 403],
    ['is outside', '..%2foutside', [], 400],
    ['is outside, by a link', 'out', [], 403],
    ['is a folder', 'a%20b', [], 409],
    ['is not in the state that is asked for', 'a%20b/file', ['If-Match: "other"'], 412],
  ];
  for (const [promise, path, fields, status] of refused) {
    it(`does not ask it about what ${promise}: ${status}`, async function () {
      if (path === 'out') {
        needsPosix(this);
        symlinkSync('../outside', join(served.directory, 'out'));
      }
      assert.equal((await remove(path, ...fields)).status, status);
      assert.deepEqual([asked, there()], [[], true]);
    });
  }
});
