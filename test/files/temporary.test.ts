/** A temporary file has what it is to have, is nobody else's, and leaves nothing behind. */
import assert from 'node:assert/strict';
import fs, {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { Mocks, systemError } from '../support/mocks';
import { knowsDescriptors } from '../../src/files/descriptor';
import { pool } from '../../src/files/pool';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import type { Spot } from '../../src/files/writing/staging';
import { Temporary, type FoundFile } from '../../src/files/writing/temporary';
import type { UploadTarget } from '../../src/files/writing/uploadTarget';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs, needsPosix, needsProgram, needsSuperuser } from '../support/needs';

const mocks = new Mocks();

const text = (bytes: string): Buffer => Buffer.from(bytes);

describe('a temporary file', () => {
  let folder: TestFolder;
  let leftovers: Leftovers;
  let calls: string[];
  let all: Temporary[];
  let descriptors: number | undefined;
  const run = pool.run.bind(pool);
  let target: UploadTarget;

  /** A spot whose name is the path. */
  const spotAt = (path: string): Spot => ({
    path: folder.at(path),
    pathFrom: (held) => {
      assert.equal(held, target);
      return folder.at(path);
    },
    release: () => calls.push(`release ${path}`),
  });
  function create(path = 'temporary', found?: FoundFile): Temporary {
    const temporary = new Temporary(leftovers, target, () => spotAt(path), { found });
    all.push(temporary);
    return temporary;
  }
  const content = (path = 'temporary'): string => readFileSync(folder.at(path), 'latin1');
  const modeOf = (path: string): number => statSync(folder.at(path)).mode & 0o7777;
  async function filled(bytes: string | Uint8Array = 'content'): Promise<Temporary> {
    const temporary = create();
    await temporary.write(Buffer.from(bytes));
    return temporary;
  }

  /** What the system says of a file beside it, but for `other`. */
  const stats = (other: Partial<Stats> = {}): Stats => Object.assign(statSync(folder.at('other')), other);

  beforeEach(() => {
    folder = new TestFolder();
    folder.write('other', 'other');
    leftovers = new Leftovers(() => undefined);
    [calls, all] = [[], []];
    target = { target: folder.at('other') } as UploadTarget;
    descriptors = openDescriptors();
  });
  afterEach(() => {
    mocks.restore();
    pool.run = run;
    for (const one of all) one.leave();
    assert.equal(openDescriptors(), descriptors);
    leftovers.end();
    folder.remove();
  });

  describe('that is new', () => {
    it('is empty, and has the mode that any new file has', () => {
      const { size } = create();
      writeFileSync(folder.at('any'), '');
      assert.deepEqual([size, content(), modeOf('temporary')], [0, '', modeOf('any')]);
    });

    it('is not for more people than what it will replace, but its owner can open it again', function () {
      needsPosix(this);
      for (const [mode, most] of [
        [0o600, 0o600],
        [0o400, 0o600],
        [0o640, 0o640],
        [0o777, 0o666],
        [0o4644, 0o644],
      ] as const) {
        target = { target: folder.at('other'), found: stats({ mode: 0o100000 | mode }) } as UploadTarget;
        const name = `temporary-${mode.toString(8)}`;
        create(name);
        assert.equal(modeOf(name), folder.modeMade(most), mode.toString(8));
      }
    });

    it('is nothing that was there before', () => {
      assert.throws(() => create('other'), { code: 'EEXIST' });
      assert.deepEqual([content('other'), calls], ['other', ['release other']]);
    });

    it('has another name if somebody has cleared away the folder of its first one', () => {
      const names = ['gone/1', 'there'];
      const reserve = (): Spot => {
        const name = names.shift() ?? assert.fail();
        return { ...spotAt(name), lost: () => calls.push(`lost ${name}`) };
      };
      all.push(new Temporary(leftovers, target, reserve));
      assert.deepEqual([calls, existsSync(folder.at('there'))], [['release gone/1', 'lost gone/1'], true]);
    });

    it('is not tried again for another reason, or where that changes nothing', () => {
      const lost = (): void => assert.fail();
      assert.throws(() => new Temporary(leftovers, target, () => ({ ...spotAt('other'), lost })), { code: 'EEXIST' });
      assert.throws(() => create('gone/1'), { code: 'ENOENT' });
    });
  });

  describe('of an earlier server', () => {
    beforeEach(() => folder.write('found', '0123456789'));

    it('is gone on with at its end', async () => {
      const temporary = create('found', { size: undefined });
      assert.equal(temporary.size, 10);
      await temporary.write(text('ab'));
      assert.deepEqual([content('found'), temporary.size], ['0123456789ab', 12]);
    });

    for (const [size, expected] of [
      [4, '0123'],
      [10, '0123456789'],
      [11, '0123456789'],
    ] as const) {
      it(`has as many octets as count: ${size}`, () => {
        assert.equal(create('found', { size }).size, expected.length);
        assert.equal(content('found'), expected);
      });
    }

    it('is not changed if all of it counts', () => {
      const cut = mocks.method(fs, 'ftruncateSync');
      create('found', { size: 10 });
      assert.equal(cut.mock.callCount(), 0);
    });

    const refused = { name: 'FileError', kind: 'missing', message: 'There is no such upload.' };
    it('is none that others reach by another name', () => {
      linkSync(folder.at('found'), folder.at('second'));
      assert.throws(() => create('found', { size: 1 }), refused);
      assert.equal(content('found'), '0123456789');
    });

    it('is none behind a link, and no folder', function () {
      needsPosix(this);
      symlinkSync('found', folder.at('link'));
      assert.throws(() => create('link', { size: 1 }), { code: 'ELOOP' });
      mkdirSync(folder.at('folder'));
      assert.throws(() => create('folder', { size: 1 }), { code: 'EISDIR' });
    });

    it('is none that is no file', function () {
      needsPosix(this);
      needsProgram(this, 'mkfifo');
      spawnSync('mkfifo', [folder.at('pipe')]);
      assert.throws(() => create('pipe', { size: undefined }), refused);
    });

    it('is none of somebody else', function () {
      needsSuperuser(this);
      fs.chownSync(folder.at('found'), 12_345, 12_345);
      assert.throws(() => create('found', { size: undefined }), refused);
    });
  });

  describe('that is written', () => {
    const large = Buffer.alloc(64 * 1024, 'ab');
    let pooled: number;
    let now: number;
    beforeEach(() => {
      pooled = 0;
      now = performance.now() + 1e9;
      mocks.method(performance, 'now', () => now);
      pool.run = (work) => {
        pooled++;
        return run(work);
      };
    });
    afterEach(async () => {
      // For whatever comes next, that was long ago.
      now = -1e9;
      await slowly(create('last'));
    });
    /** Has the disk be slow for once, so that it is not trusted for a while. */
    async function slowly(temporary: Temporary): Promise<void> {
      const write = fs.writeSync.bind(fs) as (...args: unknown[]) => number;
      const slow = mocks.method(fs, 'writeSync', (...args: unknown[]) => {
        now += 1000;
        return write(...args);
      });
      await temporary.write(text('x'));
      slow.mock.restore();
    }

    it('has its octets one behind the other', async () => {
      const temporary = await filled('one ');
      await temporary.write(large);
      temporary.writeNow(text(' two'));
      assert.equal(content(), `one ${large.toString()} two`);
      assert.deepEqual([temporary.size, pooled], [large.length + 8, 0]);
    });

    it('goes through the pool where the disk was slow, unless it is little', async () => {
      const temporary = create();
      await slowly(temporary);
      await temporary.write(large.subarray(1));
      assert.equal(pooled, 0);
      await temporary.write(large);
      assert.deepEqual([pooled, temporary.size], [1, large.length * 2]);
      now += 1e6;
      await temporary.write(large);
      assert.equal(pooled, 1);
      assert.equal(content(), `x${large.toString().slice(1)}${large.toString()}${large.toString()}`);
    });

    it('has all of it, however little the system takes at once', async () => {
      const temporary = create();
      const half = (method: 'write' | 'writeSync'): void => {
        const real = fs[method].bind(fs) as (...args: unknown[]) => number;
        mocks.method(fs, method, (...args: unknown[]) => {
          const length = args[3] as number;
          return real(...args.with(3, Math.ceil(length / 2)));
        });
      };
      half('writeSync');
      await temporary.write(text('0123456789'));
      mocks.restore();
      mocks.method(performance, 'now', () => now);
      await slowly(temporary);
      half('write');
      await temporary.write(large);
      assert.equal(content(), `0123456789x${large.toString()}`);
    });

    it('fails as the system does', async () => {
      const temporary = create();
      mocks.method(fs, 'writeSync', () => {
        throw systemError('ENOSPC');
      });
      await assert.rejects(temporary.write(text('x')), { code: 'ENOSPC' });
      mocks.restore();
      mocks.method(performance, 'now', () => now);
      await slowly(temporary);
      const fail = mocks.method(fs, 'write', (...args: unknown[]) =>
        (args.at(-1) as (error: Error) => void)(systemError('EIO')),
      );
      await assert.rejects(temporary.write(large), { code: 'EIO' });
      fail.mock.restore();
      temporary.close();
      await assert.rejects(temporary.write(large), { code: 'ERR_OUT_OF_RANGE' });
      await assert.rejects(temporary.write(text('x')), { code: 'ERR_OUT_OF_RANGE' });
      assert.equal(content(), 'x');
    });
  });

  describe('that is read again', () => {
    const piece = 256 * 1024;
    const bytes = Buffer.from(Array.from({ length: 2 * piece + 10 }, (_, i) => (i * 7) % 251));
    async function piecesOf(temporary: Temporary, from: number): Promise<Buffer[]> {
      const pieces: Buffer[] = [];
      for await (const each of temporary.pieces(from)) pieces.push(Buffer.from(each));
      return pieces;
    }

    for (const [from, lengths] of [
      [0, [piece, piece, 10]],
      [100, [piece, piece - 90]],
      [2 * piece + 9, [1]],
      [2 * piece + 10, []],
    ] as const) {
      it(`comes in pieces from ${from} on`, async () => {
        const pieces = await piecesOf(await filled(bytes), from);
        assert.deepEqual(
          pieces.map(({ length }) => length),
          lengths,
        );
        assert.ok(Buffer.concat(pieces).equals(bytes.subarray(from)));
      });
    }

    it('is no more than what counts', async () => {
      const temporary = await filled(bytes.subarray(0, piece + 10));
      folder.write('temporary', bytes);
      assert.ok(Buffer.concat(await piecesOf(temporary, 3)).equals(bytes.subarray(3, piece + 10)));
    });

    it('is not taken for whole if somebody has cut it', async () => {
      const temporary = await filled('0123456789');
      truncateSync(folder.at('temporary'), 4);
      const message = 'Somebody has cut what was unfinished.';
      await assert.rejects(piecesOf(temporary, 0), { name: 'FileError', kind: 'busy', message });
    });

    it('fails as the system does', async () => {
      const temporary = await filled('0123456789');
      temporary.close();
      await assert.rejects(piecesOf(temporary, 0), { code: 'ERR_OUT_OF_RANGE' });
      mocks.method(fs, 'read', (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(systemError('EIO')));
      await assert.rejects(piecesOf(temporary, 0), { code: 'EIO' });
    });

    it('waits for its turn', async () => {
      const temporary = await filled('0123456789');
      let pooled = 0;
      pool.run = (work) => {
        pooled++;
        return run(work);
      };
      await piecesOf(temporary, 0);
      assert.equal(pooled, 1);
    });
  });

  it('is cut, and gone on with there', async () => {
    const temporary = await filled('0123456789');
    temporary.truncate(4);
    assert.deepEqual([content(), temporary.size], ['0123', 4]);
    await temporary.write(text('x'));
    assert.equal(content(), '0123x');
    temporary.close();
    temporary.truncate(2);
    assert.deepEqual([content(), temporary.size], ['0123x', 2]);
  });

  describe('that is flushed', () => {
    it('is on the disk until it is changed', async () => {
      const temporary = await filled();
      temporary.resemble(stats(), target);
      assert.equal(temporary.isOnDisk, false);
      const changes: readonly (() => unknown)[] = [
        () => temporary.write(text('x')),
        () => temporary.truncate(1),
        () => temporary.resemble(stats({ mode: 0o100600 }), target),
      ];
      for (const change of changes) {
        await temporary.flush();
        assert.equal(temporary.isOnDisk, true);
        await change();
        assert.equal(temporary.isOnDisk, false, String(change));
      }
    });

    it('is not on the disk before, though there is nothing in it', async () => {
      const temporary = create();
      assert.equal(temporary.isOnDisk, false);
      await temporary.flush();
      temporary.resemble(stats(), target);
      assert.equal(temporary.isOnDisk, false);
    });

    it('is not flushed twice', async () => {
      const temporary = await filled();
      let pooled = 0;
      pool.run = (work) => {
        pooled++;
        return run(work);
      };
      await temporary.flush();
      await temporary.flush();
      temporary.close();
      await temporary.flush();
      assert.equal(pooled, 1);
    });

    it('is not taken to be on the disk if that has failed, or if it was closed before', async () => {
      const temporary = await filled();
      pool.run = () => Promise.reject(systemError('EIO'));
      await assert.rejects(temporary.flush(), { code: 'EIO' });
      assert.equal(temporary.isOnDisk, false);
      temporary.close();
      await assert.rejects(temporary.flush(), { message: 'The file is closed.' });
    });

    it('keeps the time and the mode that it was flushed with', async () => {
      const temporary = await filled();
      const changed = mocks.method(fs, 'fchmodSync');
      temporary.resemble(stats(), target);
      temporary.resemble(stats(), target);
      assert.equal(changed.mock.callCount(), 2);
      temporary.stamp(1e12);
      await temporary.flush();
      temporary.resemble(stats(), target);
      temporary.stamp(1.1e12);
      assert.deepEqual([temporary.isOnDisk, statSync(folder.at('temporary')).mtimeMs], [true, 1e12]);
      assert.equal(changed.mock.callCount(), 2);
    });

    for (const member of ['mode', 'uid', 'gid'] as const) {
      it(`has another ${member} if what it replaces has another by then`, async function () {
        needsPosix(this);
        const temporary = await filled();
        const given = mocks.method(fs, 'fchownSync', () => undefined);
        const changed = mocks.method(fs, 'fchmodSync');
        temporary.resemble(stats(), target);
        await temporary.flush();
        temporary.resemble(stats({ [member]: stats()[member] + 1 }), target);
        assert.deepEqual([temporary.isOnDisk, changed.mock.callCount()], [false, 2]);
        assert.equal(given.mock.callCount(), member === 'mode' ? 0 : 1);
      });
    }
  });

  describe('that replaces a file', () => {
    for (const [promise, old, fresh, mode] of [
      ['its mode', 0o644, 0o600, 0o644],
      ['its mode, that of the others among it', 0o607, 0o600, 0o607],
      ['its mode, that of the group as far as a new file would', 0o640, 0o640, 0o640],
      ['its mode, that of the group not where only a list may grant it', 0o640, 0o600, 0o600],
      ['its mode, that of the group as far as others have it', 0o664, 0o604, 0o644],
      ['its mode, that of the group to run it', 0o670, 0o610, 0o610],
      ['no bits that lend rights', 0o7755, 0o600, 0o755],
    ] as const) {
      it(`has ${promise}: ${old.toString(8)}`, async function () {
        needsPosix(this);
        const temporary = await filled();
        chmodSync(folder.at('temporary'), fresh);
        temporary.resemble(stats({ mode: old }), target);
        assert.equal(modeOf('temporary').toString(8), mode.toString(8));
      });
    }

    it('is given to who owned that, or else to its group, if it is not ours', async function () {
      needsPosix(this);
      const temporary = await filled();
      const given: unknown[] = [];
      let isAllowed = true;
      mocks.method(fs, 'fchownSync', (_: number, ...owner: number[]) => {
        given.push(owner);
        if (!isAllowed && given.length === 1) throw systemError('EPERM');
      });
      const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
      temporary.resemble(stats({ uid, gid }), target);
      assert.deepEqual(given.splice(0), []);
      temporary.resemble(stats({ uid: uid + 1, gid }), target);
      assert.deepEqual(given.splice(0), [[uid + 1, gid]]);
      isAllowed = false;
      temporary.resemble(stats({ uid: uid + 1, gid: gid + 1 }), target);
      assert.deepEqual(given, [
        [uid + 1, gid + 1],
        [uid, gid + 1],
      ]);
    });

    it('grants no more where the file system keeps no modes', async function () {
      needsPosix(this);
      const temporary = await filled();
      mocks.method(fs, 'fchmodSync', () => {
        throw systemError('EPERM');
      });
      chmodSync(folder.at('temporary'), 0o600);
      const like = (mode: number): void => temporary.resemble(stats({ mode }), target);
      like(0o100644);
      like(0o100600);
      assert.throws(() => like(0o100400), { code: 'EPERM' });
    });

    it('is opened again if it was closed, unless a link is there by then', async function () {
      needsPosix(this);
      const temporary = await filled();
      temporary.close();
      temporary.close();
      temporary.resemble(stats({ mode: 0o600 }), target);
      assert.equal(modeOf('temporary'), 0o600);
      temporary.close();
      unlinkSync(folder.at('temporary'));
      symlinkSync('other', folder.at('temporary'));
      assert.throws(() => temporary.resemble(stats(), target), { code: 'ELOOP' });
    });

    it('takes its place, and its name is free', async () => {
      const temporary = await filled('new');
      const number = temporary.numberFrom(target);
      assert.equal(number, lstatSync(folder.at('temporary')).ino);
      temporary.replace(target);
      temporary.placed();
      assert.deepEqual([existsSync(folder.at('temporary')), content('other')], [false, 'new']);
      assert.deepEqual([lstatSync(folder.at('other')).ino, calls], [number, ['release temporary']]);
    });
  });

  for (const time of [1e12, 0, -1e12]) {
    it(`was modified when its client says: ${time}`, async () => {
      const temporary = await filled();
      temporary.stamp(time);
      assert.equal(statSync(folder.at('temporary')).mtimeMs, time);
      temporary.close();
      temporary.stamp(1);
      assert.equal(statSync(folder.at('temporary')).mtimeMs, time);
    });
  }

  describe('that is moved', () => {
    it('is there, and its first name is free', async () => {
      const temporary = await filled();
      temporary.moveTo(spotAt('moved'), target);
      assert.deepEqual([existsSync(folder.at('temporary')), content('moved')], [false, 'content']);
      temporary.placed();
      assert.deepEqual(calls, ['release temporary', 'release moved']);
    });

    /** Has no rename lead anywhere. */
    const part = (code: string) =>
      mocks.method(fs, 'renameSync', () => {
        throw systemError(code);
      });

    it('is a copy where no rename leads, on the disk if it was', async () => {
      const temporary = await filled();
      const flushed = mocks.method(fs, 'fsyncSync');
      part('EXDEV');
      temporary.moveTo(spotAt('moved'), target);
      assert.deepEqual([existsSync(folder.at('temporary')), content('moved')], [false, 'content']);
      assert.equal(flushed.mock.callCount(), 0);
      await temporary.flush();
      temporary.moveTo(spotAt('again'), target);
      assert.deepEqual([existsSync(folder.at('moved')), content('again')], [false, 'content']);
      assert.equal(flushed.mock.callCount(), 1);
    });

    it('is a copy that has mode and time, and is given to whom it was given', async function () {
      needsPosix(this);
      const temporary = await filled();
      temporary.resemble(stats({ mode: 0o604 }), target);
      temporary.stamp(1e12);
      part('EXDEV');
      const { uid, gid } = stats();
      const original = Object.assign(statSync(folder.at('temporary')), { uid: uid + 1, gid });
      mocks.method(fs, 'lstatSync', () => original);
      const given = mocks.method(fs, 'fchownSync', () => undefined);
      temporary.moveTo(spotAt('moved'), target);
      assert.deepEqual(given.mock.calls[0]?.arguments.slice(1), [uid + 1, gid]);
      assert.deepEqual([modeOf('moved'), statSync(folder.at('moved')).mtimeMs], [0o604, 1e12]);
    });

    it('is where it was if that fails, and no copy of it is left', async () => {
      const temporary = await filled();
      part('EACCES');
      assert.throws(() => temporary.moveTo(spotAt('moved'), target), { code: 'EACCES' });
      mocks.restore();
      part('EXDEV');
      await temporary.flush();
      mocks.method(fs, 'fsyncSync', () => {
        throw systemError('EIO');
      });
      assert.throws(() => temporary.moveTo(spotAt('moved'), target), { code: 'EIO' });
      assert.deepEqual([existsSync(folder.at('moved')), content()], [false, 'content']);
      assert.deepEqual(calls, ['release moved', 'release moved']);
    });

    it('is not copied over what is there', async () => {
      const temporary = await filled();
      part('EXDEV');
      assert.throws(() => temporary.moveTo(spotAt('other'), target), { code: 'EEXIST' });
    });
  });

  describe('that is let go of', () => {
    it('is gone, and its name is free', async () => {
      const temporary = await filled();
      temporary.discard();
      assert.deepEqual([existsSync(folder.at('temporary')), calls], [false, ['release temporary']]);
      assert.equal(openDescriptors(), descriptors);
    });

    it('stays if somebody is to go on with it', async () => {
      const temporary = await filled();
      temporary.leave();
      assert.deepEqual([content(), calls], ['content', []]);
      assert.equal(openDescriptors(), descriptors);
    });

    for (const end of ['discard', 'leave'] as const) {
      it(`is so though the system cannot close it: ${end}`, async () => {
        const temporary = await filled();
        const close = fs.closeSync.bind(fs);
        mocks.method(fs, 'closeSync', (fd: number) => {
          close(fd);
          throw systemError('EIO');
        });
        temporary[end]();
        assert.equal(existsSync(folder.at('temporary')), end === 'leave');
      });
    }

    it('is found where somebody has moved its folder to', function () {
      needs(this, '/proc', knowsDescriptors);
      mkdirSync(folder.at('in'));
      const temporary = create('in/temporary');
      assert.equal(temporary.ownPath(), folder.at('in/temporary'));
      renameSync(folder.at('in'), folder.at('moved'));
      assert.equal(temporary.ownPath(), folder.at('moved/temporary'));
      temporary.discard();
      assert.equal(existsSync(folder.at('moved/temporary')), false);
    });

    it('is looked for where it was if it has another name by now, or is closed', async function () {
      needs(this, '/proc', knowsDescriptors);
      const temporary = await filled();
      renameSync(folder.at('temporary'), folder.at('mine'));
      assert.equal(temporary.ownPath(), folder.at('temporary'));
      temporary.close();
      assert.equal(temporary.ownPath(), folder.at('temporary'));
      temporary.discard();
      assert.equal(content('mine'), 'content');
      rmSync(folder.at('mine'));
    });
  });
});
