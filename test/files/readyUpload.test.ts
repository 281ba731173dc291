/** A file takes its place for now, and stays or goes; what it replaces is there again then, and nothing is left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { Mocks, systemError } from '../support/mocks';
import { knowsDescriptors } from '../../src/files/descriptor';
import * as ownRoot from '../../src/files/root';
import * as ownUploads from '../../src/files/writing/uploads';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import type { PlacedUpload } from '../../src/files/writing/readyUpload';
import { restore } from '../../src/files/writing/restore';
import type { Upload } from '../../src/files/writing/write';
import { loadedWithoutDescriptors } from '../support/anotherPlatform';
import { firstUpload } from '../support/disk/firstUpload';
import { openDescriptors, openPaths, TestFolder } from '../support/folder';
import { needs, needsLinux, needsPosix, needsSuperuser } from '../support/needs';
import { soon } from '../support/soon';

const mocks = new Mocks();

const nothing = (): void => undefined;

const [numberedUploads, numberedRoot] = loadedWithoutDescriptors('files/writing/uploads', 'files/root') as [
  typeof ownUploads,
  typeof ownRoot,
];

for (const [how, { Uploads }, { Root }] of [
  ['as this platform has it', ownUploads, ownRoot],
  ['without paths for descriptors', numberedUploads, numberedRoot],
] as const) {
  describe(`a file that is ready for its place, ${how}`, () => {
    let folder: TestFolder;
    let uploads: ownUploads.Uploads;
    let root: ownRoot.Root;
    let begun: Upload[];
    let descriptors: number | undefined;

    before(firstUpload);
    beforeEach(() => {
      folder = new TestFolder();
      folder.write('old.txt', 'old').write('dir/old.txt', 'old');
      root = new Root(folder.path, []);
      uploads = new Uploads(folder.places);
      begun = [];
      descriptors = openDescriptors();
    });
    afterEach(async () => {
      mocks.restore();
      for (const upload of begun) upload.discard();
      await soon(uploads.end());
      assert.equal(openDescriptors(), descriptors);
      assert.equal(folder.left(), 0);
      folder.remove();
    });

    const text = (path: string): string => readFileSync(folder.at(path), 'utf8');
    const entries = (): string[] => (readdirSync(folder.path, { recursive: true }) as string[]).sort();
    const untouched = ['dir', 'dir/old.txt', 'old.txt'];

    async function begin(path: string): Promise<Upload> {
      const upload = uploads.begin({ root, segments: path.split('/'), check: nothing });
      begun.push(upload);
      await upload.write(Buffer.from('new'));
      return upload;
    }
    /** For whoever was placed, it is over. */
    const end = (upload: Upload): unknown => begun.splice(begun.indexOf(upload), 1);
    async function place(path: string): Promise<{ readonly upload: Upload; readonly placed: PlacedUpload }> {
      const upload = await begin(path);
      return { upload, placed: upload.ready().place() };
    }

    for (const [path, created] of [
      ['old.txt', false],
      ['new.txt', true],
      ['dir/old.txt', false],
      ['a/b/new.txt', true],
    ] as const) {
      it(`stays: ${path}`, async () => {
        const upload = await begin(path);
        const ready = upload.ready();
        assert.deepEqual(ready.stored, { created, path });
        const placed = ready.place();
        assert.equal(text(path), 'new');
        const parents = path.split('/').slice(0, -1);
        assert.deepEqual([placed.folder.root, placed.folder.real], [root, parents]);
        placed.commit();
        end(upload);
        assert.equal(text(path), 'new');
        assert.equal(folder.left(), 0);
      });

      it(`goes: ${path}`, async () => {
        const { upload, placed } = await place(path);
        placed.revert();
        upload.discard();
        end(upload);
        assert.deepEqual(entries(), untouched);
        assert.deepEqual([text('old.txt'), text('dir/old.txt')], ['old', 'old']);
      });

      it(`takes its place at once: ${path}`, async () => {
        const upload = await begin(path);
        assert.deepEqual(upload.ready().commit(), { created, path });
        end(upload);
        assert.equal(text(path), 'new');
      });
    }

    it('holds no folder while it is in its place for now, but the one that was there when it began', async () => {
      const { upload, placed } = await place('a/b/new.txt');
      await Promise.resolve();
      assert.deepEqual(
        folder.opened().filter((path) => path !== folder.path),
        [],
      );
      placed.commit();
      end(upload);
    });

    it('is closed', async () => {
      const upload = await begin('new.txt');
      upload.ready().rest();
      await Promise.resolve();
      assert.deepEqual(
        openPaths().filter((path) => path.endsWith('.tmp')),
        [],
      );
    });

    it('has the mode of what it replaces, and the time that its client says', async function () {
      needsPosix(this);
      chmodSync(folder.at('old.txt'), 0o604);
      const upload = await begin('old.txt');
      upload.modified = 1e12;
      upload.finish();
      end(upload);
      const { mode, mtimeMs } = statSync(folder.at('old.txt'));
      assert.deepEqual([mode & 0o777, mtimeMs], [0o604, 1e12]);
    });

    describe('has what it replaces under a second name', () => {
      const second = (): string[] => folder.unfinished().filter((path) => statSync(path).isFile());

      it('which is the same file', async () => {
        const { ino } = statSync(folder.at('old.txt'));
        const { upload, placed } = await place('old.txt');
        assert.deepEqual(
          second().map((path) => statSync(path).ino),
          [ino],
        );
        placed.commit();
        end(upload);
      });

      for (const code of ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']) {
        it(`or is a copy: ${code}`, async () => {
          mocks.method(fs, 'linkSync', () => {
            throw systemError(code, 'link');
          });
          const { upload, placed } = await place('old.txt');
          assert.deepEqual(
            second().map((path) => readFileSync(path, 'utf8')),
            ['old'],
          );
          placed.revert();
          upload.discard();
          end(upload);
          assert.equal(text('old.txt'), 'old');
        });
      }

      for (const [promise, method, syscall, code] of [
        ['or does not take its place', 'linkSync', 'link', 'EIO'],
        ['which goes if the file cannot take its place', 'renameSync', 'rename', 'EIO'],
      ] as const) {
        it(promise, async () => {
          const upload = await begin('old.txt');
          const ready = upload.ready();
          const failing = mocks.method(fs, method, () => {
            throw systemError(code, syscall);
          }).mock;
          assert.throws(() => ready.place(), { name: 'FileError', kind: 'failed' });
          failing.restore();
          if (method === 'linkSync') assert.equal(failing.callCount(), 1);
          assert.deepEqual([text('old.txt'), second().length], ['old', 1]);
        });
      }
    });

    describe('is taken back', () => {
      it('unless somebody else has put another there: then what was there before goes, too', async () => {
        const { upload, placed } = await place('old.txt');
        // The number of the first is not given anew as long as it is there.
        renameSync(folder.at('old.txt'), folder.at('dir/kept'));
        writeFileSync(folder.at('old.txt'), 'mine');
        placed.revert();
        upload.discard();
        end(upload);
        assert.equal(text('old.txt'), 'mine');
      });

      it('unless somebody has taken it away', async () => {
        for (const path of ['old.txt', 'new.txt']) {
          const { upload, placed } = await place(path);
          unlinkSync(folder.at(path));
          placed.revert();
          upload.discard();
          end(upload);
          assert.equal(existsSync(folder.at(path)), false);
        }
      });

      it('unless somebody has taken its folder away, or a file is there', async () => {
        for (const replace of [nothing, () => writeFileSync(folder.at('dir'), 'mine')]) {
          const { upload, placed } = await place('dir/old.txt');
          rmSync(folder.at('dir'), { recursive: true });
          replace();
          placed.revert();
          upload.discard();
          end(upload);
          assert.equal(folder.left(), 0);
          rmSync(folder.at('dir'), { force: true });
          folder.write('dir/old.txt', 'old');
        }
      });

      it('as soon as the system lets it', async () => {
        const { upload, placed } = await place('old.txt');
        mocks.method(fs, 'renameSync', () => {
          throw systemError('EIO', 'rename');
        });
        placed.revert();
        assert.equal(text('old.txt'), 'new');
        mocks.restore();
        upload.discard();
        end(upload);
        await soon(uploads.end());
        assert.equal(text('old.txt'), 'old');
      });
    });

    it('is taken back in a folder on which another of the same file system is mounted', async function () {
      needsLinux(this);
      needsSuperuser(this);
      folder.write('../elsewhere/old.txt', 'old');
      const isMounted = spawnSync('mount', ['--bind', folder.at('../elsewhere'), folder.at('dir')]).status === 0;
      try {
        needs(this, 'the right to mount', isMounted);
        const { upload, placed } = await place('dir/old.txt');
        assert.equal(text('dir/old.txt'), 'new');
        placed.revert();
        upload.discard();
        end(upload);
        assert.equal(text('dir/old.txt'), 'old');
      } finally {
        spawnSync('umount', ['-l', folder.at('dir')]);
      }
    });

    describe('is not put in the place of another of its form', () => {
      it('that has the same name', async () => {
        for (const path of ['new.txt', 'old.txt']) {
          const [first, second] = [await begin(path), await begin(path)];
          const [ready, other] = [first.ready(), second.ready()];
          for (const one of [ready, other]) one.rest();
          const placed = ready.place();
          const message = 'Two of the files have the same name here.';
          assert.throws(() => other.place(), { name: 'FileError', kind: 'badPath', message });
          placed.revert();
        }
      });

      it('whose folder has it', async () => {
        const [first, second] = [await begin('new/file.txt'), await begin('new')];
        const [ready, other] = [first.ready(), second.ready()];
        for (const one of [ready, other]) one.rest();
        const placed = ready.place();
        assert.throws(() => other.place(), { name: 'FileError', kind: 'folder' });
        placed.revert();
      });
    });

    it('is not there any more if somebody has cleared it away', async () => {
      const upload = await begin('old.txt');
      for (const path of folder.unfinished()) rmSync(path, { recursive: true });
      const message = 'Somebody has removed what was unfinished.';
      assert.throws(() => upload.ready().commit(), { name: 'FileError', kind: 'busy', message });
      assert.equal(text('old.txt'), 'old');
    });

    it('follows a link to a file, which stays', async function () {
      needsPosix(this);
      symlinkSync('old.txt', folder.at('link'));
      const { upload, placed } = await place('link');
      assert.deepEqual([text('old.txt'), placed.folder.real], ['new', []]);
      placed.revert();
      upload.discard();
      end(upload);
      assert.equal(text('old.txt'), 'old');
    });

    it('leaves further names of what it replaces as they are', async () => {
      linkSync(folder.at('old.txt'), folder.at('second.txt'));
      const upload = await begin('old.txt');
      upload.finish();
      end(upload);
      assert.deepEqual([text('old.txt'), text('second.txt')], ['new', 'old']);
    });

    describe('from where no rename leads', () => {
      const real = { renameSync: fs.renameSync.bind(fs), linkSync: fs.linkSync.bind(fs) };
      let far: number;
      beforeEach(() => {
        far = 0;
        const [place = ''] = folder.places;
        for (const method of ['renameSync', 'linkSync'] as const)
          mocks.method(fs, method, (from: string, to: string) => {
            if (from.startsWith(place) !== to.startsWith(place)) {
              far++;
              throw systemError('EXDEV', method.replace('Sync', ''));
            }
            real[method](from, to);
          });
      });

      it('is copied beside it first, with mode and time', async function () {
        needsPosix(this);
        chmodSync(folder.at('old.txt'), 0o604);
        const upload = await begin('old.txt');
        upload.modified = 1e12;
        assert.deepEqual(upload.finish(), { created: false, path: 'old.txt' });
        end(upload);
        const { mode, mtimeMs } = statSync(folder.at('old.txt'));
        assert.deepEqual([text('old.txt'), mode & 0o777, mtimeMs], ['new', 0o604, 1e12]);
      });

      it('is made beside it from then on', async function () {
        needs(this, '/proc', knowsDescriptors && Uploads === ownUploads.Uploads);
        for (const expected of [2, 0]) {
          far = 0;
          const upload = await begin('old.txt');
          upload.finish();
          end(upload);
          assert.deepEqual([text('old.txt'), far], ['new', expected]);
        }
      });

      for (const path of ['old.txt', 'new.txt', 'dir/old.txt', 'a/new.txt']) {
        it(`goes again, though it is a copy: ${path}`, async () => {
          const { upload, placed } = await place(path);
          assert.equal(text(path), 'new');
          placed.revert();
          upload.discard();
          end(upload);
          assert.deepEqual(entries(), untouched);
          assert.deepEqual([text('old.txt'), text('dir/old.txt')], ['old', 'old']);
        });
      }
    });

    it('is moved beside its place first where only a path is held, for that may lead elsewhere by then', async () => {
      const isByPath = !(knowsDescriptors && Uploads === ownUploads.Uploads);
      const upload = await begin('dir/new.txt');
      const ready = upload.ready();
      const path = upload.temporaryPath;
      const renamed = mocks.method(fs, 'renameSync').mock;
      ready.commit();
      end(upload);
      const [to] = renamed.calls.flatMap((call) => (call.arguments[0] === path ? [String(call.arguments[1])] : []));
      assert.equal(basename(to ?? '') === 'new.txt', !isByPath);
    });

    it('tells why a new file cannot take its place for now', async () => {
      const ready = (await begin('new.txt')).ready();
      mocks.method(fs, 'renameSync', () => {
        throw systemError('EIO', 'rename');
      });
      assert.throws(() => ready.place(), { name: 'FileError', kind: 'failed' });
    });

    it('is not renamed once more for another reason', async () => {
      const upload = await begin('new.txt');
      const ready = upload.ready();
      const path = upload.temporaryPath;
      let renames = 0;
      mocks.method(fs, 'renameSync', (from: string) => {
        if (from === path) renames++;
        throw systemError('EACCES', 'rename');
      });
      assert.throws(() => ready.commit(), { name: 'FileError', kind: 'denied' });
      assert.equal(renames, 1);
    });

    it('takes its place in a folder that somebody has made meanwhile', async () => {
      const upload = await begin('a/b/new.txt');
      mkdirSync(folder.at('a/b'), { recursive: true });
      assert.deepEqual(upload.finish(), { created: true, path: 'a/b/new.txt' });
      end(upload);
    });

    it('does not take its place in a folder that was replaced since it began', async () => {
      const upload = await begin('dir/new.txt');
      renameSync(folder.at('dir'), folder.at('away'));
      mkdirSync(folder.at('dir'));
      assert.throws(() => upload.ready(), {
        name: 'FileError',
        kind: 'busy',
        message: 'The folder is being replaced.',
      });
      assert.deepEqual(readdirSync(folder.at('dir')), []);
    });
  });
}

describe('a file that is taken back', () => {
  it('frees the second name of what was there before', () => {
    const folder = new TestFolder().write('new.txt', 'new').write('second', 'old');
    const leftovers = new Leftovers(() => undefined);
    const second = folder.at('second');
    let released = 0;
    const backup = { path: second, pathFrom: () => second, release: () => released++ };
    restore(
      { root: folder.root(), leftovers },
      { path: 'new.txt', number: statSync(folder.at('new.txt')).ino, backup },
    );
    assert.deepEqual([readFileSync(folder.at('new.txt'), 'utf8'), existsSync(second), released], ['old', false, 1]);
    folder.remove();
  });
});
