/** The tables of docs/reliability.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FaultRow } from './faults';

const page = resolve(__dirname, '../../../docs/reliability.md');
const begin = '<!-- faults: npm run torture -- faults --write -->';
const end = '<!-- end -->';

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

function lineOf(name: string, rows: readonly FaultRow[]): string {
  const { cases, done, cut, late, refused } = sumOf(rows);
  const statuses = [...refused].sort().map(([status, count]) => `${status} × ${count}`);
  return `| ${name} | ${rows[0]?.ever === true ? 'for ever' : 'once'} | ${cases} | ${done} | ${statuses.join(', ') || '–'} | ${cut} | ${late} |`;
}

function tableOf(title: string, rows: readonly FaultRow[], keyOf: (row: FaultRow) => string): string[] {
  const lines = [...new Set(rows.map(keyOf))].flatMap((key) =>
    [false, true].map((ever) =>
      lineOf(
        key,
        rows.filter((row) => keyOf(row) === key && row.ever === ever),
      ),
    ),
  );
  const head = `| ${title} | Fails | Calls | Done all the same | Refused | Cut | Mended later |`;
  return [head, '| --- | --- | ---: | ---: | --- | ---: | ---: |', ...lines];
}

/** Puts the tables in their place. */
export function writeFaults(rows: readonly FaultRow[]): void {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/reliability.md has no place for the tables.');
  const tables = [
    ...tableOf('Fault', rows, ({ fault }) => fault),
    '',
    ...tableOf('Work', rows, ({ work }) => work),
  ].join('\n');
  writeFileSync(page, `${text.slice(0, from)}${begin}\n\n${tables}\n\n${text.slice(to)}`);
}
