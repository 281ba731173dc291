/** The terminal's program, killed before each of its calls of the file system in turn: the next one finds old or new, and clears the rest. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unfinishedIn } from '../support/disk/unfinishedIn';
import { TerminalProgram } from '../support/programs/terminalProgram';
import type { RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { placeOf, workNames, works, type Work, type WorkName } from './faultWorks';
import { ShimControl, shimPath } from './shim/fault';

export interface StepsAsked {
  /** The first call that is looked at of each work, and how many are passed over. */
  readonly first: number;
  readonly stride: number;
  readonly milliseconds: number;
}

export interface StepsResult {
  readonly deaths: number;
  /** Whether the time was enough for every step. */
  readonly isWhole: boolean;
  /** How often the disk had the old, and the new. */
  readonly states: Readonly<Record<string, number>>;
}

interface Running {
  readonly program: TerminalProgram;
  readonly shim: ShimControl;
}

async function start(directory: string): Promise<Running> {
  const program = new TerminalProgram([directory, '--port', '0', '--access', 'full'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // What a client could go on with stays: not where other servers of these tests have theirs.
    env: { NODE_OPTIONS: `--require ${shimPath}`, XDG_CACHE_HOME: join(directory, '../cache') },
  });
  await program.port();
  return { program, shim: ShimControl.ofProcess(program.child) };
}

/** What is read has nothing to lose; what a client could go on with stays, so it comes last. */
const changing: readonly WorkName[] = [
  ...workNames.filter((name) => !name.startsWith('download') && name !== 'resumable upload'),
  'resumable upload',
];

/** Files of a form take their places one after the other: who kills the server between two finds the first ones. */
const between: Partial<Readonly<Record<WorkName, string>>> = { form: 'new –' };

export async function steps({ first, stride, milliseconds }: StepsAsked): Promise<StepsResult> {
  const folder = await temporaryFolder();
  const directory = join(folder.path, 'folder');
  for (const path of [directory, join(folder.path, 'cache')]) mkdirSync(path);
  const until = performance.now() + milliseconds;
  const states: Record<string, number> = {};
  let deaths = 0;
  let running = await start(directory);
  try {
    for (const which of changing)
      for (let at = first; performance.now() < until; at += stride) {
        const name = `d${deaths}-${at}-${which.replaceAll(/\W/g, '')}`;
        const { state, isDead } = await one(running, { which, at, name, directory });
        if (!isDead) break;
        running = await start(directory);
        states[judge(which, state(), at)] = (states[judge(which, state(), at)] ?? 0) + 1;
        if (which !== 'resumable upload') assert.deepEqual(unfinishedIn(folder.path), [], `${which}, killed at ${at}`);
        deaths++;
      }
    return { deaths, states, isWhole: performance.now() < until };
  } finally {
    await running.program.stop('SIGKILL');
    await folder.remove();
  }
}

interface Step {
  readonly which: WorkName;
  readonly at: number;
  readonly name: string;
  readonly directory: string;
}

/** Whether it died, and what the disk has, whenever that is asked. */
async function one(
  { program, shim }: Running,
  { which, at, name, directory }: Step,
): Promise<{ readonly state: () => string; readonly isDead: boolean }> {
  const work: Work = works[which];
  const place = placeOf(directory, name);
  work.prepare(place);
  const client = await program.client();
  await shim.ask({ kind: 'arm', armed: { at, fault: 'KILL', ever: false } });
  const answer = await work.run(client, name).catch((): undefined => undefined);
  client.close();
  const state = (): string => work.state(place);
  if (isGood(answer)) assert.equal(state(), work.new, `${which}, killed at ${at}, was acknowledged`);
  const isDead = answer === undefined || (await isKilled({ program, shim }));
  if (isDead) await program.ended;
  return { state, isDead };
}

const isGood = (answer: RawResponse | undefined): boolean => answer !== undefined && answer.status < 300;

/** After its answer it may have made one more call. */
async function isKilled({ program, shim }: Running): Promise<boolean> {
  return Promise.race([program.ended.then(() => true), shim.ask({ kind: 'disarm' }).then(() => false)]);
}

function judge(which: WorkName, state: string, at: number): string {
  const work: Work = works[which];
  if (state === work.new) return 'new';
  if (state === between[which]) return 'between';
  assert.equal(state, work.old, `${which}, killed at ${at}`);
  return 'old';
}
