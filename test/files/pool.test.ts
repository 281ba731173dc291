/** At most so many operations at once. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import { Pool, Promptness } from '../../src/files/pool';

const mocks = new Mocks();

describe('a pool', () => {
  it('runs two at once and never three, in the order they came', async () => {
    const pool = new Pool(2);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const results = [0, 1, 2, 3, 4].map((i) =>
      pool.run(() => {
        started.push(i);
        return new Promise<number>((resolve) => ends.push(() => resolve(i)));
      }),
    );
    for (const running of [2, 3, 4, 5]) {
      while (started.length < running) await Promise.resolve();
      await new Promise(setImmediate);
      assert.equal(started.length, running);
      ends.shift()?.();
    }
    for (const end of ends) end();
    assert.deepEqual(await Promise.all(results), [0, 1, 2, 3, 4]);
    assert.deepEqual(started, [0, 1, 2, 3, 4]);
  });

  it('gives the place of a failed operation to the next one', async () => {
    const pool = new Pool(1);
    const failing = pool.run(() => Promise.reject(new Error('no')));
    const next = pool.run(() => Promise.resolve('yes'));
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'yes');
    assert.equal(await pool.run(() => Promise.resolve('again')), 'again');
  });

  it('lets nobody slip into a place that was handed over', async () => {
    const pool = new Pool(1);
    let running = 0;
    const work = async (): Promise<void> => {
      assert.equal(++running, 1);
      await new Promise(setImmediate);
      running--;
    };
    const first = pool.run(work).then(() => pool.run(work));
    await Promise.all([first, pool.run(work), pool.run(work), pool.run(work)]);
  });
});

describe('promptness', () => {
  let now: number;
  beforeEach(() => {
    now = 1000;
    mocks.method(performance, 'now', () => now);
  });
  afterEach(() => mocks.restore());

  /** An operation of so many milliseconds. */
  const taking = (ms: number) => (): string => {
    now += ms;
    return 'done';
  };

  it('is expected of what nobody has tried', () => {
    const promptness = new Promptness();
    assert.deepEqual([promptness.expected, promptness.known], [true, false]);
  });

  it('is expected of what took eight milliseconds at most', () => {
    const promptness = new Promptness();
    assert.equal(promptness.watch(taking(8)), 'done');
    assert.deepEqual([promptness.expected, promptness.known], [true, true]);
  });

  it('is not expected for a hundred times as long as an operation took that was not prompt', () => {
    const promptness = new Promptness();
    promptness.watch(taking(9));
    assert.equal(promptness.expected, false);
    now += 899;
    assert.equal(promptness.expected, false);
    now += 1;
    assert.equal(promptness.expected, true);
  });

  it('is seen of what fails, too', () => {
    const promptness = new Promptness(1);
    const failing = (): void => {
      taking(2)();
      throw new Error('no');
    };
    assert.throws(() => promptness.watch(failing), /no/);
    assert.deepEqual([promptness.expected, promptness.known], [false, true]);
  });
});
