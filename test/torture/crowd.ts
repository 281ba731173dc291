/** Many clients on few names, and a server that may die again and again: every name stays a register. */
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { Arena } from './arena';
import { audit, beginAudit } from './audit';
import { lastOf, type Operation } from './history';
import { assertRegisters } from './registers';
import { Traffic } from './traffic';

export interface CrowdAsked {
  readonly seed: number;
  readonly clients: number;
  readonly size: number;
  /** Stops when so many operations are done, or earlier when this many milliseconds have passed. */
  readonly operations: number;
  readonly milliseconds: number;
  /** How often the server's thread dies meanwhile. */
  readonly kills?: number;
}

export interface CrowdResult {
  readonly operations: number;
  readonly kills: number;
  readonly outcomes: Readonly<Record<Operation['outcome'], number>>;
}

/** @throws AssertionError with what is wrong with the history, or with what is left */
export async function crowd(asked: CrowdAsked): Promise<CrowdResult> {
  const arena = await Arena.start();
  const before = await beginAudit(arena);
  try {
    const traffic = new Traffic(arena, { ...asked, names: ['a.txt', 'b.txt', 'c/d.txt', 'e.bin'] });
    const until = performance.now() + asked.milliseconds;
    const isOver = (): boolean => traffic.history.length >= asked.operations || performance.now() > until;
    const [kills] = await Promise.all([killing(arena, asked, () => traffic.history.length), traffic.run(isOver)]);
    assertRegisters(traffic.history, asked.seed);
    await audit(arena, { acknowledged: lastOf(traffic.history), before });
    return { operations: traffic.history.length, kills, outcomes: outcomesOf(traffic.history) };
  } finally {
    await arena.remove();
  }
}

function outcomesOf(history: readonly Operation[]): CrowdResult['outcomes'] {
  const outcomes = { done: 0, failed: 0, unknown: 0 };
  for (const { outcome } of history) outcomes[outcome]++;
  return outcomes;
}

/** Spread over the operations, so that it takes no time of its own. */
async function killing(arena: Arena, asked: CrowdAsked, done: () => number): Promise<number> {
  const random = new Random(asked.seed);
  const { kills = 0, operations, milliseconds } = asked;
  const until = performance.now() + milliseconds;
  for (let killed = 0; killed < kills; killed++) {
    const next = ((killed + 0.5 + random.integer(100) / 200) * operations) / (kills + 1);
    while (done() < next && performance.now() < until) await setTimeout(1);
    if (performance.now() >= until) return killed;
    await arena.kill();
    await arena.begin();
  }
  return kills;
}
