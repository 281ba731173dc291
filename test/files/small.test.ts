/** When content in memory is provably the content of the file. */
import assert from 'node:assert/strict';
import type { BigIntStats } from 'node:fs';
import fs, { lstatSync, renameSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import type { Mock } from 'node:test';
import timers from 'node:timers/promises';
import { FileError } from '../../src/files/fileError';
import { OpenFile, openFile, smallSize } from '../../src/files/reading/read';
import { isSettled, readOrOpen, readOrOpenSettled, sameVersion, SmallFile } from '../../src/files/reading/small';
import { fakeFile, type FakeFile } from '../support/disk/fakeFile';
import { TestFolder } from '../support/folder';
import { Mocks, systemError } from '../support/mocks';
import { needsPosix } from '../support/needs';

const mocks = new Mocks();

describe('two states of a file', () => {
  const state = { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4n, ctimeNs: 5n } as BigIntStats;
  it('are the same if nothing differs', () => assert.equal(sameVersion(state, { ...state }), true));
  for (const name of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs']) {
    it(`are two if ${name} differs`, () => assert.equal(sameVersion(state, { ...state, [name]: 9n }), false));
  }
});

describe('a small file', () => {
  const read = (fake: FakeFile): SmallFile | undefined => SmallFile.read(fakeFile(fake), 1);

  it('that changed while it was read was not read', () => {
    assert.equal(read({ content: 'x', later: { mtimeNs: 1n } }), undefined);
    assert.equal(read({ content: 'x', later: { ctimeNs: 1n } }), undefined);
    assert.equal(read({ content: 'x', later: { size: 9n } }), undefined);
  });

  it('F14: that gave fewer octets than it tells, and did not change, is what it gave, and is read anew each time', () => {
    const file = read({ content: 'x', stat: { size: 5n } });
    assert.deepEqual([file?.bytes.toString(), file?.isTold, file?.isCurrent()], ['x', false, false]);
  });

  it('is the same as another only if the octets are', () => {
    const one = read({ content: 'one' });
    assert.ok(one !== undefined);
    assert.equal(one.hasSameContent(read({ content: 'one' }) ?? one), true);
    const two = read({ content: 'two' });
    assert.ok(two !== undefined);
    assert.equal(one.hasSameContent(two), false);
  });

  it('is another than one by another path, or of another version', () => {
    const one = read({ content: 'one' });
    assert.ok(one !== undefined);
    const moved = SmallFile.read(Object.assign(fakeFile({ content: 'one' }), { real: '/elsewhere' }), 1);
    const touched = read({ content: 'one', stat: { mtimeNs: 1n } });
    assert.ok(moved !== undefined && touched !== undefined);
    assert.deepEqual([one.hasSameContent(moved), one.hasSameContent(touched)], [false, false]);
  });

  it('whose length is not told is read to its end, unless that is too far', () => {
    const untold = (content: Buffer | undefined): SmallFile | undefined => {
      const readToEnd = (most: number): Buffer | undefined => {
        assert.equal(most, 1024 * 1024);
        return content;
      };
      return SmallFile.read(Object.assign(fakeFile({ content: '' }), { readToEnd }), 1);
    };
    assert.equal(untold(Buffer.from('told'))?.bytes.toString(), 'told');
    assert.throws(
      () => untold(undefined),
      (error) =>
        error instanceof FileError &&
        error.kind === 'denied' &&
        error.message === 'The file does not tell its length, and is too long.',
    );
  });

  describe('by its path', () => {
    let folder: TestFolder;
    const deep = 'd/sub/a.txt';
    beforeEach(() => {
      folder = new TestFolder().write(deep, 'a').write('top.txt', 't');
      // Long after whatever is written here.
      const now = Date.now;
      mocks.method(Date, 'now', () => now() + 10_000);
    });
    afterEach(() => {
      mocks.restore();
      assert.deepEqual(folder.opened(), []);
      folder.remove();
    });

    const at = (path: string): SmallFile => {
      const small = readOrOpen(folder.root(), path.split('/'));
      assert.ok(small instanceof SmallFile);
      assert.equal(small.isCurrent(), true);
      return small;
    };

    it('is not current if a folder above it was moved out, and is linked to', function () {
      needsPosix(this);
      for (const name of ['d/sub', 'd']) {
        const small = at(deep);
        renameSync(folder.at(name), folder.at('../moved'));
        folder.link(name, folder.at('../moved'));
        assert.equal(small.isCurrent(), false, name);
        unlinkSync(folder.at(name));
        renameSync(folder.at('../moved'), folder.at(name));
        assert.equal(small.isCurrent(), true, name);
      }
    });

    it('is current by a link as long as that leads to the same file at the same place', function () {
      needsPosix(this);
      folder.link('way', 'd').link('file', deep);
      const [one, other] = [at('way/sub/a.txt'), at('file')];
      assert.deepEqual([one.real, other.real], [folder.at(deep), folder.at(deep)]);
      renameSync(folder.at('d'), folder.at('e'));
      assert.deepEqual([one.isCurrent(), other.isCurrent()], [false, false]);
      unlinkSync(folder.at('way'));
      folder.link('way', 'e');
      assert.equal(one.isCurrent(), false);
      unlinkSync(folder.at('way'));
      renameSync(folder.at('e'), folder.at('d'));
      folder.link('way', 'd');
      assert.deepEqual([one.isCurrent(), other.isCurrent()], [true, true]);
      folder.write(deep, 'b');
      assert.deepEqual([one.isCurrent(), other.isCurrent()], [false, false]);
    });

    it('is not current while a later change might have the same time', () => {
      const { ctimeMs } = statSync(folder.at(deep));
      mocks.method(Date, 'now', () => Math.floor(ctimeMs));
      const small = readOrOpen(folder.root(), deep.split('/'));
      assert.ok(small instanceof SmallFile);
      assert.equal(small.isCurrent(), false);
    });

    it('is not current where the system does not tell', () => {
      const small = at(deep);
      mocks.method(fs, 'lstatSync', () => {
        throw systemError('EACCES');
      });
      assert.equal(small.isCurrent(), false);
    });

    it('is read if it is small, else open; none is a folder', () => {
      folder.write('just', Buffer.alloc(smallSize)).write('large', Buffer.alloc(smallSize + 1));
      assert.ok(readOrOpen(folder.root(), ['just']) instanceof SmallFile);
      const large = readOrOpen(folder.root(), ['large']);
      assert.ok(large instanceof OpenFile);
      large.close();
      assert.equal(readOrOpen(folder.root(), ['d']), undefined);
    });

    it('is read again if it changed meanwhile', () => {
      const readSync = fs.readSync as (...args: unknown[]) => number;
      let count = 0;
      mocks.method(fs, 'readSync', (...args: unknown[]) => {
        if (++count === 1) folder.write('top.txt', 'changed');
        return readSync(...args);
      });
      const small = readOrOpen(folder.root(), ['top.txt']);
      assert.ok(small instanceof SmallFile);
      assert.equal(small.bytes.toString(), 'changed');
    });

    it('that cannot be read is told of as what it means', () => {
      mocks.method(fs, 'readSync', () => {
        throw systemError('EIO');
      });
      assert.throws(
        () => readOrOpen(folder.root(), ['top.txt']),
        (error) => error instanceof FileError && error.kind === 'failed',
      );
    });
  });

  describe('that is too large to be read at once', () => {
    let folder: TestFolder;
    let waits: number[];
    let wait: Mock<(ms: number) => Promise<void>>;
    /** In milliseconds, after its last change. */
    let since: number;
    beforeEach(() => {
      folder = new TestFolder();
      write();
      waits = [];
      since = 0;
      mocks.method(Date, 'now', () => changed() + since);
      wait = mocks.method(timers, 'setTimeout', (ms: number) => {
        waits.push(ms);
        since += ms;
        return Promise.resolve();
      });
    });
    afterEach(() => {
      mocks.restore();
      folder.remove();
    });

    /** With a time that is told more finely than to the second. */
    function write(): void {
      do folder.write('large', Buffer.alloc(smallSize + 1));
      while (statSync(folder.at('large'), { bigint: true }).ctimeNs % 1_000_000_000n === 0n);
    }
    const changed = (): number => Math.floor(statSync(folder.at('large')).ctimeMs);
    const open = async (): Promise<OpenFile> => {
      const file = await readOrOpenSettled(folder.root(), ['large']);
      assert.ok(file instanceof OpenFile);
      file.close();
      return file;
    };

    const rows: readonly (readonly [since: number, waits: readonly number[]])[] = [
      [0, [22]],
      [20, [2]],
      [21, [1]],
      [22, []],
      [-1, []],
    ];
    for (const [after, expected] of rows) {
      it(`is open ${after} ms after its change once ${expected[0] ?? 'no'} ms have gone by`, async () => {
        since = after;
        const file = await open();
        assert.deepEqual([waits, after < 0 || isSettled(file.stat)], [expected, true]);
      });
    }

    it('is open in the end, though it changes again and again', async () => {
      wait.mock.mockImplementation((ms: number) => {
        waits.push(ms);
        write();
        return Promise.resolve();
      });
      await open();
      assert.deepEqual([waits, folder.opened()], [[22, 22, 22], []]);
    });

    it('is not waited for if it is small by then, or gone', async () => {
      folder.write('large', 'x');
      assert.ok((await readOrOpenSettled(folder.root(), ['large'])) instanceof SmallFile);
      assert.equal(await readOrOpenSettled(folder.root(), []), undefined);
      assert.deepEqual(waits, []);
    });
  });

  describe('is settled', () => {
    afterEach(() => mocks.restore());
    const fine = 1_000_000_000_123n;
    const whole = 1_000_000_001_000n;
    const rows: readonly (readonly [promise: string, modified: bigint, changed: bigint, last: number])[] = [
      ['a tick of the kernel after its change', fine, fine, Number(fine) + 21],
      ['after the later one of its two times', fine + 7n, fine, Number(fine) + 28],
      ['after the later one of its two times, the other way round', fine, fine + 7n, Number(fine) + 28],
      ['two seconds after what is told to the second', whole, whole, Number(whole) + 2001],
    ];
    for (const [promise, modified, at, last] of rows) {
      it(promise, () => {
        const stat = { mtimeNs: modified * 1_000_000n, ctimeNs: at * 1_000_000n } as BigIntStats;
        const now = mocks.method(Date, 'now', () => last);
        const settled = (): unknown[] => {
          const small = read({ content: 'x', stat: { mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs } });
          return [isSettled(stat), Reflect.get(small ?? {}, 'settled')];
        };
        assert.deepEqual(settled(), [false, false]);
        now.mock.mockImplementation(() => last + 1);
        assert.deepEqual(settled(), [true, true]);
      });
    }
  });

  describe('is trusted by its timestamps', () => {
    let folder: TestFolder;
    beforeEach(() => (folder = new TestFolder().write('a.txt', 'a')));
    afterEach(() => folder.remove());

    /** Whether a read of a file, last changed so many milliseconds ago, proves anything for later. */
    function isTrusted(ago: number, wholeSeconds = false): boolean {
      const changed = Date.now() - ago;
      const time =
        BigInt(wholeSeconds ? Math.floor(changed / 1000) * 1000 : changed) * 1_000_000n + (wholeSeconds ? 0n : 1n);
      const file = openFile(folder.root(), ['a.txt']);
      assert.ok(file !== undefined);
      file.close();
      // As if the file system had given these times.
      const stat = Object.assign(lstatSync(folder.at('a.txt'), { bigint: true }), { mtimeNs: time, ctimeNs: time });
      const { path, real } = file;
      const small = SmallFile.read(
        Object.assign(fakeFile({ content: 'a' }), { path, real, stat, restat: () => stat }),
        1,
      );
      assert.ok(small !== undefined);
      return Reflect.get(small, 'settled') as boolean;
    }

    const rows: readonly (readonly [promise: string, ago: number, wholeSeconds: boolean, expected: boolean])[] = [
      ['a second after the change', 1000, false, true],
      ['not within a tick of the clock', 5, false, false],
      ['not if the change is in the future', -60_000, false, false],
      ['not within two seconds, where the clock knows but seconds', 900, true, false],
      ['after more than two seconds, where the clock knows but seconds', 3500, true, true],
    ];
    for (const [promise, ago, wholeSeconds, expected] of rows) {
      it(promise, () => assert.equal(isTrusted(ago, wholeSeconds), expected));
    }

    it('and only for as long as the file is there, a file, and the same', async () => {
      const remember = async (): Promise<SmallFile> => {
        for (;;) {
          const file = openFile(folder.root(), ['a.txt']);
          assert.ok(file !== undefined);
          const small = SmallFile.read(file, 1);
          file.close();
          if (small?.isCurrent() === true) return small;
          await new Promise(setImmediate);
        }
      };
      let small = await remember();
      utimesSync(folder.at('a.txt'), 1, 1);
      assert.equal(small.isCurrent(), false);
      small = await remember();
      folder.write('a.txt', 'b');
      assert.equal(small.isCurrent(), false);
      small = await remember();
      unlinkSync(folder.at('a.txt'));
      assert.equal(small.isCurrent(), false);
      folder.write('a.txt/x', '');
      assert.equal(small.isCurrent(), false);
      assert.ok(statSync(folder.at('a.txt')).isDirectory());
    });
  });
});
