/** Several files are put in their places, all or none, even if a rename fails half way. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Explain } from '../../src/files/writing/uploadGroup';
import { FileError } from '../../src/files/fileError';
import { Uploads } from '../../src/files/writing/uploads';
import type { Check } from '../../src/files/writing/write';
import { TestFolder } from '../support/folder';

const nothing: Check = () => undefined;
const explain: Explain = (error, { path }) => new Error(path, { cause: error });

describe('a group of uploads', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('a.txt', 'old a').write('b.txt', 'old b');
  });
  afterEach(() => folder.remove());

  const entries = (): unknown => (readdirSync(folder.path, { recursive: true }) as string[]).sort();
  const text = (path: string): string => readFileSync(folder.at(path), 'utf8');

  const storeAll = (paths: readonly string[], checkOf: (path: string) => Check) => {
    const uploads = new Uploads(folder.places);
    const root = folder.root();
    return uploads.storeAll(async (list) => {
      for (const path of paths) {
        const upload = uploads.begin({ root, segments: path.split('/'), check: checkOf(path) });
        list.push(upload);
        await upload.write(Buffer.from(`new ${path}`));
      }
    }, explain);
  };

  it('tells what was there before', async () => {
    assert.deepEqual(await storeAll(['a.txt', 'x/y.txt'], () => nothing), [
      { path: 'a.txt', created: false },
      { path: 'x/y.txt', created: true },
    ]);
    assert.deepEqual([text('a.txt'), text('x/y.txt')], ['new a.txt', 'new x/y.txt']);
    assert.deepEqual(entries(), ['a.txt', 'b.txt', 'x', 'x/y.txt']);
  });

  for (const failing of ['c.txt', 'x/y.txt', 'z.txt']) {
    it(`puts everything back if the rename to ${failing} fails, and tells that it was this one`, async () => {
      let calls = 0;
      // The last check of all: every file has been found to be replaceable by then.
      const last: Check = () => {
        if (++calls === 2) mkdirSync(folder.at(failing), { recursive: true });
      };
      const paths = ['a.txt', 'c.txt', 'x/y.txt', 'b.txt', 'z.txt', 'last.txt'];
      await assert.rejects(
        storeAll(paths, (path) => (path === 'last.txt' ? last : nothing)),
        ({ message, cause }: Error) => message === failing && cause instanceof FileError && cause.kind === 'folder',
      );
      const made = failing === 'x/y.txt' ? ['x', 'x/y.txt'] : [failing];
      assert.deepEqual(entries(), ['a.txt', 'b.txt', ...made]);
      assert.deepEqual([text('a.txt'), text('b.txt')], ['old a', 'old b']);
    });
  }
});
