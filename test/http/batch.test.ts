/** What came in together began together. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { currentMoment, joinBatch, type Moment } from '../../src/http/connection/batch';

describe('the moment at which a batch began', () => {
  /** What those of one batch see. */
  async function seenBy(count: number): Promise<Moment[]> {
    const seen: Moment[] = [];
    for (let i = 0; i < count; i++) joinBatch({ answerBatch: () => seen.push(currentMoment()) });
    await setImmediate();
    return seen;
  }

  it('is one for all who are answered in it', async () => {
    const [first, ...others] = await seenBy(3);
    assert.equal(others.length, 2);
    for (const other of others) assert.equal(other, first);
  });

  it('is another for each batch, and no earlier', async () => {
    const [first] = await seenBy(1);
    const [second] = await seenBy(1);
    assert.ok(first !== undefined && second !== undefined);
    assert.notEqual(first, second);
    assert.ok(second.steady >= first.steady);
  });

  it('is now where nothing is answered', async () => {
    const [first] = await seenBy(1);
    const before = performance.now();
    const moment = currentMoment();
    assert.notEqual(moment, first);
    assert.ok(moment.steady >= before && moment.steady <= performance.now());
    assert.ok(moment.time <= Date.now());
  });

  it('is one of both clocks', async () => {
    const before = [Date.now(), performance.now()] as const;
    const [moment] = await seenBy(1);
    assert.ok(moment !== undefined);
    assert.ok(moment.time >= before[0] && moment.steady >= before[1]);
  });
});
