/** The figures of docs/reliability.md that are not those of `faults`. */
import { cpus } from 'node:os';
import type { CrowdResult } from './crowd';
import type { EditorResult } from './editor';
import { median, third } from './flat';
import type { Sample } from './soak';
import { answersOf } from './soakChart';
import type { StepsResult } from './steps';
import { grouped, tableOf, writePart } from './page';

const columns = ['Under', '#Clients', '#Deaths', '#Operations', '#Done', '#Refused or broken off', '#Nobody heard'];

export interface Crowded extends CrowdResult {
  readonly clients: number;
}

const rowOf = (name: string, { clients, kills, operations, outcomes }: Crowded): (string | number)[] => [
  name,
  clients,
  kills,
  ...[operations, outcomes.done, outcomes.failed, outcomes.unknown].map(grouped),
];

export const writeLoad = (result: Crowded): void => writePart('load', tableOf(columns, [rowOf('load', result)]));

export function writeKill({ deaths, states, isWhole }: StepsResult, result: Crowded): void {
  const rows = Object.entries(states).map(([state, count]) => [state, count]);
  writePart(
    'kill',
    [
      tableOf(
        ['The disk had, of the terminal’s program', '#Times'],
        [...rows, [isWhole ? 'in all' : 'in all, until the time was over', deaths]],
      ),
      tableOf(columns, [rowOf('deaths of the thread', result)]),
    ].join('\n\n'),
  );
}

const sampled: readonly (readonly [name: string, of: (sample: Sample) => number])[] = [
  ['resident memory, MB', ({ resident }) => resident / 1e6],
  ['heap after a collection, MB', ({ heap }) => heap / 1e6],
  ['descriptors', ({ descriptors }) => descriptors],
  ['threads', ({ threads }) => threads],
  ['timers', ({ timers }) => timers],
  ['unfinished files', ({ temporary }) => temporary],
  ['lateness of the event loop, p99, ms', ({ lateness }) => lateness.p99],
];

const shown = (value: number): string => value.toFixed(Number.isInteger(value) ? 0 : 1);

/** How often each status came of each kind. */
function answersBy(samples: readonly Sample[]): (string | number)[][] {
  const all = new Map<string, Map<string, number>>();
  for (const { answers } of samples)
    for (const [kind, outcomes] of Object.entries(answers))
      for (const [outcome, count] of Object.entries(outcomes)) {
        const of = all.get(kind) ?? new Map<string, number>();
        all.set(kind, of.set(outcome, (of.get(outcome) ?? 0) + count));
      }
  return [...all].map(([kind, of]) => [
    kind,
    [...of]
      .sort(([, a], [, b]) => b - a)
      .map(([outcome, count]) => `${outcome} × ${grouped(count)}`)
      .join(', '),
  ]);
}

export function writeSoak(samples: readonly Sample[]): void {
  const seconds = samples.at(-1)?.at ?? 0;
  const said = `${grouped(seconds)} seconds on ${cpus().length} cores, ${samples.length} samples, ${grouped(answersOf(samples))} answers:`;
  const rows = sampled.map(([name, of]) => [
    name,
    ...([0, 1, 2] as const).map((which) => shown(median(third(samples, which).map(of)))),
    shown(Math.max(...samples.map(of))),
  ]);
  writePart(
    'soak',
    [
      said,
      tableOf(['Median', '#of the first third', '#of the second', '#of the last', '#Most'], rows),
      tableOf(['Kind', 'Answers'], answersBy(samples)),
    ].join('\n\n'),
  );
}

export function writeEditor({ cycles, windows }: EditorResult): void {
  const { ends, before, after, resident } = cycles;
  const rowOf = (way: string): (string | number)[] => {
    const times = ends.filter((end) => end.way === way).map(({ milliseconds }) => milliseconds);
    return [way, times.length, ...[median(times), Math.max(...times)].map((time) => time.toFixed(0))];
  };
  const ways = [...new Set(ends.map(({ way }) => way))];
  const megabytes = (octets: number): string => (octets / 1e6).toFixed(1);
  const quarters = [1, 2, 3, 4].map((quarter) => ends[Math.ceil((ends.length * quarter) / 4) - 1]?.resident ?? NaN);
  const kept = [
    ['descriptors', before.descriptors, after.descriptors],
    ['threads', before.threads, after.threads],
    ['timers', before.timers, after.timers],
    ['heap after a collection, MB', megabytes(before.heap), megabytes(after.heap)],
  ];
  writePart(
    'editor',
    [
      tableOf(
        ['The server was', '#Times', '#Ran again after, ms, median', '#At most'],
        [...ways.map(rowOf), ['in all', ends.length, '', '']],
      ),
      `${grouped(cycles.operations)} operations of clients meanwhile. Without a server the host had, other extensions included:`,
      tableOf(['', '#At first', '#In the end'], kept),
      `Its resident memory, in MB, with a server: ${[resident, ...quarters].map(megabytes).join(', ')} at first and after each quarter of the times. ${windowsText(windows)}`,
    ].join('\n\n'),
  );
}

function windowsText({ windows, before, after, ...counts }: EditorResult['windows']): string {
  const { commanded, reloaded, operations, unknown } = counts;
  return (
    `${windows} windows at once were loaded anew ${commanded} times by the editor’s command and ${reloaded} times as a page, ` +
    `in the midst of ${grouped(operations)} operations, of which ${grouped(unknown)} got no answer. A host had ` +
    `${before.descriptors} descriptors and ${before.threads} threads at most before, ${after.descriptors} and ${after.threads} after.`
  );
}
