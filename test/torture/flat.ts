/** Whether what was sampled stays as it is: by medians of thirds, for the first one is what a server learns at the beginning. */
import assert from 'node:assert/strict';
import { MiB } from '../../src/options';
import type { Sample } from './audit';

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export const third = <T>(samples: readonly T[], which: 0 | 1 | 2): readonly T[] =>
  samples.slice(Math.floor((which * samples.length) / 3), Math.floor(((which + 1) * samples.length) / 3));

/** What may come on top in the last third, in the unit of each, for the samples of a machine that does other things, too. */
const slack = { heap: 2 * MiB, resident: 32 * MiB, descriptors: 4, threads: 0, timers: 2, temporary: 0 } as const;

/** Fewer samples say nothing. */
const least = 30;

/** @throws AssertionError that says what grows */
export function assertFlat(samples: readonly Sample[]): void {
  if (samples.length < least) return;
  for (const [name, more] of Object.entries(slack)) {
    const of = (sample: Sample): number => sample[name as keyof typeof slack];
    const [middle, last] = [median(third(samples, 1).map(of)), median(third(samples, 2).map(of))];
    assert.ok(last <= middle + more, `${name} grows: ${middle} in the second third, ${last} in the last`);
  }
}
