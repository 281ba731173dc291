/** Open files: what they are, and when they are let go of. */
import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { FileError } from '../../src/files/fileError';
import { knowsDescriptors, persistently, locateDescriptor } from '../../src/files/descriptor';
import { pool, Promptness } from '../../src/files/pool';
import { OpenFile, openFile, smallSize } from '../../src/files/reading/read';
import { openDescriptors, TestFolder } from '../support/folder';
import { spend } from '../support/spend';
import { needs, needsLinux } from '../support/needs';

describe('an open file', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder().write('a.txt', 'hello world').write('server.key', 'secret')));
  afterEach(() => folder.remove());

  const open = (): OpenFile => {
    const file = openFile(folder.root(), ['a.txt']);
    assert.ok(file !== undefined);
    return file;
  };

  it('is read in order, slice by slice, to its end', async () => {
    const slice = open().slice(2, 100);
    const into = Buffer.alloc(4);
    const texts: string[] = [];
    for (let count = await slice.read(into); count > 0; count = await slice.read(into))
      texts.push(into.toString('utf8', 0, count));
    slice.close();
    assert.deepEqual(texts, ['llo ', 'worl', 'd']);
  });

  /** One on a disk that makes every read wait. */
  const openSlow = (): OpenFile => {
    const path = folder.at('a.txt');
    const fd = openSync(path, 'r');
    const promptness = new Promptness();
    promptness.watch(() => spend(100));
    return new OpenFile(fd, fstatSync(fd, { bigint: true }), { path, real: path }, promptness);
  };

  it('is not closed under a read that is under way, but right after it', async function () {
    needsLinux(this);
    const before = openDescriptors();
    const file = openSlow();
    const reading = file.read(Buffer.alloc(5), 0);
    file.close();
    file.close();
    assert.equal(openDescriptors(), (before ?? 0) + 1);
    assert.equal(await reading, 5);
    assert.equal(openDescriptors(), before);
    await assert.rejects(file.read(Buffer.alloc(5), 0), /closed/);
  });

  it('that is closed before its read began is not read', async () => {
    const file = open();
    const reading = file.read(Buffer.alloc(5), 0);
    file.close();
    await assert.rejects(reading, /closed/);
  });

  describe('while the pool is taken', () => {
    let free: () => void;
    beforeEach(() => {
      const taken = new Promise<void>((resolve) => (free = resolve));
      for (let i = 0; i < 2; i++) void pool.run(() => taken);
    });

    it('is read all the same if it is in memory: a little first, then as much as there is', async () => {
      const large = Buffer.alloc(smallSize + 1000, 'x');
      folder.write('a.txt', large);
      const file = open();
      const into = Buffer.alloc(large.length);
      assert.equal(await file.read(into, 0), smallSize);
      assert.equal(await file.read(into, 0), large.length);
      assert.deepEqual(into, large);
      file.close();
      free();
    });

    it('waits for the pool if its disk is slow', async () => {
      const file = openSlow();
      let ended = false;
      const reading = file.read(Buffer.alloc(5), 6).then((count) => {
        ended = true;
        return count;
      });
      for (let i = 0; i < 10; i++) await new Promise(setImmediate);
      assert.equal(ended, false);
      free();
      assert.equal(await reading, 5);
      file.close();
    });
  });

  it('lets others have their turn between two reads', async () => {
    const file = open();
    for (let i = 0; i < 3; i++) {
      let others = false;
      setImmediate(() => (others = true));
      await file.read(Buffer.alloc(5), 0);
      assert.ok(others);
    }
    file.close();
  });

  it('is none if a folder is there', () => {
    assert.equal(openFile(folder.root(), []), undefined);
  });

  it('is proved by where it is, even when it is there no more', function () {
    needs(this, '/proc', knowsDescriptors);
    const root = folder.root();
    const rows: readonly (readonly [name: string, kind: string | undefined])[] = [
      ['a.txt', undefined],
      ['server.key', 'hidden'],
    ];
    for (const [name, kind] of rows) {
      const path = folder.at(name);
      const fd = openSync(path, 'r');
      try {
        unlinkSync(path);
        const stat = fstatSync(fd, { bigint: true });
        const proof = (): unknown => locateDescriptor(root, [name], { fd, path, stat });
        if (kind === undefined) assert.deepEqual(proof(), { real: `${path} (deleted)`, inside: [`${name} (deleted)`] });
        else assert.throws(proof, (error) => error instanceof FileError && error.kind === kind);
      } finally {
        closeSync(fd);
      }
    }
  });

  it('is tried again when it was replaced meanwhile, but not for ever', () => {
    let count = 0;
    assert.equal(
      persistently(() => (++count === 3 ? 'there' : undefined)),
      'there',
    );
    assert.equal(count, 3);
    assert.throws(
      () => persistently(() => undefined),
      (error) => error instanceof FileError && error.kind === 'busy',
    );
  });
});
