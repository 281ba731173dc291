/** When content in memory is provably the content of the file. */
import assert from 'node:assert/strict';
import type { BigIntStats } from 'node:fs';
import { lstatSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { openFile } from '../../src/files/reading/read';
import { sameVersion, SmallFile } from '../../src/files/reading/small';
import { fakeFile, type FakeFile } from '../support/disk/fakeFile';
import { TestFolder } from '../support/folder';

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
