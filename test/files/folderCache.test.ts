/** Folders that uploads of one run of code share. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { Mocks } from '../support/mocks';
import { errnoOf, FileError } from '../../src/files/fileError';
import type { Folder } from '../../src/files/folder';
import { holdFolder, letGo } from '../../src/files/writing/folderCache';
import { knowsDescriptors } from '../../src/files/descriptor';
import type { Root } from '../../src/files/root';
import { Uploads } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs } from '../support/needs';

const mocks = new Mocks();

const asItIs = (error: unknown): unknown => error;

describe('a folder that uploads hold', () => {
  let folder: TestFolder;
  let root: Root;
  let before: number | undefined;

  /** Descriptors opened since the test began. */
  const opened = (): number => (openDescriptors() ?? 0) - (before ?? 0);
  const hold = (count: number, name: (i: number) => string = () => 'a'): Folder[] =>
    Array.from({ length: count }, (_, i) => holdFolder(root, [name(i)]));

  beforeEach(function () {
    needs(this, '/proc', knowsDescriptors);
    folder = new TestFolder();
    root = folder.root();
    for (let i = 0; i < 40; i++) folder.write(`${i}/x.txt`, '');
    folder.write('a/x.txt', '').write('b/x.txt', '');
    before = openDescriptors();
  });

  afterEach(() => {
    letGo();
    folder.remove();
  });

  it('is opened once while nothing is awaited', () => {
    const held = hold(3);
    assert.equal(opened(), 1);
    for (const each of held) each.close();
  });

  it('is let go of then', async () => {
    for (const each of hold(3)) each.close();
    assert.equal(opened(), 1);
    await Promise.resolve();
    assert.equal(opened(), 0);
  });

  it('stays open for the one who holds it longer', async () => {
    const [first, second] = hold(2);
    first?.close();
    await Promise.resolve();
    assert.equal(opened(), 1);
    second?.close();
    assert.equal(opened(), 0);
  });

  it('is looked at anew after something was awaited', async () => {
    for (const each of hold(1)) each.close();
    await Promise.resolve();
    folder.remove();
    assert.throws(
      () => hold(1),
      (error) => errnoOf(error) === 'ENOENT',
    );
  });

  it('is told from others, and kept while others are held', () => {
    folder.write('0/1/x.txt', '').write('01/x.txt', '');
    const all = [['0', '1'], ['01'], ['a'], ['0', '1'], ['01'], ['a']].map((segments) => holdFolder(root, segments));
    assert.deepEqual(
      all.map(({ real }) => real.join('/')),
      ['0/1', '01', 'a', '0/1', '01', 'a'],
    );
    assert.equal(opened(), 3);
    for (const each of all) each.close();
  });

  it('is looked at once for how to reach it, whatever is found', () => {
    const held = hold(2);
    const looked = mocks.method(fs, 'lstatSync').mock;
    held.push(...hold(3));
    const count = looked.callCount();
    looked.restore();
    for (const each of held) each.close();
    assert.equal(count, 0);
  });

  it('is one of few', () => {
    const held = hold(40, String);
    for (const each of held) each.close();
    assert.ok(opened() <= 16, `${opened()} are open`);
  });

  it('is not the one that another server may use', () => {
    for (const each of hold(1)) each.close();
    const other = folder.root({ exclude: ['a'] });
    assert.throws(() => holdFolder(other, ['a']), /There is no such file/);
  });

  it('is made again if it went meanwhile with the upload it was made for', () => {
    const uploads = new Uploads(folder.places);
    const upload = uploads.begin({ root, segments: ['new', '1.txt'], check: () => undefined });
    upload.ready().place();
    holdFolder(root, ['new']).close();
    unlinkSync(folder.at('new/1.txt'));
    upload.discard();
    assert.throws(() => rmdirSync(folder.at('new')), /ENOENT/);
    const stored = uploads.storeNow({ root, segments: ['new', '2.txt'], check: () => undefined }, Buffer.from('two'));
    assert.deepEqual(stored, { created: true, path: 'new/2.txt' });
  });

  describe('however many come', () => {
    const content = Buffer.from('x');
    const deep = (i: number): string[] => [`f${i}`, ...Array.from({ length: 98 }, (_, j) => `${j}`), 'file'];
    /** Most of them that were open whenever something was awaited. */
    let most: number;
    let uploads: Uploads;
    beforeEach(() => {
      most = 0;
      uploads = new Uploads(folder.places);
      before = openDescriptors();
    });
    afterEach(() => uploads.end());

    async function begin(segments: readonly string[]): Promise<Upload> {
      const upload = uploads.begin({ root, segments, check: () => undefined });
      await upload.write(content);
      most = Math.max(most, opened());
      return upload;
    }

    it('F10: a form of 20 files with 99 new folders each holds none of them', async () => {
      const stored = await uploads.storeAll(async (list) => {
        for (let i = 0; i < 20; i++) {
          const upload = await begin(deep(i));
          list.push(upload);
          upload.close();
        }
      }, asItIs);
      assert.equal(stored.length, 20);
      assert.ok(most < 10, `${most} descriptors`);
      assert.equal(readdirSync(folder.at(deep(19).slice(0, -1).join('/'))).length, 1);
      letGo();
      // Of the server itself: its journal, its socket.
      assert.ok(opened() <= 2, `${opened()} descriptors`);
    });

    it('F10: 20 uploads that wait hold a file each, and no folder', async () => {
      const all: Upload[] = [];
      for (let i = 0; i < 20; i++) all.push(await begin(deep(i)));
      await Promise.resolve();
      assert.ok(opened() <= 20 + 2, `${opened()} descriptors`);
      for (const upload of all) upload.discard();
      assert.deepEqual(
        readdirSync(folder.path).filter((name) => name.startsWith('f')),
        [],
      );
    });

    it('F10: a form whose files are to be taken back holds no more', async () => {
      const failing = uploads.storeAll(async (list) => {
        for (let i = 0; i < 5; i++) list.push(await begin(deep(i)));
        for (const upload of list) upload.close();
        mkdirSync(folder.at('f4/0'), { recursive: true });
        folder.write(deep(4).slice(0, 3).join('/'), 'a file');
      }, asItIs);
      await assert.rejects(failing, FileError);
      assert.ok(most <= 5 + 10, `${most} descriptors`);
      assert.deepEqual(readdirSync(folder.at('f4')), ['0']);
      assert.equal(existsSync(folder.at('f0')), false);
    });
  });

  it('F10: 1,000 files of one form for one folder need no more descriptors than a process has', function () {
    const script = `
      const { Uploads } = require(${JSON.stringify(require.resolve('../../src/files/writing/uploads'))});
      const { Root } = require(${JSON.stringify(require.resolve('../../src/files/root'))});
      const [, path, ...places] = process.argv;
      const [uploads, root] = [new Uploads(places), new Root(path, [])];
      uploads.storeAll(async (list) => {
        for (let i = 0; i < 1000; i++) {
          const upload = uploads.begin({ root, segments: ['new', i < 500 ? 'one' : String(i), 'file' + i], check: () => undefined });
          list.push(upload);
          await upload.write(Buffer.from('x'));
          upload.close();
        }
      }, (error) => error).then((stored) => console.log(stored.length));`;
    const command = `ulimit -n 64 && exec "$@"`;
    const args = [process.execPath, '-e', script, folder.path, ...folder.places];
    const { stdout, stderr } = spawnSync('sh', ['-c', command, 'sh', ...args], { encoding: 'utf8' });
    assert.equal(stdout.trim(), '1000', stderr);
    assert.equal(readdirSync(folder.at('new/one')).length, 500);
  });
});
