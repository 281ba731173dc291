/** Mixed traffic for as long as asked, with faults and deaths in between, and a look at what the server has after each round. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { Arena } from './arena';
import { audit, beginAudit, usageOf, type Usage } from './audit';
import { flawsOf } from './history';
import { faults } from './shim/fault';
import { Traffic } from './traffic';

export interface SoakAsked {
  readonly seed: number;
  readonly clients: number;
  readonly milliseconds: number;
  /** How long each round is, in milliseconds. */
  readonly round: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample extends Usage {
  /** Since the beginning, in seconds. */
  readonly at: number;
  readonly operations: number;
  /** Of the process, in octets. */
  readonly resident: number;
}

/** In each so many rounds the server dies once. */
const deathEvery = 5;
/** Among so many calls one fails. */
const calls = 500;

/** @throws AssertionError with what is wrong with a history, or with what is left in the end */
export async function soak(asked: SoakAsked): Promise<readonly Sample[]> {
  const arena = await Arena.start();
  const before = await beginAudit(arena);
  const [samples, random, begun]: [Sample[], Random, number] = [[], new Random(asked.seed), performance.now()];
  try {
    for (let round = 1; performance.now() - begun < asked.milliseconds; round++) {
      const operations = await roundOf(arena, { ...asked, seed: asked.seed + round * 1000 }, random);
      if (round % deathEvery === 0) {
        await arena.kill();
        await arena.begin();
      }
      const at = Math.round((performance.now() - begun) / 1000);
      const sample = { ...(await usageOf(arena)), at, operations, resident: process.memoryUsage().rss };
      samples.push(sample);
      asked.onSample?.(sample);
    }
    await audit(arena, { acknowledged: new Map(), before });
    return samples;
  } finally {
    await arena.remove();
  }
}

/** @returns how many operations there were */
async function roundOf(arena: Arena, { seed, clients, round }: SoakAsked, random: Random): Promise<number> {
  const traffic = new Traffic(arena, { seed, clients, size: 200_000, names: ['a.txt', 'b/c.txt', 'd.bin'] });
  const until = performance.now() + round;
  const over = { is: false };
  const failing = failNow(arena, random, () => over.is);
  await traffic.run(() => performance.now() > until).finally(() => (over.is = true));
  await failing;
  const flaws = flawsOf(traffic.history);
  assert.equal(flaws.length, 0, `seed ${seed}:\n${flaws.slice(0, 20).join('\n')}`);
  return traffic.history.length;
}

/** One call among those that are made fails, again and again. */
async function failNow(arena: Arena, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const armed = { at: 1 + random.integer(calls), fault: random.pick(faults), ever: false };
    await arena.shim.ask({ kind: 'arm', armed });
    await setTimeout(100);
    await arena.shim.ask({ kind: 'disarm' });
  }
}
