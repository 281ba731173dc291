/** Where a file goes is judged by what is really there, and only folders that are missing are made for it. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mocks, systemError } from '../support/mocks';
import { knowsDescriptors } from '../../src/files/descriptor';
import * as ownCache from '../../src/files/writing/folderCache';
import type { MadeFolders } from '../../src/files/writing/madeFolders';
import * as ownRoot from '../../src/files/root';
import * as ownTarget from '../../src/files/writing/uploadTarget';
import type { Options } from '../../src/options';
import { loadedWithoutDescriptors } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';

const mocks = new Mocks();

const failure = (code: string): Error => systemError(code, 'access');

type Loaded = [typeof ownTarget, typeof ownRoot, typeof ownCache];
const numbered = loadedWithoutDescriptors(
  'files/writing/uploadTarget',
  'files/root',
  'files/writing/folderCache',
) as Loaded;

for (const [how, [{ UploadTarget, checkStorable }, { Root }, { holdFolder, letGo }]] of [
  ['as this platform has it', [ownTarget, ownRoot, ownCache] as Loaded],
  ['without paths for descriptors', numbered],
] as const) {
  describe(`where a file goes, ${how}`, () => {
    let folder: TestFolder;
    let descriptors: number | undefined;
    let held: ownTarget.UploadTarget[];
    const isByDescriptor = knowsDescriptors && UploadTarget === ownTarget.UploadTarget;

    beforeEach(() => {
      folder = new TestFolder().write('in/old.txt', 'old').write('in/no', 'no').write('../outside.txt', 'o');
      mkdirSync(folder.at('in/folder'));
      folder.link('link', 'in').link('file', 'in/old.txt').link('in/up', '../file');
      folder.link('out', '..').link('out.txt', '../outside.txt').link('gone', 'nowhere').link('loop', 'loop');
      held = [];
      descriptors = openDescriptors();
    });
    afterEach(() => {
      mocks.restore();
      for (const one of held) one.close();
      letGo();
      assert.equal(openDescriptors(), descriptors);
      folder.remove();
    });

    const rootOf = (options: Partial<Options> = {}): ownRoot.Root => new Root(folder.path, options.exclude ?? []);
    function reach(path: string, root = rootOf()): ownTarget.UploadTarget {
      const one = new UploadTarget(root, path === '' ? [] : path.split('/'));
      held.push(one);
      return one;
    }
    const fails = (path: string, expected: object, root = rootOf()): void => {
      assert.throws(() => reach(path, root), expected);
      letGo();
      assert.equal(openDescriptors(), descriptors);
    };
    const isHidden = { name: 'FileError', kind: 'hidden' };

    for (const [path, real, near, isThere] of [
      ['new.txt', 'new.txt', '', false],
      ['in/old.txt', 'in/old.txt', 'in', true],
      ['in/new.txt', 'in/new.txt', 'in', false],
      ['link/old.txt', 'in/old.txt', 'in', true],
      ['link/new.txt', 'in/new.txt', 'in', false],
      ['link/a/b/new.txt', 'in/a/b/new.txt', 'in', false],
      ['file', 'in/old.txt', 'in', true],
      ['in/up', 'in/old.txt', 'in', true],
      ['a/b/c', 'a/b/c', '', false],
      ['in/folder', 'in/folder', 'in', true],
    ] as const) {
      for (const isHeld of [false, true]) {
        it(`is found: ${path}${isHeld ? ', by the folder that is held' : ''}`, () => {
          const root = rootOf();
          const parents = path.split('/').slice(0, -1);
          if (isHeld && existsSync(folder.at(parents.join('/')))) holdFolder(root, parents).close();
          const one = reach(path, root);
          assert.deepEqual([one.real.join('/'), one.near.real.join('/')], [real, near]);
          assert.equal(one.found !== undefined, isThere);
          assert.equal(one.found?.ino, isThere ? fs.statSync(folder.at(path)).ino : undefined);
          assert.equal(one.isHeld, true);
          assert.equal(one.target, one.near.entry(real.split('/').at(-1) ?? ''));
          one.close();
          assert.equal(one.isHeld, false);
          assert.throws(() => one.near, { message: 'No folder is held.' });
        });
      }
    }

    for (const [promise, path, expected] of [
      ['that is the root', '', { kind: 'folder', message: 'The path is that of a folder.' }],
      ['behind a link that leads out', 'out/new.txt', isHidden],
      ['behind one, with new folders', 'out/a/b', isHidden],
      ['that is a link which leads out', 'out.txt', isHidden],
      ['that is a link to nothing', 'gone', isHidden],
      ['that is a link to itself', 'loop', isHidden],
      ['behind a link to nothing', 'gone/new.txt', { code: 'ENOENT' }],
      ['behind a link to itself', 'loop/new.txt', { code: 'ELOOP' }],
      ['in a file', 'in/old.txt/new.txt', { code: 'ENOTDIR' }],
      ['further down in a file', 'in/old.txt/a/new.txt', { code: 'ENOTDIR' }],
      ['that climbs', 'in/..', { kind: 'badPath' }],
    ] as const) {
      it(`is nowhere for one ${promise}, of which nothing stays open`, () => fails(path, expected));
    }

    it('is nowhere for what is excluded, by whichever way', () => {
      const root = rootOf({ exclude: ['in/no', 'in/secret'] });
      const isProtected = { name: 'FileError', kind: 'protected', message: 'That path may not be written.' };
      fails('in/no', isHidden, root);
      fails('link/no', isProtected, root);
      fails('link/secret', isProtected, root);
      fails('link/secret/deep/new', isHidden, root);
      folder.link('direct', 'in/no');
      fails('direct', isHidden, root);
      holdFolder(root, ['in']).close();
      fails('in/no', isHidden, root);
      holdFolder(root, ['link']).close();
      fails('link/no', isProtected, root);
    });

    it('is where a link led a moment before', () => {
      const root = rootOf();
      const real = fs.realpathSync.native.bind(fs.realpathSync);
      const mocked = mocks.method(fs.realpathSync, 'native', (path: string) =>
        path.endsWith('file') ? folder.at('in/gone.txt') : real(path),
      );
      const one = reach('file', root);
      mocked.mock.restore();
      assert.deepEqual([one.real, one.found], [['in', 'gone.txt'], undefined]);
    });

    it('is a link that is put there again and again', () => {
      mocks.method(fs.realpathSync, 'native', (path: string) => (path.endsWith('file') ? folder.at('link') : path));
      fails('file', { name: 'FileError', kind: 'busy', message: 'The file is being replaced.' });
    });

    it('may be a link of which the system tells no more', () => {
      const real = fs.realpathSync.native.bind(fs.realpathSync);
      let error = systemError('EACCES');
      mocks.method(fs.realpathSync, 'native', (path: string) => {
        if (!path.endsWith('file')) return real(path);
        throw error;
      });
      fails('file', isHidden);
      error = new Error('no');
      fails('file', { message: 'no' });
    });

    it('is what its folder calls it, where only a path is held', () => {
      const one = reach('in/old.txt');
      const real = mocks.method(fs.realpathSync, 'native');
      letGo();
      reach('in/old.txt');
      assert.equal(
        real.mock.calls.some(({ arguments: [path] }) => String(path).endsWith('old.txt')),
        !isByDescriptor,
      );
      one.close();
    });

    it('needs no more than a hundred new folders', () => {
      const deep = (count: number): string => [...Array.from({ length: count }, () => 'x'), 'new.txt'].join('/');
      const one = reach(deep(100));
      assert.equal(one.real.length, 101);
      one.close();
      fails(deep(101), { kind: 'badPath', message: 'The path needs too many new folders.' });
    });

    describe('may be replaced', () => {
      const access = (): { readonly calls: readonly { readonly arguments: unknown[] }[] } =>
        mocks.method(fs, 'accessSync', () => {
          throw failure('EACCES');
        }).mock;

      it('if nothing is there, or a file that is ours to write', function () {
        needsPosix(this);
        const asked = access();
        for (const path of ['new.txt', 'a/b', 'in/old.txt', 'file']) reach(path).allow();
        assert.equal(asked.calls.length, 0);
      });

      it('unless it is a folder', () => {
        const message = 'A folder, or a thing that is no file, has that name.';
        assert.throws(() => reach('in/folder').allow(), { kind: 'folder', message });
        assert.throws(() => reach('link').allow(), { kind: 'folder', message });
      });

      it('unless the system says that it is read-only, which is asked where its mode says so', function () {
        needsPosix(this);
        fs.chmodSync(folder.at('in/old.txt'), 0o466);
        const one = reach('in/old.txt');
        const asked = access();
        assert.throws(() => one.allow(), { code: 'EACCES' });
        assert.deepEqual(asked.calls[0]?.arguments, [one.target, fs.constants.W_OK]);
      });

      it('unless it is somebody else’s, and the system says so', function () {
        needsPosix(this);
        const real = fs.lstatSync.bind(fs) as (...args: unknown[]) => fs.Stats | undefined;
        mocks.method(fs, 'lstatSync', (...args: unknown[]) => {
          const stat = real(...args);
          return stat?.isFile() === true ? Object.assign(stat, { uid: stat.uid + 1 }) : stat;
        });
        const one = reach('in/old.txt');
        access();
        assert.throws(() => one.allow(), { code: 'EACCES' });
      });

      it('unless its folder calls it otherwise', () => {
        folder.write('in/LIST~1', 'x').write('in/GONE~1', 'x');
        const one = reach('in/LIST~1');
        one.allow();
        const open = fs.opendirSync.bind(fs);
        mocks.method(fs, 'opendirSync', (path: string, options: fs.OpenDirOptions) => {
          fs.rmSync(folder.at('in/GONE~1'));
          return open(path, options);
        });
        assert.throws(() => reach('in/GONE~1').allow(), isHidden);
      });
    });

    describe('takes a new entry', () => {
      it('unless the system refuses that', () => {
        const asked = mocks.method(fs, 'accessSync', () => {
          throw failure('EROFS');
        }).mock;
        const one = reach('in/a/new.txt');
        assert.throws(() => one.checkWritable(), { code: 'EROFS' });
        assert.deepEqual(asked.calls[0]?.arguments, [one.near.base, fs.constants.W_OK | fs.constants.X_OK]);
      });

      const long = 'é'.repeat(200);
      it('unless its name, or that of a folder, is longer than the file system takes', function () {
        needs(this, 'Linux, which counts octets', process.platform === 'linux');
        for (const path of [`in/${long}`, `in/${long}/new.txt`, `in/a/${long}/new.txt`])
          assert.throws(() => reach(path).checkWritable(), { code: 'ENAMETOOLONG' }, path);
      });

      it('whatever is there, and whatever is not', () => {
        for (const path of ['in/old.txt', 'in/new.txt', 'a/b/c']) reach(path).checkWritable();
        assert.equal(existsSync(folder.at('a')), false);
      });
    });

    describe('has folders made', () => {
      it('those that are missing, of which those alone are told that were', () => {
        const made: string[] = [];
        const one = reach('link/1/2/3/new.txt');
        mkdirSync(folder.at('in/1'));
        const before = openDescriptors();
        one.make(undefined, (folders) => {
          assert.equal(existsSync(folder.at('in/1/2')), false);
          made.push('begun');
          const add = folders.add.bind(folders);
          mocks.method(folders, 'add', (segments: readonly string[]) => {
            made.push(segments.join('/'));
            add(segments);
          });
        });
        assert.deepEqual(made, ['begun', 'in/1/2', 'in/1/2/3']);
        assert.deepEqual([one.mark.real, one.near.real], [['in', '1', '2', '3'], ['in']]);
        writeFileSync(one.target, 'new');
        assert.deepEqual(readdirSync(folder.at('in/1/2/3')), ['new.txt']);
        assert.equal(openDescriptors(), isByDescriptor && before !== undefined ? before + 1 : before);
        one.verify();
      });

      it('none if none is missing', () => {
        const one = reach('in/new.txt');
        one.make(undefined, () => assert.fail());
        assert.deepEqual(one.mark.real, ['in']);
      });

      it('not by way of what somebody has put there meanwhile', () => {
        const one = reach('1/2/new.txt');
        symlinkSync('..', folder.at('1'));
        const made: MadeFolders[] = [];
        assert.throws(() => one.make(undefined, (folders) => made.push(folders)), isHidden);
        assert.deepEqual([made.length, readdirSync(folder.outside).includes('2')], [1, false]);
      });
    });

    it('is made sure of where only a path is held', () => {
      const one = reach('in/new.txt');
      one.verify();
      fs.renameSync(folder.at('in'), folder.at('away'));
      if (isByDescriptor) one.verify();
      else assert.throws(() => one.verify(), { kind: 'busy' });
    });

    describe('is told beforehand', () => {
      const store = (path: string): void => checkStorable(rootOf(), path === '' ? [] : path.split('/'));
      /** Which folder the system is asked about, and what for. */
      const asked = (path: string): unknown[] => {
        let about: unknown[] = [];
        const refused = mocks.method(fs, 'accessSync', (base: string, mode: number) => {
          about = [fs.realpathSync(base), mode];
          throw failure('EROFS');
        }).mock;
        assert.throws(() => store(path), { code: 'EROFS' });
        refused.restore();
        return about;
      };

      it('wherever a file can be stored', () => {
        for (const path of ['', 'in', 'link', 'a/b/c', 'in/a/b']) store(path);
        letGo();
        assert.equal(openDescriptors(), descriptors);
      });

      it('as the last folder that is there says', function () {
        needsPosix(this);
        const rights = fs.constants.W_OK | fs.constants.X_OK;
        for (const [path, last] of [
          ['', ''],
          ['in', 'in'],
          ['in/a/b', 'in'],
          ['in/folder/a', 'in/folder'],
          ['link/folder', 'in/folder'],
          ['a/b', ''],
          [Array.from({ length: 200 }, () => 'x').join('/'), ''],
        ] as const)
          assert.deepEqual(asked(path), [join(folder.path, last), rights], path);
      });

      for (const [path, expected] of [
        ['out', isHidden],
        ['in/old.txt', { code: 'ENOTDIR' }],
        ['in/old.txt/a/b', { code: 'ENOTDIR' }],
        ['in/..', { kind: 'badPath' }],
      ] as const) {
        it(`not of ${path}`, () => assert.throws(() => store(path), expected));
      }

      it('of a link to nothing: no folder can be there', () => {
        mocks.method(fs, 'accessSync', () => assert.fail());
        store('gone');
        letGo();
      });
    });
  });
}
