/** One upload, from its beginning to its end: what fails has its meaning, and nothing of it stays. */
import assert from 'node:assert/strict';
import fs, { existsSync, readFileSync, statSync, type NoParamCallback } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { pool } from '../../src/files/pool';
import { Uploads } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { firstUpload } from '../support/disk/firstUpload';
import { openDescriptors, openPaths, TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';
import { soon } from '../support/soon';

const mocks = new Mocks();

const nothing = (): void => undefined;
const failure = (code: string, syscall = 'write'): Error => systemError(code, syscall);
const failing = (code: string) => (): never => {
  throw failure(code);
};

describe('an upload', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  let descriptors: number | undefined;
  let flushed: number;
  const run = pool.run.bind(pool);
  before(firstUpload);
  beforeEach(() => {
    folder = new TestFolder().write('old.txt', 'old').link('out', '..');
    descriptors = openDescriptors();
    uploads = new Uploads(folder.places);
    flushed = 0;
    pool.run = (work) => {
      flushed++;
      return run(work);
    };
  });
  afterEach(async () => {
    mocks.restore();
    pool.run = run;
    await soon(uploads.end());
    assert.equal(openDescriptors(), descriptors);
    assert.equal(folder.left(), 0);
    folder.remove();
  });

  const begin = (path: string, isSynced = false): Upload =>
    uploads.begin({ root: folder.root({ sync: isSynced }), segments: path.split('/'), check: nothing });
  async function filled(path = 'new.txt', isSynced = false): Promise<Upload> {
    const upload = begin(path, isSynced);
    await upload.write(Buffer.from('content'));
    return upload;
  }
  const content = (path: string): string => readFileSync(folder.at(path), 'utf8');
  const isOpen = (): boolean => openPaths().some((path) => path.endsWith('.tmp'));

  it('has so many octets, of which some may be taken back', async () => {
    const upload = await filled();
    assert.equal(upload.size, 7);
    upload.truncate(3);
    upload.writeNow(Buffer.from('!'));
    assert.equal(upload.size, 4);
    upload.finish();
    assert.equal(content('new.txt'), 'con!');
  });

  it('began when it began', () => {
    const before = performance.now();
    const upload = begin('new.txt');
    assert.ok(before <= upload.begun && upload.begun <= performance.now());
    upload.discard();
  });

  it('is read again from where that is wanted', async () => {
    const upload = await filled();
    let read = '';
    for await (const piece of upload.pieces(3)) read += piece.toString();
    assert.equal(read, 'tent');
    upload.discard();
  });

  describe('tells what a failure means', () => {
    it('of what is written', async () => {
      const upload = await filled();
      mocks.method(fs, 'writeSync', failing('ENOSPC'));
      await assert.rejects(upload.write(Buffer.from('x')), { name: 'FileError', kind: 'full' });
      assert.throws(() => upload.writeNow(Buffer.from('x')), { name: 'FileError', kind: 'full' });
      upload.discard();
    });

    it('of what is read again', async () => {
      const upload = await filled();
      mocks.method(fs, 'read', (...args: unknown[]) =>
        (args.at(-1) as NoParamCallback)(failure('EIO', 'read') as NodeJS.ErrnoException),
      );
      await assert.rejects(upload.pieces(0).next(), { name: 'FileError', kind: 'failed' });
      upload.discard();
    });

    it('of what is closed', async () => {
      const upload = await filled();
      const close = fs.closeSync.bind(fs);
      const failed = mocks.method(fs, 'closeSync', (fd: number) => {
        close(fd);
        throw failure('EDQUOT', 'close');
      });
      assert.throws(() => upload.close(), { name: 'FileError', kind: 'full' });
      failed.mock.restore();
      upload.discard();
    });

    it('of what is flushed', async () => {
      const upload = await filled();
      pool.run = () => Promise.reject(failure('EIO', 'fsync'));
      await assert.rejects(upload.flush(), { name: 'FileError', kind: 'failed' });
      upload.discard();
    });

    it('of its beginning, of which nothing is held then', () => {
      for (const [path, kind] of [
        ['out/new.txt', 'protected'],
        ['out/gone/new.txt', 'protected'],
        ['old.txt/new.txt', 'parentIsFile'],
      ] as const)
        assert.throws(() => begin(path), { name: 'FileError', kind }, path);
    });
  });

  it('is refused before it comes where nothing can be written, which what is all here finds out by itself', async function () {
    needsPosix(this);
    const goal = { root: folder.root(), segments: ['new.txt'], check: nothing };
    uploads.storeNow(goal, Buffer.from('x'));
    const asked = mocks.method(fs, 'accessSync', failing('EROFS')).mock;
    assert.throws(() => uploads.begin(goal), { name: 'FileError', kind: 'denied' });
    assert.equal(asked.callCount(), 1);
    assert.equal(uploads.storeNow(goal, Buffer.from('x')).created, false);
    assert.equal((await uploads.storeOnDisk(goal, Buffer.from('x'))).created, false);
    assert.equal(asked.callCount(), 1);
  });

  for (const isSynced of [false, true]) {
    it(`is closed when all of it has come, ${isSynced ? 'on the disk' : 'and waits for no disk'}`, async () => {
      const upload = await filled('new.txt', isSynced);
      assert.deepEqual([upload.isSynced, upload.isOnDisk], [isSynced, false]);
      await upload.settle();
      assert.deepEqual([isOpen(), upload.isOnDisk, flushed], [false, isSynced, isSynced ? 1 : 0]);
      upload.discard();
    });
  }

  it('is dressed as it is to be when it is made ready', async () => {
    const upload = await filled('old.txt');
    assert.equal(upload.isDressed, false);
    upload.modified = 1e12;
    upload.ready().commit();
    assert.equal(upload.isDressed, true);
    assert.equal(statSync(folder.at('old.txt')).mtimeMs, 1e12);
  });

  it('that is all here is dressed before the disk is waited for, and holds no folder then', async () => {
    const stored = uploads.storeOnDisk(
      { root: folder.root({ sync: true }), segments: ['a', 'new.txt'], check: nothing },
      Buffer.from('new'),
    );
    await Promise.resolve();
    assert.ok(folder.opened().length <= 1);
    assert.deepEqual(await stored, { created: true, path: 'a/new.txt' });
    // Dressed once, it is flushed once: the file, its folder and that above.
    assert.equal(flushed, 3);
  });

  it('that only waits for the disk goes to no folder that has come into the place of its own', async () => {
    folder.write('dir/old.txt', 'old');
    const goal = { root: folder.root({ sync: true }), segments: ['dir', 'new.txt'], check: nothing };
    const stored = uploads.storeOnDisk(goal, Buffer.from('new'));
    fs.renameSync(folder.at('dir'), folder.at('away'));
    fs.mkdirSync(folder.at('dir'));
    await assert.rejects(stored, { name: 'FileError', kind: 'busy' });
    assert.deepEqual(fs.readdirSync(folder.at('dir')), []);
  });

  it('is parked for whoever goes on with it', async () => {
    const upload = await filled();
    const path = upload.temporaryPath;
    upload.park();
    await soon(uploads.end());
    assert.deepEqual([readFileSync(path, 'utf8'), isOpen()], ['content', false]);
    fs.rmSync(folder.places[0] ?? '', { recursive: true });
  });

  it('ends though it cannot be discarded because of a fault', async () => {
    const upload = await filled('a/new.txt');
    const fault = new Error('not of the system');
    const removed = mocks.method(fs, 'unlinkSync', () => {
      throw fault;
    }).mock;
    assert.throws(() => upload.discard(), fault);
    removed.restore();
    assert.deepEqual(folder.opened(), []);
    await soon(uploads.end());
    fs.rmSync(folder.places[0] ?? '', { recursive: true });
  });

  it('takes the folders with it that were made for it, and leaves nothing', async () => {
    const upload = await filled('a/b/new.txt');
    const placed = upload.ready().place();
    assert.equal(existsSync(folder.at('a/b/new.txt')), true);
    placed.revert();
    upload.discard();
    assert.equal(existsSync(folder.at('a')), false);
  });
});
