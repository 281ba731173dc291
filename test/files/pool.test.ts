/** At most so many operations at once. */
import assert from 'node:assert/strict';
import { Pool, Promptness } from '../../src/files/pool';
import { spend } from '../support/spend';

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
  it('is expected of what nobody has tried', () => {
    const promptness = new Promptness();
    assert.deepEqual([promptness.expected, promptness.known], [true, false]);
  });

  it('is expected of what was prompt', () => {
    const promptness = new Promptness(10_000);
    assert.equal(
      promptness.watch(() => 'done'),
      'done',
    );
    assert.deepEqual([promptness.expected, promptness.known], [true, true]);
  });

  it('is not expected for a hundred times as long as the operation took', () => {
    const promptness = new Promptness(1);
    const started = performance.now();
    // Long enough that no other program keeps this one for a hundred times as long.
    promptness.watch(() => spend(20));
    assert.equal(promptness.expected, false);
    const took = performance.now() - started;
    spend(100 * took);
    assert.equal(promptness.expected, true);
  });

  it('is seen of what fails, too', () => {
    const promptness = new Promptness(1);
    const failing = (): void => {
      spend(2);
      throw new Error('no');
    };
    assert.throws(() => promptness.watch(failing), /no/);
    assert.equal(promptness.expected, false);
  });
});
