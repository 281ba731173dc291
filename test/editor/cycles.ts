/** A server in the editor that is started and stopped, and whose thread is killed, in the midst of what clients ask of it. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { audit, beginAudit, isBack, settled, usageOf, type Usage } from '../torture/audit';
import type { CyclesResult, Ended } from '../torture/cyclesResult';
import { lastOf } from '../torture/history';
import { assertRegisters } from '../torture/registers';
import { Traffic } from '../torture/traffic';
import { HostArena } from './hostArena';
import { prepareWays, waysToEnd } from './waysToEnd';

export interface CyclesAsked {
  readonly seed: number;
  readonly count: number;
  readonly clients: number;
  /** After which no further cycle begins. */
  readonly milliseconds: number;
}

/** How many operations there are at least between two ends. */
const between = 8;

/** @throws AssertionError with what is wrong with the history, or with what is left in the end */
export async function cycles(asked: CyclesAsked): Promise<CyclesResult> {
  const { seed, clients } = asked;
  const arena = new HostArena();
  const { controller } = arena.made;
  prepareWays(arena.directory);
  try {
    // What a host makes for its first server, it has from then on.
    await controller.start();
    await beginAudit(arena);
    await controller.stop();
    await settled(() => arena.thread !== undefined);
    const found = await usageOf(arena);
    const rest = withOthers(found);
    await controller.start();
    const before = withOthers(await beginAudit(arena));
    const resident = process.memoryUsage.rss();
    // What has gone wrong with the server is told, instead of waiting for another.
    const onRefused = (): void => arena.assertWell();
    const names = ['cycles/a.txt', 'cycles/b.bin'];
    const traffic = new Traffic(arena, { seed, clients, size: 50_000, names, onRefused });
    const { ends, isOver } = endings(arena, traffic, asked);
    await traffic.run(isOver);
    assertRegisters(traffic.history, seed);
    await audit(arena, { acknowledged: lastOf(traffic.history), before });
    await controller.stop();
    let after = rest;
    const say = (): string => `not given back: ${JSON.stringify({ rest, after })}`;
    await settled(async () => isBack((after = await usageOf(arena)), rest), say);
    return { operations: traffic.history.length, ends, before: found, after, resident };
  } finally {
    arena.closeClients();
    await controller.stop(0);
    arena.made.dispose();
  }
}

/** Other extensions share the process, and open what they want; ten cycles that leave something leave more than that. */
const withOthers = (usage: Usage): Usage => ({ ...usage, descriptors: usage.descriptors + 5 });

interface Endings {
  readonly ends: readonly Ended[];
  /** Whether they are all done. @throws what one of them did */
  readonly isOver: () => boolean;
}

/** Begins them; each comes when there was some traffic since the last one. */
function endings(arena: HostArena, { history }: Traffic, { seed, count, milliseconds }: CyclesAsked): Endings {
  const [random, until] = [new Random(seed), performance.now() + milliseconds];
  const [names, ends]: [string[], Ended[]] = [Object.keys(waysToEnd), []];
  let isDone = false;
  const all = async (): Promise<void> => {
    while (ends.length < count && performance.now() < until) {
      const next = history.length + between;
      while (history.length < next) await setTimeout(1);
      ends.push(await end(arena, names[ends.length] ?? random.pick(names)));
    }
  };
  void all()
    .catch((error: unknown) => (arena.flaw = error as Error))
    .finally(() => (isDone = true));
  const isOver = (): boolean => {
    arena.assertWell();
    return isDone;
  };
  return { ends, isOver };
}

async function end(arena: HostArena, way: string): Promise<Ended> {
  const begin = performance.now();
  try {
    await waysToEnd[way]?.(arena);
    assert.equal((await arena.made.controller.start()).kind, 'running');
  } catch (error) {
    throw new Error(`${way}: ${(error as Error).message}`, { cause: error });
  }
  return { way, milliseconds: performance.now() - begin, resident: process.memoryUsage.rss() };
}
