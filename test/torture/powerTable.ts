/** Power cuts for as long as asked, and their table in docs/reliability.md. */
import assert from 'node:assert/strict';
import { grouped, tableOf, writePart } from './page';
import { check, powerCases, record, type PowerCase } from './power';

export interface PowerRow {
  readonly title: string;
  readonly rounds: number;
  readonly cuts: number;
  readonly states: number;
  /** In how many rounds something acknowledged was not there. */
  readonly lost: number;
}

const size = { clients: 4, works: 25 } as const;

/** @throws AssertionError if something is lost that may not be, or if nothing is where it should */
export async function powerRows(seed: number, milliseconds: number): Promise<readonly PowerRow[]> {
  const until = performance.now() + milliseconds;
  const sums = powerCases.map(({ title }) => ({ title, rounds: 0, cuts: 0, states: 0, lost: 0 }));
  for (let round = 0; round === 0 || performance.now() < until; round++) {
    const synced = await record({ ...size, seed: seed + round, isSynced: true });
    const unsynced = await record({ ...size, seed: seed + round, isSynced: false });
    for (const [i, one] of powerCases.entries()) {
      const sum = sums[i];
      if (sum !== undefined) add(sum, one, one.isSynced ? synced : unsynced, seed + round);
    }
  }
  return sums;
}

function add(
  sum: { -readonly [K in keyof PowerRow]: PowerRow[K] },
  { title, loses, manner }: PowerCase,
  recorded: Parameters<typeof check>[0],
  seed: number,
): void {
  const { cuts, states, flaws } = check(recorded, manner(recorded), seed, loses ? 1 : 20);
  sum.rounds++;
  sum.cuts += cuts;
  sum.states += states;
  if (flaws.length > 0) sum.lost++;
  if (loses) assert.equal(flaws.length, 1, `${title}, seed ${seed}: nothing was lost`);
  else assert.deepEqual(flaws, [], `${title}, seed ${seed}`);
}

export function writePower(rows: readonly PowerRow[]): void {
  const columns = ['Server', '#Rounds', '#Cuts', '#States', '#Rounds in which something was lost'];
  const lines = rows.map(({ title, rounds, cuts, states, lost }) => [
    title,
    ...[rounds, cuts, states, lost].map(grouped),
  ]);
  writePart('power', tableOf(columns, lines));
}
