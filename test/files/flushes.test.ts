/** Folders are flushed together for all that is done in them, and what could not be flushed is not believed later. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, openSync, renameSync, rmdirSync, type NoParamCallback } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import { Folder } from '../../src/files/folder';
import { flushAndClose, Flushes, flushFile, markAt, markOf, type FolderMark } from '../../src/files/flushes';
import type * as FlushesModule from '../../src/files/flushes';
import { pool } from '../../src/files/pool';
import { loadedOn } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';

const mocks = new Mocks();

describe('flushes of folders', () => {
  let folder: TestFolder;
  let flushes: Flushes;
  let count = 0;
  let descriptors: number | undefined;
  const run = pool.run.bind(pool);

  /** What nobody but it looks at, for what is remembered of others is to be bounded. */
  const inside = (): {
    readonly known: Map<string, string>;
    readonly running: Map<string, unknown>;
    readonly next: Map<string, unknown>;
  } => flushes as never;
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
    descriptors = openDescriptors();
  });
  afterEach(async function () {
    pool.run = run;
    // One may fail while others go on.
    while (inside().running.size + inside().next.size > 0 && this.test?.timedOut !== true) await setImmediate();
    assert.equal(openDescriptors(), descriptors);
    folder.remove();
  });

  it('are one for all that ask before it begins', async () => {
    await flushes.place(mark('a'));
    const together = (): Promise<unknown> => Promise.all(Array.from({ length: 20 }, () => flushes.place(mark('a'))));
    assert.equal(await flushesOf(together), 1);
    assert.equal(inside().running.size, 0);
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
    const message = 'The folder is being replaced.';
    await assert.rejects(flushes.place(before), { name: 'FileError', kind: 'busy', message });
  });

  it('are not believed of a folder that could not be flushed, unless nothing of it was asked of the disk', async () => {
    flushes.doubt(mark('a'), systemError('EIO', 'open'));
    await flushes.place(mark('a'));
    flushes.doubt(mark('a'), systemError('EIO', 'fsync'));
    await assert.rejects(flushes.place(mark('a')), { syscall: 'fsync' });
    await flushes.place(mark('c'));
  });

  it('are each its own of folders that are not the same', async () => {
    await flushes.place(mark('a'));
    await flushes.place(mark('c'));
    assert.equal(await flushesOf(() => Promise.all([flushes.place(mark('a')), flushes.place(mark('c'))])), 2);
  });

  it('are of those above again if folders were moved meanwhile', async () => {
    const placed = flushes.place(mark('a/b'));
    flushes.forget();
    await placed;
    assert.equal(await flushesOf(() => flushes.place(mark('a/b'))), 3);
  });

  it('are not believed of a folder that is not known to be listed by those above', async () => {
    pool.run = async (work) => {
      const number = ++count;
      const result = await run(work);
      // The folder itself is the last.
      if (number === 2) throw systemError('EIO', 'fsync');
      return result;
    };
    count = 0;
    await assert.rejects(flushes.place(mark('a/b')), { syscall: 'fsync' });
    pool.run = run;
    await assert.rejects(flushes.place(mark('a/b')), { syscall: 'fsync' });
  });

  it('are known of the last thousand folders at most', async () => {
    const last = mark('c');
    for (let i = 0; i < 999; i++) inside().known.set(`/${i}`, '');
    await flushes.place(last);
    assert.equal(inside().known.size, 1000);
    assert.equal(await flushesOf(() => flushes.place(last)), 1);
    await flushes.place(mark('a'));
    assert.equal(inside().known.size, 1);
    assert.equal(await flushesOf(() => flushes.place(mark('a'))), 1);
  });

  it('are doubted of the last thousand folders at most, the oldest of which is forgotten first', async () => {
    const oldest = mark('a');
    const fault = systemError('EIO', 'fsync');
    flushes.doubt(oldest, fault);
    for (let i = 1n; i < 1000n; i++) flushes.doubt({ ...oldest, made: -i }, fault);
    await assert.rejects(flushes.place(oldest), fault);
    flushes.doubt({ ...oldest, made: -1000n }, fault);
    await flushes.place(oldest);
    await assert.rejects(flushes.place({ ...oldest, made: -1n }), fault);
  });

  it('of the server’s own folders are of those above, up to one that nobody has just made', async () => {
    const placed = (path: string, top: string): Promise<void> => flushes.placeOwn(folder.at(path), folder.at(top));
    assert.equal(await flushesOf(() => placed('a/b', '.')), 3, 'a/b, a and the root');
    assert.equal(await flushesOf(() => placed('a/b', '.')), 1);
    const { id, made } = mark('a/b');
    assert.equal(inside().known.get(folder.at('a/b')), `${id} ${made} ${folder.at('a/b')}`);
    assert.equal(await flushesOf(() => placed('a', 'a')), 1);
    const levels = folder.at('c').split('/').length;
    assert.equal(await flushesOf(() => placed('c', 'gone')), levels, 'all above, if that is none of them');
    await assert.rejects(placed('gone', '.'), { code: 'ENOENT' });
    renameSync(folder.at('a/b'), folder.at('old'));
    mkdirSync(folder.at('a/b'));
    assert.equal(await flushesOf(() => placed('a/b', '.')), 3, 'another folder of that name');
  });

  it('know a folder by what is at its path', () => {
    const root = folder.root();
    folder.write('file', '');
    const { id, made, real } = mark('a/b');
    assert.deepEqual(markAt(root, ['a', 'b']), { root, id, made, real });
    assert.deepEqual([markAt(root, ['file']), markAt(root, ['gone'])], [undefined, undefined]);
  });

  it('of files wait for their turn, and close them if that is wanted', async () => {
    folder.write('file', 'x');
    const fd = openSync(folder.at('file'), 'r+');
    assert.equal(await flushesOf(() => flushFile(fd)), 1);
    assert.equal(await flushesOf(() => flushAndClose(fd)), 1);
    await assert.rejects(flushFile(fd), { code: 'EBADF' });
    const another = openSync(folder.at('file'), 'r+');
    pool.run = () => Promise.reject(systemError('EIO', 'fsync'));
    await assert.rejects(flushAndClose(another), { code: 'EIO' });
  });

  /** What the system says when a folder is opened by its path, or flushed; nothing where it lets that be. */
  type Row = readonly [
    promise: string,
    platform: NodeJS.Platform,
    call: 'open' | 'fsync',
    code: string,
    passes: boolean,
  ];
  const rows: readonly Row[] = [
    ['are left out where a file system cannot do that', 'linux', 'fsync', 'EINVAL', true],
    ['are left out so on macOS, too', 'darwin', 'fsync', 'EINVAL', true],
    ['tell of a disk that fails', 'linux', 'fsync', 'EIO', false],
    ['tell of what may not be opened', 'darwin', 'open', 'EACCES', false],
    ['tell of a failed disk on Windows', 'win32', 'fsync', 'EIO', false],
    ['tell of what Windows cannot open', 'win32', 'open', 'EMFILE', false],
    ...['EPERM', 'EACCES', 'EISDIR'].map((code): Row => ['are left out on Windows', 'win32', 'open', code, true]),
    ...['EPERM', 'EACCES', 'EINVAL'].map((code): Row => ['are left out on Windows', 'win32', 'fsync', code, true]),
  ];
  for (const [promise, platform, call, code, passes] of rows) {
    it(`${promise}: ${code} of ${call}, ${platform}`, async () => {
      const fail = mocks.method(fs, call, (...args: unknown[]) =>
        (args.at(-1) as NoParamCallback)(systemError(code, call) as NodeJS.ErrnoException),
      );
      try {
        const [module] = loadedOn(platform, 'files/flushes') as [typeof FlushesModule];
        flushes = new module.Flushes();
        const placed = flushes.place(mark('a'));
        await (passes ? placed : assert.rejects(placed, { code, syscall: call }));
      } finally {
        fail.mock.restore();
      }
    });
  }

  it('of a folder that is held are of that one, whatever its path means', async () => {
    const open = mocks.method(fs, 'open');
    try {
      const [module] = loadedOn(process.platform, 'files/flushes') as [typeof FlushesModule];
      flushes = new module.Flushes();
      await flushes.place(mark('a/b'));
      assert.equal(open.mock.callCount() === 0, process.platform === 'linux');
    } finally {
      open.mock.restore();
    }
  });
});
