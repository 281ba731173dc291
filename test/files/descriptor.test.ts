/** What was opened is judged by where it really is, whatever its path means by then. */
import assert from 'node:assert/strict';
import fs, { closeSync, fstatSync, openSync, renameSync, unlinkSync, type BigIntStats } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { giveBack, knowsDescriptors, locateDescriptor, persistently } from '../../src/files/descriptor';
import type * as Descriptors from '../../src/files/descriptor';
import { loadedWithoutDescriptors } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs } from '../support/needs';

const mocks = new Mocks();

const isHidden = { name: 'FileError', kind: 'hidden' };

describe('a descriptor', () => {
  let folder: TestFolder;
  const opened: number[] = [];
  beforeEach(() => {
    folder = new TestFolder().write('a/b.txt', 'b').write('other.txt', 'o');
  });
  afterEach(() => {
    for (const fd of opened.splice(0)) closeSync(fd);
    folder.remove();
  });

  function open(path: string): { readonly fd: number; readonly path: string; readonly stat: BigIntStats } {
    const fd = openSync(folder.at(path), 'r');
    opened.push(fd);
    return { fd, path: folder.at(path), stat: fstatSync(fd, { bigint: true }) };
  }

  describe('that was given back', () => {
    it('is closed', () => {
      const before = openDescriptors();
      giveBack(openSync(folder.at('other.txt'), 'r'));
      assert.equal(openDescriptors(), before);
    });

    it('is not ours any more, whatever the system says of that', () => {
      const close = fs.closeSync.bind(fs);
      const failing = mocks.method(fs, 'closeSync', (fd: number) => {
        close(fd);
        throw systemError('EIO');
      }).mock;
      giveBack(openSync(folder.at('other.txt'), 'r'));
      failing.restore();
    });

    it('is not given back again in silence', () => {
      const fd = openSync(folder.at('other.txt'), 'r');
      giveBack(fd);
      assert.throws(() => giveBack(fd), { code: 'EBADF' });
    });
  });

  describe('whose path the kernel tells', () => {
    before(function () {
      needs(this, '/proc', knowsDescriptors);
    });

    it('is where it was moved to', () => {
      const file = open('a/b.txt');
      renameSync(folder.at('a'), folder.at('moved'));
      const real = folder.at('moved/b.txt');
      assert.deepEqual(locateDescriptor(folder.root(), ['a', 'b.txt'], file), { real, inside: ['moved', 'b.txt'] });
    });

    it('is known by a mark once its file is gone', () => {
      const file = open('a/b.txt');
      unlinkSync(folder.at('a/b.txt'));
      const there = locateDescriptor(folder.root(), ['a', 'b.txt'], file);
      assert.deepEqual(there?.inside, ['a', 'b.txt (deleted)']);
    });

    it('is not to be read because its file is gone if its name was excluded', () => {
      const file = open('a/b.txt');
      unlinkSync(folder.at('a/b.txt'));
      assert.throws(() => locateDescriptor(folder.root({ exclude: ['a/b.txt'] }), ['link'], file), isHidden);
    });
  });

  describe('without paths for those', () => {
    const [loaded] = loadedWithoutDescriptors('files/descriptor') as [typeof Descriptors];
    const { locateDescriptor: locate, knowsDescriptors: knows } = loaded;

    it('is where its path leads', () => {
      assert.equal(knows, false);
      const there = locate(folder.root(), ['a', 'b.txt'], open('a/b.txt'));
      assert.deepEqual(there, { real: folder.at('a/b.txt'), inside: ['a', 'b.txt'] });
    });

    it('is nowhere if its path leads to another entry by now, whichever number tells them apart', () => {
      const { fd, path, stat } = open('a/b.txt');
      const others: Partial<BigIntStats>[] = [open('other.txt').stat, { ...stat, dev: stat.dev + 1n }];
      for (const other of others)
        assert.equal(locate(folder.root(), ['a', 'b.txt'], { fd, path, stat: other as BigIntStats }), undefined);
    });
  });
});

describe('what is being replaced', () => {
  it('is tried again until there is a result', () => {
    let calls = 0;
    assert.equal(
      persistently(() => (++calls === 8 ? 'there' : undefined)),
      'there',
    );
  });

  it('is given up after eight times', () => {
    let calls = 0;
    const never = (): undefined => {
      assert.ok(++calls <= 8);
    };
    const message = 'The file is being replaced again and again.';
    assert.throws(() => persistently(never), { name: 'FileError', kind: 'busy', message });
  });
});
