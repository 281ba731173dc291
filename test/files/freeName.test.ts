/** A name that nothing has is found in few looks, and looks like the one that is wanted. */
import assert from 'node:assert/strict';
import { freeName, freeSegments, isTaken } from '../../src/files/writing/freeName';
import { letGo } from '../../src/files/writing/folderCache';
import { openDescriptors, TestFolder } from '../support/folder';

describe('a free name', () => {
  const free = (name: string, ...taken: readonly string[]): string => freeName(name, (each) => taken.includes(each));
  const long = 'x'.repeat(251);

  for (const [promise, expected, name, ...taken] of [
    ['the one that is wanted', 'a.jpg', 'a.jpg', 'b.jpg'],
    ['the second', 'a (2).jpg', 'a.jpg', 'a.jpg'],
    ['the next one that is free', 'a (4).jpg', 'a.jpg', 'a.jpg', 'a (2).jpg', 'a (3).jpg'],
    ['numbered at its end without an ending', 'a (2)', 'a', 'a'],
    ['numbered before its last ending', 'a.tar (2).gz', 'a.tar.gz', 'a.tar.gz'],
    ['numbered at its end where a dot begins it', '.a (2)', '.a', '.a'],
    ['shortened before the number', `${'x'.repeat(247)} (2).jpg`, `${long}.jpg`, `${long}.jpg`],
    ['as long as can be', `${'x'.repeat(247)} (2).jpg`, `${'x'.repeat(247)}.jpg`, `${'x'.repeat(247)}.jpg`],
    ['shortened by whole characters', `${'é'.repeat(125)} (2)`, 'é'.repeat(127), 'é'.repeat(127)],
    ['shortened by what looks like one', `${'😀'.repeat(62)} (2)`, '😀'.repeat(63), '😀'.repeat(63)],
    [
      'numbered at its end if the ending is half of it',
      `a.${'y'.repeat(127)} (2)`,
      `a.${'y'.repeat(127)}`,
      `a.${'y'.repeat(127)}`,
    ],
    [
      'numbered before an ending that is less',
      `a (2).${'y'.repeat(126)}`,
      `a.${'y'.repeat(126)}`,
      `a.${'y'.repeat(126)}`,
    ],
    ['none for none', '', '', ''],
  ] as const) {
    it(`is ${promise}`, () => {
      assert.equal(free(name, ...taken), expected);
      assert.ok(Buffer.byteLength(expected) <= 255);
    });
  }

  for (const last of [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 1000]) {
    it(`is found in few looks where ${last} are taken`, () => {
      const taken = new Set(['a', ...Array.from({ length: last - 1 }, (_, i) => `a (${i + 2})`)]);
      let looks = 0;
      const name = freeName('a', (each) => {
        assert.ok(++looks <= 25, 'looks go on');
        return taken.has(each);
      });
      assert.equal(name, `a (${last + 1})`);
      assert.ok(looks <= 2 * Math.log2(last + 1) + 2, `${looks} looks`);
    });
  }

  describe('of a folder', () => {
    let folder: TestFolder;
    let descriptors: number | undefined;
    beforeEach(() => {
      folder = new TestFolder().write('in/a.txt', 'a').write('in/a (2).txt', 'b');
      descriptors = openDescriptors();
    });
    afterEach(() => {
      letGo();
      assert.equal(openDescriptors(), descriptors);
      folder.remove();
    });
    const nobody = (): boolean => false;
    const found = (path: string, isClaimed: (path: readonly string[]) => boolean = nobody): string =>
      freeSegments(folder.root(), path.split('/'), isClaimed).join('/');

    it('is none that something has, a link to nothing among it', () => {
      assert.deepEqual([found('in/a.txt'), found('in/b.txt')], ['in/a (3).txt', 'in/b.txt']);
      folder.link('in/b.txt', 'gone');
      assert.equal(found('in/b.txt'), 'in/b (2).txt');
    });

    it('is none that is claimed, by the real path', () => {
      folder.link('link', 'in');
      const claimed: string[] = [];
      const isClaimed = (path: readonly string[]): boolean => claimed.push(path.join('/')) === 1;
      assert.equal(found('link/new.txt', isClaimed), 'link/new (2).txt');
      assert.deepEqual(claimed, ['in/new.txt', 'in/new (2).txt']);
    });

    it('is the one that is wanted where the folder is not there, unless that is claimed', () => {
      assert.equal(found('gone/a.txt'), 'gone/a.txt');
      assert.equal(
        found('gone/a.txt', (path) => path.join('/') === 'gone/a.txt'),
        'gone/a (2).txt',
      );
    });

    it('is none for what may not be named', () => {
      assert.throws(() => found('in/..'), { kind: 'badPath' });
      assert.throws(() => freeSegments(folder.root({ exclude: ['gone'] }), ['gone', 'x'], nobody), { kind: 'hidden' });
      assert.throws(() => found('in/a.txt/b'), { code: 'ENOTDIR' });
    });

    it('is told from one that is taken', () => {
      const taken = (path: string): boolean => isTaken(folder.root(), path.split('/'));
      assert.deepEqual([taken('in/a.txt'), taken('in/b.txt'), taken('gone/a.txt')], [true, false, false]);
      folder.write('in/deep/c.txt', 'c');
      assert.deepEqual([found('in/deep/c.txt'), found('in/deep/d.txt')], ['in/deep/c (2).txt', 'in/deep/d.txt']);
      assert.deepEqual([taken('in/deep/c.txt'), taken('in/deep/d.txt')], [true, false]);
    });
  });
});
