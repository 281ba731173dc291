/** Where something is mounted, as far as the kernel tells. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { hasMounts, isLocal, mountPoints } from '../../src/files/mounts';
import { TestFolder } from '../support/folder';
import { needs, needsLinux, needsSuperuser } from '../support/needs';

describe('what is mounted', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder().write('plain/a.txt', 'a')));
  afterEach(() => folder.remove());

  it('is nothing in a folder on which nobody has mounted anything', () => {
    assert.equal(hasMounts(folder.path), false);
    assert.equal(hasMounts(folder.at('plain')), false);
  });

  it('is told of for the folder itself and those above', function () {
    needsLinux(this);
    assert.equal(hasMounts('/proc'), true);
    assert.equal(hasMounts('/'), true);
  });

  it('is told of whatever its name has in it', function () {
    needsLinux(this);
    needsSuperuser(this);
    const name = 'a b\tc\\d';
    mkdirSync(folder.at(name));
    const isMounted = spawnSync('mount', ['--bind', folder.at('plain'), folder.at(name)]).status === 0;
    try {
      needs(this, 'the right to mount', isMounted);
      assert.equal(hasMounts(folder.path), true);
      assert.equal(hasMounts(folder.at(name)), true);
      assert.equal(mountPoints().has(folder.at(name)), true);
      assert.equal(hasMounts(folder.at('plain')), false);
    } finally {
      spawnSync('umount', ['-l', folder.at(name)]);
    }
  });
});

describe('the file system of a path', () => {
  it('is of this machine where it is memory', function () {
    needs(
      this,
      'memory that is a file system',
      process.platform === 'linux' && statfsSync('/dev/shm').type === 0x01021994,
    );
    assert.equal(isLocal('/dev/shm'), true);
  });

  it('is not known to be, where the kernel makes it up, or nothing is there', () => {
    assert.equal(isLocal('/proc'), false);
    assert.equal(isLocal('/not/there'), false);
  });
});
