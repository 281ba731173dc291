/** An upload goes where it was to go when it began, or nowhere. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import type { Root } from '../../src/files/root';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import { Anchors } from '../../src/files/writing/anchors';
import { letGo } from '../../src/files/writing/folderCache';
import { UploadTarget } from '../../src/files/writing/uploadTarget';
import { WayToTarget } from '../../src/files/writing/wayToTarget';
import type { Storage } from '../../src/files/writing/write';
import { openDescriptors, TestFolder } from '../support/folder';

describe('the way of an upload', () => {
  let folder: TestFolder;
  let root: Root;
  let notes: Set<string>;
  let ways: WayToTarget[];
  let descriptors: number | undefined;
  beforeEach(() => {
    folder = new TestFolder().write('in/deep/old.txt', 'old').write('other/deep/old.txt', 'other');
    folder.link('link', 'in');
    root = folder.root();
    notes = new Set();
    ways = [];
    descriptors = openDescriptors();
  });
  afterEach(() => {
    for (const way of ways) way.leave();
    letGo();
    assert.equal(openDescriptors(), descriptors);
    folder.remove();
  });

  function wayTo(path: string, rename?: () => readonly string[]): WayToTarget {
    const segments = path.split('/');
    const leftovers = new Leftovers(() => undefined);
    const storage: Omit<Storage, 'staging'> = {
      root,
      leftovers,
      anchors: new Anchors(),
      journal: notes as never,
    };
    const way = new WayToTarget(storage as Storage, new UploadTarget(root, segments), segments, rename);
    ways.push(way);
    return way;
  }
  const isBusy = { name: 'FileError', kind: 'busy', message: 'The folder is being replaced.' };
  const isGone = { name: 'FileError', kind: 'noParent', message: 'The folder is gone.' };
  /** What was awaited: nothing is held but by its anchor. */
  const awaited = (): void => letGo();

  it('is looked at once while its folder is held', () => {
    const way = wayTo('link/deep/new.txt');
    assert.equal(way.path, 'in/deep/new.txt');
    assert.equal(way.hold(), way.hold());
    const first = way.hold();
    way.rest();
    assert.equal(first.isHeld, false);
    const second = way.hold();
    assert.notEqual(second, first);
    assert.deepEqual(second.real, ['in', 'deep', 'new.txt']);
  });

  it('is held by an anchor alone while something is awaited', () => {
    const way = wayTo('in/deep/new.txt');
    way.anchor();
    way.anchor();
    awaited();
    assert.deepEqual(folder.opened(), descriptors === undefined ? [] : [folder.at('in/deep')]);
    assert.equal(way.hold().found, undefined);
    way.leave();
    awaited();
    assert.deepEqual(folder.opened(), []);
  });

  describe('leads to another name', () => {
    const renamed = (): string[] => ['link', 'deep', 'old (2).txt'];

    it('if that is taken by now', () => {
      const way = wayTo('link/deep/new.txt', renamed);
      folder.write('in/deep/new.txt', 'somebody’s');
      const target = way.renew();
      assert.deepEqual([target.real, target.found], [['in', 'deep', 'old (2).txt'], undefined]);
      assert.equal(way.path, 'in/deep/old (2).txt');
      way.rest();
      assert.deepEqual(way.hold().real, ['in', 'deep', 'old (2).txt']);
    });

    it('unless it is free, or nobody wants that', () => {
      assert.deepEqual(wayTo('link/deep/new.txt', () => assert.fail()).renew().real, ['in', 'deep', 'new.txt']);
      const target = wayTo('link/deep/old.txt').renew();
      assert.deepEqual([target.real, target.found !== undefined], [['in', 'deep', 'old.txt'], true]);
    });
  });

  it('is looked at anew before the end', () => {
    const way = wayTo('in/deep/new.txt');
    folder.write('in/deep/new.txt', 'somebody’s');
    assert.equal(way.hold().found, undefined);
    assert.notEqual(way.renew().found, undefined);
  });

  for (const [promise, path, change, failure] of [
    [
      'a link leads elsewhere',
      'link/deep/new.txt',
      () => {
        unlinkSync(folder.at('link'));
        symlinkSync('other', folder.at('link'));
      },
      isBusy,
    ],
    [
      'a link leads further down',
      'link/new.txt',
      () => {
        unlinkSync(folder.at('link'));
        symlinkSync('in/deep', folder.at('link'));
      },
      isBusy,
    ],
    ['its folder is gone', 'in/deep/new.txt', () => rmSync(folder.at('in/deep'), { recursive: true }), isGone],
    ['those above are gone, too', 'in/deep/new.txt', () => rmSync(folder.at('in'), { recursive: true }), isGone],
    ['a link on it is gone', 'link/deep/new.txt', () => unlinkSync(folder.at('link')), isGone],
    [
      'another folder is in its place',
      'in/deep/new.txt',
      () => {
        renameSync(folder.at('in/deep'), folder.at('in/away'));
        mkdirSync(folder.at('in/deep'));
      },
      isBusy,
    ],
  ] as const) {
    it(`is at its end if ${promise}`, () => {
      const way = wayTo(path);
      way.anchor();
      awaited();
      change();
      assert.throws(() => way.hold(), failure);
      assert.throws(() => way.renew(), failure);
    });
  }

  it('is at its end if its folder is gone, anchored or not', () => {
    const way = wayTo('in/deep/new.txt');
    way.rest();
    awaited();
    assert.deepEqual(way.hold().real, ['in', 'deep', 'new.txt']);
    way.rest();
    awaited();
    rmSync(folder.at('in/deep'), { recursive: true });
    assert.throws(() => way.hold(), isGone);
  });

  it('goes by folders that somebody has made meanwhile', () => {
    const way = wayTo('a/b/new.txt');
    way.anchor();
    awaited();
    mkdirSync(folder.at('a'));
    assert.deepEqual(way.hold().real, ['a', 'b', 'new.txt']);
  });

  for (const [promise, end, isThere] of [
    ['stay', 'keep', true],
    ['go', 'undo', false],
  ] as const) {
    it(`has folders made, which ${promise}, and their note is taken back`, () => {
      const way = wayTo('a/b/new.txt');
      assert.deepEqual(way.make().mark.real, ['a', 'b']);
      assert.equal(notes.size, 1);
      way[end]();
      assert.equal(notes.size, 0);
      way.rest();
      assert.equal(existsSync(folder.at('a/b')), isThere);
    });
  }

  it('ends where no folder had to be made, too', () => {
    const way = wayTo('in/deep/new.txt');
    way.make();
    way.keep();
    way.undo();
    assert.deepEqual([notes.size, way.hold().near.real], [0, ['in', 'deep']]);
  });
});
