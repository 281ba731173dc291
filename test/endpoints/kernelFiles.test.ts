/** F14: files that a kernel makes up tell a size that they do not have, and times at which they did not change. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { needs } from '../support/needs';
import { ask } from '../support/request';
import { TestFolder } from '../support/folder';

describe('F14: a file that a kernel makes up', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  for (const [promise, path, told] of [
    ['tells more than it has', '/sys/kernel/mm/transparent_hugepage/enabled', 4096],
    ['tells that it is empty', '/proc/sys/kernel/ostype', 0],
  ] as const) {
    for (const prefix of ['/', '/files/']) {
      it(`and that ${promise} is sent as it is, by ${prefix}`, async function () {
        needs(this, path, existsSync(path) && statSync(path).size === told);
        const router = folder.router({ directory: dirname(path) });
        const wanted = readFileSync(path, 'utf8');
        for (let i = 0; i < 2; i++) {
          const { status, text, fields } = await ask(router, 'GET', `${prefix}${basename(path)}`);
          assert.equal(status, 200);
          assert.equal(text, wanted);
          assert.equal(fields.get('last-modified'), undefined);
        }
      });
    }
  }

  it('and is too long to be read at once, its length not told, is refused', async function () {
    const path = '/proc/self/pagemap';
    needs(this, path, existsSync(path) && statSync(path).size === 0);
    const router = folder.router({ directory: `/proc/${process.pid}` });
    assert.equal((await ask(router, 'GET', '/pagemap')).status, 403);
  });
});
