/** Tells what a machine that is busy with others does to a measurement from what the code does. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, opendirSync, readFileSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/**
 * For how long the main thread of a process has had a processor, in milliseconds: it does not go on while others have it.
 * Where the system does not tell that, it is the time of the clock.
 */
export function processorTime(pid = process.pid): number {
  const file = `/proc/${pid}/task/${pid}/schedstat`;
  if (!existsSync(file)) return performance.now();
  return Number(readFileSync(file, 'latin1').split(' ')[0]) / 1e6;
}

const PERIOD_MS = 10;

/**
 * Checks that something takes so long, in milliseconds, but no more than `patience` longer. Beside it go a timer and a look at
 * the disk, whose lateness is the machine's: by as much, again and again, anything may be late.
 */
export async function takes(least: number, action: () => Promise<unknown>, patience = 1000): Promise<void> {
  const started = performance.now();
  let lateness = 0;
  let due = started + PERIOD_MS;
  let isLooking = false;
  const look = async (): Promise<void> => {
    isLooking = true;
    const asked = performance.now();
    await stat(__filename);
    lateness += performance.now() - asked;
    isLooking = false;
  };
  const tick = (): void => {
    lateness += Math.max(0, performance.now() - due);
    due = performance.now() + PERIOD_MS;
    if (!isLooking) void look();
  };
  const timer = setInterval(tick, PERIOD_MS);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  const took = performance.now() - started;
  tick();
  assert.ok(took >= least - 5, `early: ${took} < ${least}`);
  assert.ok(took < least + patience + 2 * lateness, `late: ${took} > ${least} + ${patience} + 2 × ${lateness}`);
}

/** In milliseconds: as long as background work goes on at once. */
const SLICE_MS = 4;

/**
 * The longest turn of a loop that does nothing but look at all entries of a folder, a few milliseconds at a time: in
 * milliseconds of the processor's time, what this machine takes for that now and then, whoever does it.
 */
export async function longestLook(folder: string): Promise<number> {
  const found: Stats[] = [];
  const directory = opendirSync(folder, { bufferSize: 512 });
  let longest = 0;
  try {
    let since = performance.now();
    let began = processorTime();
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      found.push(lstatSync(join(folder, entry.name)));
      if (performance.now() - since < SLICE_MS) continue;
      longest = Math.max(longest, processorTime() - began);
      await setImmediate();
      since = performance.now();
      began = processorTime();
    }
  } finally {
    directory.closeSync();
  }
  return longest;
}

/** Checks that a turn is short, or no longer than three such turns as {@link longestLook} finds. In milliseconds. */
export async function assertShort(turn: number, folder: string, what: string): Promise<void> {
  if (turn < 50) return;
  const own = Math.max(await longestLook(folder), await longestLook(folder));
  assert.ok(turn < 50 + 3 * own, `${what} ${turn.toFixed(1)} ms, where a mere look takes ${own.toFixed(1)} ms`);
}
