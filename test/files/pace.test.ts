/** Background work: short slices, one for all of it in each turn of the event loop. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import { Pace } from '../../src/files/pace';

const mocks = new Mocks();

const forever = new AbortController().signal;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work of so many slices, which notes its name for each of them. */
async function work(name: string, slices: number, log: string[], signal = forever): Promise<void> {
  const pace = await Pace.begin(signal);
  for (let i = 0; i < slices; i++) {
    if (i > 0) await pace.rest();
    log.push(name);
  }
}

describe('background work', () => {
  // What other tests have left has had its turn.
  beforeEach(nextTurn);

  it('begins at once when there is no other', async () => {
    const log: string[] = [];
    const done = work('a', 1, log);
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(log, ['a']);
    await done;
  });

  it('has one slice per turn of the event loop, however much of it there is', async () => {
    const log: string[] = [];
    const names = Array.from({ length: 50 }, (_, i) => `${i}`);
    const done = Promise.all(names.map((name) => work(name, 3, log)));
    await Promise.resolve();
    await Promise.resolve();
    let before = log.length;
    assert.equal(before, 1);
    while (log.length < 150) {
      await nextTurn();
      assert.ok(log.length - before <= 1, `${log.length - before} in one turn`);
      before = log.length;
    }
    await done;
  });

  it('takes turns: none has its next slice before all have had theirs', async () => {
    const log: string[] = [];
    await Promise.all(['a', 'b', 'c'].map((name) => work(name, 3, log)));
    assert.equal(log.join(''), 'abcabcabc');
  });

  it('has slices that are over after four milliseconds', async () => {
    let now = 1000;
    const clock = mocks.method(performance, 'now', () => now);
    try {
      const pace = await Pace.begin(forever);
      now += 3.9;
      assert.equal(pace.due(), false);
      now = 1004;
      assert.equal(pace.due(), true);
      await pace.rest();
      assert.equal(pace.due(), false);
    } finally {
      clock.mock.restore();
    }
  });

  it('has one slice per turn after a while without any, too', async () => {
    const log: string[] = [];
    const one = await Pace.begin(forever);
    await nextTurn();
    const other = await Pace.begin(forever);
    for (let i = 0; i < 3; i++) await nextTurn();
    void one.rest().then(() => log.push('one'));
    void other.rest().then(() => log.push('other'));
    const lengths: number[] = [];
    for (let i = 0; i < 4; i++) {
      await nextTurn();
      lengths.push(log.length);
    }
    assert.deepEqual(
      [log, lengths],
      [
        ['one', 'other'],
        [1, 2, 2, 2],
      ],
    );
  });

  it('ends with its signal, and for the reason of that', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const done = work('a', 1000, log, controller.signal);
    while (log.length < 3) await nextTurn();
    controller.abort(new Error('nobody waits'));
    await assert.rejects(done, /nobody waits/);
    assert.ok(log.length < 10);
  });

  it('does not begin when its signal has fired', async () => {
    await assert.rejects(Pace.begin(AbortSignal.abort(new Error('gone'))), /gone/);
  });

  it('that has ended takes no turn of others', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const first = work('first', 2, log);
    const given = Array.from({ length: 100 }, () => work('given up', 1, log, controller.signal).catch(() => undefined));
    const last = work('last', 1, log);
    controller.abort();
    let turns = 0;
    while (!log.includes('last')) {
      await nextTurn();
      turns++;
    }
    assert.ok(turns < 10, `${turns} turns`);
    await Promise.all([first, last, ...given]);
    assert.equal(log.includes('given up'), false);
  });
});
