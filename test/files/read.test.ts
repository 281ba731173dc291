/** Open files: what they are, and when they are let go of. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { closeSync, fstatSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { FileError, type FileErrorKind } from '../../src/files/fileError';
import { knowsDescriptors, persistently, locateDescriptor } from '../../src/files/descriptor';
import { pool, Promptness } from '../../src/files/pool';
import { OpenFile, openFile, smallSize } from '../../src/files/reading/read';
import { openDescriptors, TestFolder } from '../support/folder';
import { spend } from '../support/spend';
import { Mocks, systemError } from '../support/mocks';
import { needs, needsLinux, needsPosix, needsProgram } from '../support/needs';

const mocks = new Mocks();

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

  it('is read again by its slow disk, once it was closed, no more than by a quick one', async () => {
    const file = openSlow();
    file.close();
    await assert.rejects(file.read(Buffer.alloc(5), 0), /^Error: The file is closed\.$/);
    const quick = open();
    quick.close();
    await assert.rejects(quick.read(Buffer.alloc(5), 0), /^Error: The file is closed\.$/);
  });

  it('tells of a read that failed, and is let go of all the same', async () => {
    const file = openSlow();
    const fault = systemError('EIO');
    mocks.method(fs, 'read', (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(fault));
    try {
      await assert.rejects(file.read(Buffer.alloc(5), 0), fault);
    } finally {
      mocks.restore();
    }
    file.close();
    assert.deepEqual(folder.opened(), []);
  });

  it('is kept open by whoever retains it, until the last one has released it', () => {
    const file = open();
    file.retain();
    file.retain();
    file.close();
    file.release();
    assert.equal(file.readSync(5).toString(), 'hello');
    file.release();
    assert.deepEqual(folder.opened(), []);
    const other = open();
    other.retain();
    other.release();
    assert.equal(other.readSync(5).toString(), 'hello');
    other.close();
    assert.deepEqual(folder.opened(), []);
  });

  it('is read at once from any place, however little the system gives at a time', () => {
    const file = open();
    const read = fs.readSync as (...args: unknown[]) => number;
    const reading = mocks.method(
      fs,
      'readSync',
      (fd: number, into: Buffer, offset: number, length: number, position: number) =>
        read(fd, into, offset, Math.min(2, length), position),
    );
    try {
      const texts = [file.readSync(5), file.readSync(5, 6), file.readSync(100, 8)].map(String);
      assert.deepEqual(texts, ['hello', 'world', 'rld']);
      // Three times each, and at the end of the file once more.
      assert.equal(reading.mock.callCount(), 3 + 3 + 2 + 1);
    } finally {
      mocks.restore();
    }
    file.close();
  });

  it('is read to its end, unless there is too much', () => {
    const content = Buffer.alloc(smallSize + 10, 'abc');
    folder.write('a.txt', content);
    const file = open();
    assert.deepEqual(file.readToEnd(content.length), content);
    assert.equal(file.readToEnd(content.length - 1), undefined);
    file.close();
  });

  it('tells what it is now, and where', () => {
    const file = open();
    assert.deepEqual([file.size, file.path, file.real], [11, folder.at('a.txt'), folder.at('a.txt')]);
    folder.write('a.txt', 'hi');
    assert.deepEqual([file.size, file.restat().size], [11, 2n]);
    file.close();
  });

  it('is none if a folder is there', () => {
    assert.equal(openFile(folder.root(), []), undefined);
  });

  describe('is refused', () => {
    afterEach(() => {
      mocks.restore();
      assert.deepEqual(folder.opened(), []);
    });

    const isKind =
      (kind: FileErrorKind) =>
      (error: unknown): boolean =>
        error instanceof FileError && error.kind === kind && error.message !== '';
    const refused = (name: string, kind: FileErrorKind): void =>
      assert.throws(() => openFile(folder.root(), name.split('/')), isKind(kind));

    it('if nothing is there, or what is no file', function () {
      refused('none', 'missing');
      refused('a.txt/x', 'missing');
      refused('server.key', 'hidden');
      refused('..', 'badPath');
      needsProgram(this, 'mkfifo');
      execFileSync('mkfifo', [folder.at('pipe')]);
      // To open it would be noticed at its other end.
      const opening = mocks.method(fs, 'openSync');
      refused('pipe', 'missing');
      assert.equal(opening.mock.callCount(), 0);
    });

    it('if it has become a folder when it is opened', function () {
      needsPosix(this);
      const stat = fs.statSync as (...args: unknown[]) => fs.BigIntStats;
      const file = stat(folder.at('a.txt'), { bigint: true });
      mkdirSync(folder.at('d'));
      mocks.method(fs, 'statSync', (path: string, ...rest: unknown[]) =>
        path === folder.at('d') ? file : stat(path, ...rest),
      );
      refused('d', 'missing');
    });

    it('if a link leads out, or to what is hidden', function () {
      needsPosix(this);
      folder.link('out', '../outside').link('key', 'server.key').write('../outside', 'secret');
      refused('out', 'hidden');
      refused('key', 'hidden');
    });

    it('for the reason that there is, but behind a link that leads out: that would tell what is there', function () {
      needsPosix(this);
      folder.link('out', '..').write('d/a.txt', '');
      const stat = fs.statSync as (...args: unknown[]) => unknown;
      mocks.method(fs, 'statSync', (path: string, ...rest: unknown[]) => {
        if (path.endsWith('/a.txt')) throw systemError('EACCES');
        return stat(path, ...rest);
      });
      refused('d/a.txt', 'denied');
      refused('out/a.txt', 'hidden');
      refused('out/none', 'missing');
      folder.write('../b.txt', '');
      mocks.method(fs, 'openSync', () => {
        throw systemError('ENOENT');
      });
      refused('out/b.txt', 'missing');
    });
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
