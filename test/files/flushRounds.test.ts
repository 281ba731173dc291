/** Uploads that wait for the disk do so together, and each hears of its own failure alone. */
import assert from 'node:assert/strict';
import { Mocks, systemError } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import { FileError } from '../../src/files/fileError';
import { FlushRounds } from '../../src/files/writing/flushRounds';
import { soon } from '../support/soon';
import type { Stored, Upload } from '../../src/files/writing/write';

const mocks = new Mocks();

const failure = (code: string): Error => systemError(code, 'fsync');

interface Fake {
  readonly name: string;
  size: number;
  isDressed: boolean;
  isOnDisk: boolean;
  /** What fails, as that error. */
  fails: Partial<Record<'ready' | 'place' | 'flush' | 'folder', Error>>;
  /** How often it is to be flushed once more. */
  changes: number;
}

describe('uploads that wait for the disk', () => {
  let rounds: FlushRounds;
  /** What is done, in its order. */
  let done: string[];
  /** What waits to be flushed. */
  let waiting: Map<string, () => void>;
  let isHeldUp: boolean;
  let now: number;

  beforeEach(() => {
    mocks.timers.enable({ apis: ['setTimeout'] });
    now = 1000;
    mocks.method(performance, 'now', () => now);
    done = [];
    waiting = new Map();
    isHeldUp = false;
    const place = async ({ name, fails }: Fake): Promise<void> => {
      await disk(`folder ${name}`);
      if (fails.folder !== undefined) throw fails.folder;
    };
    rounds = new FlushRounds({ place } as never);
  });
  afterEach(() => {
    mocks.restore();
  });

  async function disk(what: string): Promise<void> {
    done.push(what);
    if (isHeldUp) await new Promise<void>((resolve) => waiting.set(what, resolve));
  }
  const goOn = (what: string): void => (waiting.get(what) ?? assert.fail(what))();

  function uploadOf(name: string, other: Partial<Fake> = {}): Upload {
    const own: Fake = { name, size: 1, isDressed: false, isOnDisk: false, fails: {}, changes: 0, ...other };
    const attempt = (what: 'ready' | 'place'): void => {
      done.push(`${what} ${name}`);
      if (own.fails[what] !== undefined) throw own.fails[what];
    };
    const ready = (): object => {
      attempt('ready');
      if (own.isOnDisk && own.changes > 0) {
        own.changes--;
        own.isOnDisk = false;
      }
      own.isDressed = true;
      const placed = {
        folder: own,
        commit: () => done.push(`commit ${name}`),
        revert: () => done.push(`revert ${name}`),
      };
      const place = (): object => {
        attempt('place');
        return placed;
      };
      return { stored: { path: name, created: true }, rest: () => undefined, place };
    };
    const flush = async (): Promise<void> => {
      if (own.isOnDisk) return;
      await disk(`flush ${name}`);
      if (own.fails.flush !== undefined) throw own.fails.flush;
      own.isOnDisk = true;
    };
    return Object.assign(own, { ready, flush }) as never;
  }

  const explain = (error: unknown, upload: Upload): unknown =>
    Object.assign(new Error((upload as never as Fake).name), { cause: error });
  const finish = (...uploads: Upload[]): Promise<Stored[]> => soon(rounds.finish(uploads, explain));
  /** Until nothing goes on by itself. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await setImmediate();
  };
  /** What becomes of it: its paths, or whose failure it was, and why. */
  const told = (result: Promise<Stored[]>): Promise<unknown> =>
    result.then(
      (stored) => stored.map(({ path }) => path),
      (error: unknown) => {
        const { message, cause } = error as Error;
        return [message, cause instanceof FileError ? cause.kind : (cause as Error | undefined)?.message];
      },
    );

  it('are flushed, take their places, and stay when their folders are flushed', async () => {
    assert.deepEqual(await told(finish(uploadOf('a'), uploadOf('b'))), ['a', 'b']);
    assert.deepEqual(done, [
      ...['ready a', 'ready b', 'flush a', 'flush b', 'ready a', 'ready b', 'place a', 'place b'],
      ...['folder a', 'folder b', 'commit a', 'commit b'],
    ]);
  });

  it('are not made ready before they are flushed if they were', async () => {
    await finish(uploadOf('a', { isDressed: true }));
    assert.deepEqual(done, ['flush a', 'ready a', 'place a', 'folder a', 'commit a']);
  });

  it('go together, those that come at once', async () => {
    isHeldUp = true;
    const all = ['a', 'b', 'c'].map((name) => finish(uploadOf(name)));
    await settle();
    assert.deepEqual([...waiting.keys()], ['flush a', 'flush b', 'flush c']);
    isHeldUp = false;
    goOn('flush a');
    await settle();
    assert.ok(!done.includes('place a'));
    for (const name of ['b', 'c']) goOn(`flush ${name}`);
    assert.deepEqual(await Promise.all(all.map(told)), [['a'], ['b'], ['c']]);
  });

  it('wait for the round that goes on', async () => {
    isHeldUp = true;
    const first = finish(uploadOf('a'));
    await settle();
    const second = finish(uploadOf('b'));
    await settle();
    assert.deepEqual([...waiting.keys()], ['flush a']);
    isHeldUp = false;
    goOn('flush a');
    assert.deepEqual([await told(first), await told(second)], [['a'], ['b']]);
    assert.ok(done.indexOf('flush b') > done.indexOf('folder a'));
  });

  describe('for others that may be on the way again', () => {
    /** Of so many that took so long. */
    async function round(took: number, count = 2): Promise<void> {
      isHeldUp = true;
      const names = Array.from({ length: count }, (_, i) => String(i));
      const all = names.map((name) => finish(uploadOf(name)));
      await settle();
      isHeldUp = false;
      now += took;
      for (const name of names) goOn(`flush ${name}`);
      await Promise.all(all);
      done = [];
    }

    it('a tenth of what the last round took', async () => {
      await round(30);
      const one = finish(uploadOf('a'));
      await settle();
      mocks.timers.tick(2);
      await settle();
      assert.deepEqual(done, []);
      mocks.timers.tick(1);
      assert.deepEqual(await told(one), ['a']);
    });

    it('and no longer than five milliseconds', async () => {
      await round(10_000);
      const one = finish(uploadOf('a'));
      await settle();
      mocks.timers.tick(4);
      await settle();
      assert.deepEqual(done, []);
      mocks.timers.tick(1);
      assert.deepEqual(await told(one), ['a']);
    });

    it('not longer than until they are there', async () => {
      await round(30);
      const one = finish(uploadOf('a'));
      await settle();
      const two = finish(uploadOf('b'));
      assert.deepEqual([await told(one), await told(two)], [['a'], ['b']]);
      assert.ok(done.indexOf('flush b') < done.indexOf('place a'));
    });

    it('all of them', async () => {
      await round(30, 3);
      const two = [finish(uploadOf('a'))];
      await settle();
      two.push(finish(uploadOf('b')));
      await settle();
      assert.deepEqual(done, []);
      two.push(finish(uploadOf('c')));
      assert.deepEqual(await Promise.all(two.map(told)), [['a'], ['b'], ['c']]);
    });

    it('leaving no timer behind', async () => {
      await round(30);
      const cleared = mocks.method(globalThis, 'clearTimeout').mock;
      const both = [finish(uploadOf('a'))];
      await settle();
      both.push(finish(uploadOf('b')));
      await Promise.all(both);
      assert.equal(cleared.callCount(), 1);
    });

    it('which are none after one alone', async () => {
      await round(30);
      const one = finish(uploadOf('a'));
      await settle();
      mocks.timers.tick(3);
      await one;
      assert.deepEqual(await told(finish(uploadOf('b'))), ['b']);
    });
  });

  describe('and are large', () => {
    const large = 1024 * 1024 + 1;
    it('are flushed alone first, so that nobody waits for them', async () => {
      isHeldUp = true;
      const slow = finish(uploadOf('large', { size: large }));
      await settle();
      assert.deepEqual(done, ['ready large', 'flush large']);
      isHeldUp = false;
      assert.deepEqual(await told(finish(uploadOf('a'))), ['a']);
      assert.ok(!done.includes('place large'));
      goOn('flush large');
      assert.deepEqual(await told(slow), ['large']);
    });

    it('are made ready for that once', async () => {
      await finish(uploadOf('large', { size: large, isDressed: true }));
      assert.deepEqual(done.slice(0, 2), ['flush large', 'ready large']);
    });

    it('are so beyond a mebibyte', async () => {
      isHeldUp = true;
      const both = [finish(uploadOf('a', { size: large - 1 })), finish(uploadOf('b'))];
      await settle();
      assert.deepEqual(done, ['ready a', 'ready b', 'flush a', 'flush b']);
      isHeldUp = false;
      for (const each of ['flush a', 'flush b']) goOn(each);
      await Promise.all(both);
    });

    it('fail alone', async () => {
      const failing = uploadOf('large', { size: large, fails: { flush: failure('EIO') } });
      assert.deepEqual(await told(finish(uploadOf('a'), failing)), ['large', 'EIO']);
      assert.ok(!done.includes('flush a'));
      const unready = uploadOf('large', { size: large, fails: { ready: failure('ENOENT') } });
      assert.deepEqual(await told(finish(unready)), ['large', 'ENOENT']);
    });
  });

  for (const [promise, fails, expected, taken] of [
    ['cannot be made ready', { ready: failure('EACCES') }, 'EACCES', false],
    ['cannot be flushed', { flush: failure('EIO') }, 'EIO', false],
    ['cannot take its place', { place: failure('EACCES') }, 'EACCES', true],
    ['is in a folder that cannot be flushed', { folder: failure('EIO') }, 'failed', true],
  ] as const) {
    it(`fail with one of their form that ${promise}, and no others do`, async () => {
      const form = finish(uploadOf('a'), uploadOf('b', { fails }), uploadOf('c'));
      const other = finish(uploadOf('other'));
      assert.deepEqual(await Promise.all([told(form), told(other)]), [['b', expected], ['other']]);
      assert.equal(done.includes('place a'), taken);
      assert.equal(done.includes('revert a'), taken);
      assert.ok(!done.includes('commit a') && done.includes('commit other'));
      if ('folder' in fails)
        assert.deepEqual(
          done.filter((each) => each.startsWith('revert')),
          ['revert c', 'revert b', 'revert a'],
        );
      const next = finish(uploadOf('next'));
      await settle();
      mocks.timers.tick(5);
      assert.deepEqual(await told(next), ['next']);
      if ('flush' in fails) assert.equal(done.filter((each) => each === 'flush b').length, 1);
    });
  }

  it('are flushed once more if what they replace has changed, all of their form', async () => {
    assert.deepEqual(await told(finish(uploadOf('a'), uploadOf('b', { changes: 1 }))), ['a', 'b']);
    assert.deepEqual(
      done.filter((each) => each.startsWith('flush')),
      ['flush a', 'flush b', 'flush b'],
    );
  });

  it('are flushed nine times at most', async () => {
    assert.deepEqual(await told(finish(uploadOf('a', { changes: 8 }))), ['a']);
    done = [];
    const error = await finish(uploadOf('a', { changes: 1000 })).then(
      () => assert.fail(),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FileError);
    assert.deepEqual([error.kind, error.message], ['busy', 'The file is being replaced again and again.']);
    assert.equal(done.filter((each) => each === 'flush a').length, 9);
  });
});
