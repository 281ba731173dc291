/** A folder that is held is the one that was looked at, by its descriptor or, where there are no paths for those, by its numbers. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, type BigIntStats } from 'node:fs';
import { knowsDescriptors } from '../../src/files/descriptor';
import * as ownFolder from '../../src/files/folder';
import type { Folder } from '../../src/files/folder';
import { loadedWithoutDescriptors } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs } from '../support/needs';

const [numbered] = loadedWithoutDescriptors('files/folder') as [typeof ownFolder];

for (const [how, module] of [
  ['as this platform holds it', ownFolder],
  ['without paths for descriptors', numbered],
] as const) {
  describe(`a held folder, ${how}`, () => {
    let folder: TestFolder;
    let held: Folder;
    let before: number | undefined;
    beforeEach(() => {
      folder = new TestFolder().write('a/b/c.txt', 'c').write('a/file.txt', 'f');
      before = openDescriptors();
      held = module.Folder.open(folder.root(), ['a', 'b']);
    });
    afterEach(() => {
      held.close();
      assert.equal(openDescriptors(), before);
      folder.remove();
    });

    const fails = (segments: readonly string[], code: string): void =>
      assert.throws(() => module.Folder.open(folder.root(), segments), { code });

    it('is here until another comes in its place', () => {
      assert.equal(held.isHere(), true);
      held.verify();
      renameSync(folder.at('a/b'), folder.at('a/old'));
      assert.equal(held.isHere(), false);
      mkdirSync(folder.at('a/b'));
      assert.equal(held.isHere(), false);
      assert.throws(() => held.verify(), { name: 'FileError', kind: 'busy', message: 'The folder is being replaced.' });
    });

    it('is here by its descriptor, where that is known, for not every file system keeps its numbers', () => {
      (held as { stat: BigIntStats }).stat = { dev: 0n, ino: 0n } as BigIntStats;
      assert.equal(held.isHere(), held.descriptor !== undefined);
    });

    it('is at its real path alone', () => {
      assert.equal(held.isAt(['a', 'b']), true);
      for (const segments of [['a'], ['a', 'c'], ['b', 'a'], ['a', 'b', 'c'], []])
        assert.equal(held.isAt(segments), false, segments.join('/'));
    });

    it('takes a new folder, and tells of one that is there', () => {
      assert.equal(held.make('new'), true);
      assert.equal(held.make('new'), false);
      assert.deepEqual(readdirSync(folder.at('a/b')), ['c.txt', 'new']);
      rmSync(folder.at('a/b'), { recursive: true });
      assert.throws(() => held.make('new'), { code: 'ENOENT' });
    });

    it('stays open until the last who holds it has closed it', () => {
      held.retain().close();
      assert.equal(held.isHere(), true);
      assert.equal(openDescriptors(), before === undefined || held.descriptor === undefined ? before : before + 1);
    });

    it('is reached by its path while that is wanted', () => {
      const base = held.base;
      held.usePath();
      assert.equal(held.base, folder.at('a/b'));
      held.useDescriptor();
      assert.equal(held.base, base);
    });

    it('is none of what is no folder, or not there', () => {
      fails(['a', 'file.txt'], 'ENOTDIR');
      if (held.descriptor === undefined)
        assert.throws(() => module.Folder.open(folder.root(), ['a', 'file.txt']), { message: 'It is no folder.' });
      fails(['gone'], 'ENOENT');
      assert.equal(openDescriptors(), before === undefined || held.descriptor === undefined ? before : before + 1);
    });

    it('is known by the numbers it had when it was opened', () => {
      const { dev, ino } = statSync(folder.at('a/b'), { bigint: true });
      assert.deepEqual([held.stat.dev, held.stat.ino], [dev, ino]);
    });
  });
}

describe('a held folder that is known by its numbers', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder().write('a/b.txt', 'b');
  });
  afterEach(() => folder.remove());

  it('is another if one of them is', () => {
    const held = numbered.Folder.open(folder.root(), ['a']);
    const change = held as { stat: BigIntStats };
    const { dev, ino } = held.stat;
    for (const stat of [
      { dev: dev + 1n, ino },
      { dev, ino: ino + 1n },
    ]) {
      change.stat = stat as BigIntStats;
      assert.equal(held.isHere(), false);
    }
  });

  it('tells of its entries by its path', () => {
    const held = numbered.Folder.open(folder.root(), ['a']);
    assert.deepEqual([held.descriptor, held.entry('b.txt')], [undefined, folder.at('a/b.txt')]);
    held.useDescriptor();
    assert.equal(held.base, folder.at('a'));
  });
});

describe('a folder that is excluded', () => {
  it('is not held', function () {
    needs(this, '/proc', knowsDescriptors);
    const folder = new TestFolder().write('a/b.txt', 'b');
    const before = openDescriptors();
    assert.throws(() => ownFolder.Folder.open(folder.root({ exclude: ['a'] }), ['a']), { kind: 'hidden' });
    folder.link('to', 'a');
    assert.throws(() => ownFolder.Folder.open(folder.root({ exclude: ['a'] }), ['to']), { kind: 'hidden' });
    assert.equal(openDescriptors(), before);
    folder.remove();
  });
});
