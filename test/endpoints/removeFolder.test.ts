/** DELETE of a folder, by its slash, where there is no trash: only if nothing is in it. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { TestFolder } from '../support/folder';
import { ask, type Answer, type FieldTable } from '../support/request';

describe('DELETE of a folder', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder
      .write('a.txt', 'a')
      .write('full/x', 'x')
      .write('holds/.env', 's')
      .write('deep/a/b/.env', 's')
      .write('.git/c', 'c');
    for (const name of ['empty', 'one', '../elsewhere']) mkdirSync(folder.at(name));
    folder.link('in', 'empty').link('out', '../elsewhere').link('full2', 'full');
  });
  afterEach(() => {
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const remove = (path: string, fields: FieldTable = {}): Promise<Answer> =>
    ask(folder.router({ access: 'full' }), 'DELETE', `/files/${path}`, fields);

  const rows: readonly (readonly [promise: string, path: string, status: number])[] = [
    ['with nothing in it', 'empty/', 204],
    ['with something in it', 'full/', 409],
    ['that holds something excluded', 'holds/', 403],
    ['that holds something excluded, deep within', 'deep/', 403],
    ['that is excluded', '.git/', 403],
    ['without its slash', 'empty', 409],
    ['that is not there', 'none/', 404],
    ['that is a file', 'a.txt/', 404],
    ['that is served', '', 403],
    ['that is served, by dots', 'full/../', 403],
    ['that is behind a link out', 'out/', 403],
    ['out of the served one', '../elsewhere/', 400],
  ];
  for (const [promise, path, status] of rows) {
    it(`${promise}: ${status}`, async () => {
      const before = readdirSync(folder.outside, { recursive: true }).sort();
      const answer = await remove(path);
      assert.equal(answer.status, status, answer.text);
      assert.doesNotMatch(answer.text, /env/);
      const gone = status === 204 ? ['site/empty'] : [];
      assert.deepEqual(
        readdirSync(folder.outside, { recursive: true }).sort(),
        before.filter((path) => !gone.includes(String(path))),
      );
    });
  }

  it('of a link to one takes the link, and nothing of what it leads to', async () => {
    assert.equal((await remove('full2/')).status, 204);
    assert.deepEqual([existsSync(folder.at('full/x')), existsSync(folder.at('full2'))], [true, false]);
    assert.equal((await remove('in/')).status, 204);
    assert.ok(lstatSync(folder.at('empty')).isDirectory());
  });

  it('obeys preconditions', async () => {
    assert.equal((await remove('empty/', { 'If-None-Match': '*' })).status, 412);
    assert.equal((await remove('none/', { 'If-Match': '*' })).status, 404);
    assert.equal((await remove('empty/', { 'If-Match': '*' })).status, 204);
  });

  it('takes all of it, or nothing', async () => {
    assert.equal((await remove('empty/', { Depth: '0' })).status, 400);
    assert.equal((await remove('empty/', { Depth: 'infinity' })).status, 204);
  });
});
