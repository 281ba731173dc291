/** The measurements that a busy machine does not spoil still tell what is slow. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { processorTime, takes } from './noise';
import { spend } from './spend';
import { needs } from './needs';

describe('a measurement', () => {
  it('of the processor’s time has what is computed, and not what is waited for', async function () {
    needs(this, 'a system that tells the processor’s time of a thread', processorTime() < performance.timeOrigin);
    // A collection of garbage from before may fall into any one of them.
    let waited = Infinity;
    for (let i = 0; i < 5 && waited >= 100; i++) {
      const before = processorTime();
      await delay(200);
      waited = Math.min(waited, processorTime() - before);
    }
    assert.ok(waited < 100, `${waited} ms`);
    const begun = performance.now();
    const computed = processorTime();
    while (processorTime() - computed < 50);
    assert.ok(performance.now() - begun >= 45);
  });

  it('of a deadline says what is early and what is late', async () => {
    await takes(50, () => delay(60));
    // Far beyond what any machine is late by.
    await assert.rejects(
      takes(60_000, () => delay(20)),
      /^AssertionError.*: early/,
    );
    await assert.rejects(
      takes(0, () => delay(50), -60_000),
      /^AssertionError.*: late/,
    );
  });

  it('of a deadline is patient with a thread that was held', async () => {
    const held = takes(50, () => delay(60), 100);
    spend(1000);
    await held;
  });
});
