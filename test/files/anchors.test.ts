/** A folder that uploads are on their way to is known again, however many there are. */
import assert from 'node:assert/strict';
import type { Folder } from '../../src/files/folder';
import { Anchors } from '../../src/files/writing/anchors';

interface FakeFolder {
  path: string;
  descriptor: number | undefined;
  stat: { dev: bigint; ino: bigint };
  held: number;
  isThere: boolean;
}

/** As far as it is held. */
const fake = (path: string, other: Partial<FakeFolder> = {}): FakeFolder & Folder => {
  const folder = {
    ...{ path, descriptor: 3, stat: { dev: 1n, ino: 2n }, held: 1, isThere: true, ...other },
    isHere: () => folder.isThere,
    retain: () => {
      folder.held++;
      return folder;
    },
    close: () => folder.held--,
  };
  return folder as never;
};

describe('an anchor', () => {
  it('holds a folder once, until the last of its users has let go', () => {
    const anchors = new Anchors();
    const folder = fake('/a');
    const holds = Array.from({ length: 3 }, () => anchors.hold(folder));
    assert.equal(folder.held, 2);
    for (const { release } of holds.slice(1)) release();
    assert.equal(folder.held, 2);
    holds[0]?.release();
    assert.equal(folder.held, 1);
    anchors.hold(folder);
    assert.equal(folder.held, 2);
  });

  it('is one for all that come by another hold of the folder', () => {
    const anchors = new Anchors();
    const [first, second] = [fake('/a'), fake('/a')];
    anchors.hold(first);
    const { isHere, release } = anchors.hold(second);
    assert.equal(second.held, 1);
    first.isThere = false;
    assert.equal(isHere(fake('/a')), false);
    release();
    assert.equal(first.held, 2);
  });

  it('asks the folder that it holds, whatever numbers are there now', () => {
    const folder = fake('/a');
    const { isHere } = new Anchors().hold(folder);
    assert.equal(isHere(fake('/a', { stat: { dev: 7n, ino: 7n } })), true);
    folder.isThere = false;
    assert.equal(isHere(folder), false);
  });

  const byNumber = (anchors: Anchors, folder: Folder): void => {
    const { isHere, release } = anchors.hold(folder);
    assert.equal(isHere(fake('/x', { stat: { dev: 1n, ino: 2n } })), true);
    assert.equal(isHere(fake('/x', { stat: { dev: 1n, ino: 3n } })), false);
    assert.equal(isHere(fake('/x', { stat: { dev: 3n, ino: 2n } })), false);
    release();
  };

  it('compares numbers where there are no descriptors', () => {
    const folder = fake('/a', { descriptor: undefined });
    byNumber(new Anchors(), folder);
    assert.equal(folder.held, 1);
  });

  it('compares numbers of a folder that another has come in the place of', () => {
    const anchors = new Anchors();
    const [first, second] = [fake('/a'), fake('/a')];
    anchors.hold(first);
    first.isThere = false;
    byNumber(anchors, second);
    assert.deepEqual([first.held, second.held], [2, 1]);
  });

  it('compares numbers beyond 64 folders', () => {
    const anchors = new Anchors();
    const all = Array.from({ length: 65 }, (_, i) => fake(`/${i}`));
    const holds = all.slice(0, 64).map((each) => anchors.hold(each));
    byNumber(anchors, all[64] ?? assert.fail());
    assert.deepEqual(
      all.map(({ held }) => held),
      [...Array.from({ length: 64 }, () => 2), 1],
    );
    holds[0]?.release();
    anchors.hold(all[64] ?? assert.fail());
    assert.equal(all[64]?.held, 2);
  });
});
