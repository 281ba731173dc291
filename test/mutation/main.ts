/**
 * `npm run mutation [-- ROOM… --changed --since COMMIT --write --last --again]`: mutants of the sources, and which of them the tests notice.
 * `--changed` makes them only in the lines that are others than at COMMIT, `origin/main` if none is named; `--write` writes the
 * tables of the documents; `--last` takes what the last run of each room has found, with what is explained now.
 * `--again` tries only what that run did not notice or come to an end with, and of files that are others by now all; the rest counts as it did.
 * Fails where one is neither noticed nor explained.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Cleanup } from '../support/host/cleanup';
import { installPackages } from '../support/host/packages';
import { linesSince } from './changes';
import { lastMutants, mutate, mutateAgain } from './mutate';
import { mutantPlan, type Planned } from './mutatedRooms';
import { lineOf, percentages, scoreOf, unexplained, type Mutant, type Score } from './mutants';
import { writeScores } from './mutantPage';

interface Asked {
  readonly rooms: readonly Planned[];
  readonly isWritten: boolean;
  readonly isLast: boolean;
  readonly isAgain: boolean;
}

function readFlags(): Asked {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { changed: flag, since: { type: 'string' }, write: flag, last: flag, again: flag },
  });
  const { changed, since, write: isWritten, last: isLast, again: isAgain } = values;
  const isPart = changed || since !== undefined;
  if (isPart && (isWritten || isLast || isAgain))
    throw new Error('Of a part of a room nothing is kept, and nothing written.');
  const lines = isPart ? linesSince(since ?? 'origin/main') : undefined;
  return { rooms: mutantPlan(positionals, lines), isWritten, isLast, isAgain };
}

function tell(room: string, mutants: readonly Mutant[]): Score {
  const score = scoreOf(mutants);
  const [all, open] = percentages(score);
  const survivors = unexplained(mutants);
  if (survivors.length > 0) console.log(`Not noticed:\n${survivors.map(lineOf).join('\n')}`);
  console.log(`src/${room}: ${all} % of ${mutants.length} mutants noticed, ${open} % without the explained`);
  return score;
}

/** One room after the other, each in a folder of its own, told as soon as it is done. */
async function tryRooms({ rooms, isAgain }: Asked, cleanup: Cleanup): Promise<Map<string, Score>> {
  const modules = await installPackages('mutation', cleanup);
  const parent = mkdtempSync(path.join(tmpdir(), 'mutants-'));
  cleanup.add(() => rmSync(parent, { recursive: true, force: true }));
  const scores = new Map<string, Score>();
  for (const [index, planned] of rooms.entries()) {
    const folder = path.join(parent, String(index));
    mkdirSync(folder);
    const mutants = await (isAgain ? mutateAgain : mutate)({ ...planned, modules, folder }, cleanup);
    scores.set(planned.room, tell(planned.room, mutants));
  }
  return scores;
}

async function main(): Promise<void> {
  const asked = readFlags();
  const { rooms, isWritten, isLast } = asked;
  if (rooms.length === 0) console.log('Nothing of what is mutated has changed.');
  // It takes minutes, and whoever works beside it shall not notice.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const cleanup = new Cleanup();
  cleanup.coverSignals();
  try {
    const last = (): Map<string, Score> => new Map(rooms.map(({ room }) => [room, tell(room, lastMutants(room))]));
    const scores = isLast ? last() : rooms.length > 0 ? await tryRooms(asked, cleanup) : new Map<string, Score>();
    if (isWritten) writeScores(scores);
    if ([...scores.values()].some(({ survived }) => survived > 0)) process.exitCode = 1;
  } finally {
    await cleanup.run();
  }
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
