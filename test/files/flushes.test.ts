/** Folders are flushed together for all that is done in them, and what could not be flushed is not believed later. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { Folder } from '../../src/files/folder';
import { Flushes, markOf, type FolderMark } from '../../src/files/flushes';
import { pool } from '../../src/files/pool';
import { TestFolder } from '../support/folder';

describe('flushes of folders', () => {
  let folder: TestFolder;
  let flushes: Flushes;
  let count = 0;
  const run = pool.run.bind(pool);

  const mark = (path: string): FolderMark => {
    const held = Folder.open(folder.root(), path.split('/'));
    held.close();
    return markOf(held);
  };
  /** How many flushes `work` takes. */
  const flushesOf = async (work: () => unknown): Promise<number> => {
    count = 0;
    await work();
    return count;
  };

  beforeEach(() => {
    folder = new TestFolder();
    flushes = new Flushes();
    for (const path of ['a', 'a/b', 'c']) mkdirSync(folder.at(path));
    pool.run = async (work) => {
      count++;
      return run(work);
    };
  });
  afterEach(() => {
    pool.run = run;
    folder.remove();
  });

  it('are one for all that ask before it begins', async () => {
    await flushes.place(mark('a'));
    const together = (): Promise<unknown> => Promise.all(Array.from({ length: 20 }, () => flushes.place(mark('a'))));
    assert.equal(await flushesOf(together), 1);
  });

  it('are one more for all that ask while it goes on', async () => {
    await flushes.place(mark('a'));
    const inTurn = async (): Promise<void> => {
      const first = flushes.place(mark('a'));
      while (count === 0) await Promise.resolve();
      await Promise.all([first, ...Array.from({ length: 20 }, () => flushes.place(mark('a')))]);
    };
    assert.equal(await flushesOf(inTurn), 2);
  });

  it('are of those above, too, until these are known to list it', async () => {
    assert.equal(await flushesOf(() => flushes.place(mark('a/b'))), 3, 'a/b, a and the root');
    assert.equal(await flushesOf(() => flushes.place(mark('a/b'))), 1);
  });

  it('are of those above again for another folder of that name', async () => {
    await flushes.place(mark('a/b'));
    // It is still there, so that its number is not given anew.
    renameSync(folder.at('a/b'), folder.at('old'));
    mkdirSync(folder.at('a/b'));
    assert.equal(await flushesOf(() => flushes.place(mark('a/b'))), 3);
  });

  it('are of those above again once folders were moved', async () => {
    await flushes.place(mark('a/b'));
    flushes.forget();
    assert.equal(await flushesOf(() => flushes.place(mark('a/b'))), 3);
  });

  it('are refused of a folder in the place of another', async () => {
    const before = mark('c');
    rmdirSync(folder.at('c'));
    renameSync(folder.at('a'), folder.at('c'));
    await assert.rejects(flushes.place(before), { name: 'FileError', kind: 'busy' });
  });

  it('are not believed of a folder that could not be flushed, unless nothing of it was asked of the disk', async () => {
    const failure = (syscall: string): Error => Object.assign(new Error(syscall), { code: 'EIO', syscall });
    flushes.doubt(mark('a'), failure('open'));
    await flushes.place(mark('a'));
    flushes.doubt(mark('a'), failure('fsync'));
    await assert.rejects(flushes.place(mark('a')), { syscall: 'fsync' });
    await flushes.place(mark('c'));
  });
});
