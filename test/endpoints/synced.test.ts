/** With `sync`, whatever is stored, moved or removed waits for the disk before it is answered; without, nothing does. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Endpoint } from '../../src/http/message/message';
import { pool } from '../../src/files/pool';
import { TestFolder } from '../support/folder';
import { systemError } from '../support/mocks';
import { needsPosix } from '../support/needs';
import { ask, bodyOf, type FieldTable } from '../support/request';

interface Row {
  readonly promise: string;
  readonly method: string;
  readonly path: string;
  readonly fields?: FieldTable;
  readonly body?: string;
  readonly status: number;
  /** What is flushed: files, and folders that were not known to be found on the disk. */
  readonly flushes: number;
}

const form = ['a', 'b']
  .map((name) => `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${name}\r\n`)
  .join('');

const rows: readonly Row[] = [
  { promise: 'a new file: it and its folder', method: 'PUT', path: 'new.txt', body: 'new', status: 201, flushes: 2 },
  { promise: 'a replaced file: the same', method: 'PUT', path: 'old.txt', body: 'new', status: 204, flushes: 2 },
  { promise: 'POST: the same', method: 'POST', path: 'old.txt', body: 'new', status: 201, flushes: 2 },
  { promise: 'a file deeper down: those above, too', method: 'PUT', path: 'dir/a', body: 'a', status: 201, flushes: 3 },
  { promise: 'new folders: those above, too', method: 'PUT', path: 'x/y/a', body: 'a', status: 201, flushes: 4 },
  {
    promise: 'a form: each file, and their folder once',
    method: 'POST',
    path: 'dir/',
    fields: { 'Content-Type': 'multipart/form-data; boundary=x' },
    body: `${form}--x--\r\n`,
    status: 201,
    flushes: 4,
  },
  {
    promise: 'COPY: as a new file',
    method: 'COPY',
    path: 'old.txt',
    fields: { Destination: '/files/new.txt' },
    status: 201,
    flushes: 2,
  },
  {
    promise: 'MOVE: the file, and both folders',
    method: 'MOVE',
    path: 'old.txt',
    fields: { Destination: '/files/dir/new.txt' },
    status: 201,
    flushes: 4,
  },
  {
    promise: 'MOVE of a folder: those that it was in, and is in',
    method: 'MOVE',
    path: 'dir/',
    fields: { Destination: '/files/empty/moved/' },
    status: 201,
    flushes: 3,
  },
  { promise: 'DELETE: the folder', method: 'DELETE', path: 'old.txt', status: 204, flushes: 1 },
  { promise: 'DELETE of a folder: the one above', method: 'DELETE', path: 'empty/', status: 204, flushes: 1 },
  { promise: 'MKCOL: the folder above', method: 'MKCOL', path: 'made/', status: 201, flushes: 1 },
  { promise: 'MKCOL of what is there: nothing', method: 'MKCOL', path: 'dir/', status: 405, flushes: 0 },
  { promise: 'what is refused: nothing', method: 'DELETE', path: 'gone.txt', status: 404, flushes: 0 },
];

describe('with sync', () => {
  let folder: TestFolder;
  let router: Endpoint;
  let count = 0;
  const run = pool.run.bind(pool);

  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old').write('dir/inner.txt', 'inner').write('empty/x', '');
    rmSync(folder.at('empty/x'));
    router = folder.router({ access: 'full', sync: true });
    count = 0;
    pool.run = async (work) => {
      count++;
      return run(work);
    };
  });
  afterEach(async function () {
    pool.run = run;
    assert.equal(folder.left(), 0);
    // One flush may fail while others go on, which hold their folders.
    while (folder.opened().length > 0 && this.test?.timedOut !== true) await setImmediate();
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  for (const { promise, method, path, fields, body, status, flushes } of rows) {
    const content = body === undefined ? undefined : () => bodyOf([body]);
    const asked = (): ReturnType<typeof ask> => ask(router, method, `/files/${path}`, fields, content?.());
    it(`waits for ${promise}`, async () => {
      const answer = await asked();
      assert.equal(answer.status, status, answer.text);
      // Reading what is copied goes through the same pool where it is not prompt.
      assert.ok(method === 'COPY' ? count >= flushes : count === flushes, `${count} flushes`);
    });

    // What is copied may be read through the same pool.
    if (method === 'COPY') continue;
    it(`and without it not for ${promise}`, async () => {
      router = folder.router({ access: 'full' });
      const answer = await asked();
      assert.equal(answer.status, status, answer.text);
      assert.equal(count, 0);
    });
  }

  it('keeps the mode of what is replaced, and sets the time that is asked for', async function () {
    needsPosix(this);
    utimesSync(folder.at('old.txt'), 1, 1);
    const { mode } = statSync(folder.at('old.txt'));
    const { status } = await ask(router, 'PUT', '/files/old.txt', { 'X-OC-Mtime': '1000000000' }, bodyOf(['new']));
    assert.equal(status, 204);
    const now = statSync(folder.at('old.txt'));
    assert.deepEqual([now.mode, now.mtimeMs], [mode, 1e12]);
  });

  it('tells of a precondition that is met no more when the file is on the disk', async () => {
    const fields = { 'If-None-Match': '*' };
    const both = ['a', 'b'].map((content) => ask(router, 'PUT', '/files/new.txt', fields, bodyOf([content])));
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [201, 412]);
    assert.ok(['a', 'b'].includes(readFileSync(folder.at('new.txt'), 'utf8')));
  });

  /** As the disk does: the calls of these numbers, the first of which is 1, or all. */
  const fail = (...calls: readonly number[]): void => {
    let last = 0;
    pool.run = async (work) => {
      const number = ++last;
      const result = await run(work);
      if (calls.length > 0 && !calls.includes(number)) return result;
      throw systemError('EIO', 'fsync');
    };
  };
  const destination = { Destination: '/files/dir/new.txt' };

  it('takes nothing into a folder that nobody knows to be on the disk', async () => {
    fail();
    await assert.rejects(ask(router, 'MKCOL', '/files/made/'), { kind: 'failed' });
    pool.run = run;
    const put = (path: string): ReturnType<typeof ask> => ask(router, 'PUT', `/files/${path}`, {}, bodyOf(['x']));
    await assert.rejects(put('made/x'), { kind: 'failed' });
    assert.equal((await put('dir/x')).status, 201);
    assert.equal((await put('x')).status, 201);
  });

  it('tells of a folder that cannot be flushed, though another can', async () => {
    // The content comes first.
    fail(2);
    await assert.rejects(ask(router, 'MOVE', '/files/old.txt', destination), { kind: 'failed' });
  });

  it('flushes a file once more if what it replaces has another mode by then', async function () {
    needsPosix(this);
    pool.run = (work) => {
      if (++count === 1) chmodSync(folder.at('old.txt'), 0o600);
      return run(work);
    };
    assert.equal((await ask(router, 'PUT', '/files/old.txt', {}, bodyOf(['new']))).status, 204);
    assert.deepEqual([statSync(folder.at('old.txt')).mode & 0o777, count], [0o600, 3]);
  });

  it('moves nothing whose content cannot be flushed', async () => {
    fail();
    await assert.rejects(ask(router, 'MOVE', '/files/old.txt', destination), { kind: 'failed' });
    assert.deepEqual([existsSync(folder.at('old.txt')), existsSync(folder.at('dir/new.txt'))], [true, false]);
  });

  it('may be tried again if somebody clears away what is unfinished', async () => {
    const body = bodyOf(['a'], (index) => {
      if (index === 1) for (const path of folder.unfinished()) rmSync(path, { recursive: true });
    });
    assert.equal((await ask(router, 'PUT', '/files/new.txt', {}, body)).status, 503);
    assert.ok(!existsSync(folder.at('new.txt')));
  });
});
