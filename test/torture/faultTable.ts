/** The tables of docs/reliability.md. */
import type { FaultRow } from './faults';
import { tableOf, writePart } from './page';

const columns = ['Fails', '#Calls', '#Done all the same', 'Refused', '#Cut', '#Mended later'];

const isDone = (outcome: string): boolean => outcome.startsWith('2');

interface Sum {
  cases: number;
  done: number;
  cut: number;
  late: number;
  /** By status. */
  readonly refused: Map<string, number>;
}

function sumOf(rows: readonly FaultRow[]): Sum {
  const sum: Sum = { cases: 0, done: 0, cut: 0, late: 0, refused: new Map() };
  for (const { outcomes, late } of rows) {
    sum.late += late;
    for (const [outcome, count] of Object.entries(outcomes)) {
      sum.cases += count;
      if (isDone(outcome)) sum.done += count;
      else if (outcome === 'cut') sum.cut += count;
      else sum.refused.set(outcome, (sum.refused.get(outcome) ?? 0) + count);
    }
  }
  return sum;
}

function rowOf(name: string, rows: readonly FaultRow[]): (string | number)[] {
  const { cases, done, cut, late, refused } = sumOf(rows);
  const statuses = [...refused].sort().map(([status, count]) => `${status} × ${count}`);
  const fails = rows[0]?.ever === true ? 'for ever' : 'once';
  return [name, fails, cases, done, statuses.join(', ') || '–', cut, late];
}

function tableBy(title: string, rows: readonly FaultRow[], keyOf: (row: FaultRow) => string): string {
  const lines = [...new Set(rows.map(keyOf))].flatMap((key) =>
    [false, true].map((ever) =>
      rowOf(
        key,
        rows.filter((row) => keyOf(row) === key && row.ever === ever),
      ),
    ),
  );
  return tableOf([title, ...columns], lines);
}

/** Puts the tables in their place. */
export function writeFaults(rows: readonly FaultRow[]): void {
  writePart(
    'faults',
    [tableBy('Fault', rows, ({ fault }) => fault), tableBy('Work', rows, ({ work }) => work)].join('\n\n'),
  );
}

/** The same of a server that flushes to the disk what it stores. */
export const writeFlushes = (rows: readonly FaultRow[]): void =>
  writePart(
    'flushes',
    tableBy('Work', rows, ({ work }) => work),
  );

/** Of calls that the kernel itself refused. */
export const writeStrace = (rows: readonly FaultRow[]): void =>
  writePart(
    'strace',
    tableBy('Work', rows, ({ work }) => work),
  );
