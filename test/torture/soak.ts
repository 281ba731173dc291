/** Mixed traffic for as long as asked, with calls that fail in between, and a look at what the server has after each round. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { temporaryFolder } from '../support/served';
import { audit, beginAudit, sampleOf, type Sample as Looked } from './audit';
import { ErrandRunner, type Outcomes } from './errandRunner';
import { assertFlat } from './flat';
import { lastOf, type Operation } from './history';
import { assertRegisters } from './registers';
import { ProgramArena } from './programArena';
import { faults } from './shim/fault';
import { Traffic } from './traffic';

export interface SoakAsked {
  readonly seed: number;
  /** Of each of the two kinds: those that write and read few names, and those that run errands. */
  readonly clients: number;
  readonly milliseconds: number;
  /** How long each round is, in milliseconds. */
  readonly round: number;
  /** How long each client rests between two requests, in milliseconds on an average. */
  readonly pause: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample extends Looked {
  /** Since the beginning, in seconds. */
  readonly at: number;
  /** Whether calls failed in this round. */
  readonly isFaulty: boolean;
  /** By kind of what was asked for: how often each status came. */
  readonly answers: Readonly<Record<string, Outcomes>>;
}

/** Among so many calls one fails, in every other round. */
const calls = 500;
const names = ['a.txt', 'b/c.txt', 'd.bin'] as const;

/** What the server is for a while, with what it hands requests on to. */
async function start(): Promise<{ readonly arena: ProgramArena; readonly remove: () => Promise<void> }> {
  const upstream = createServer((_, response) => void response.end('x'.repeat(100_000)));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const rules = await rulesFor(upstream);
  const arena = await ProgramArena.start(['--live-reload', '--rules', rules.path]);
  fill(arena.directory);
  const remove = async (): Promise<void> => {
    await arena.remove();
    await rules.remove();
    upstream.closeAllConnections();
    upstream.close();
  };
  return { arena, remove };
}

async function rulesFor(upstream: Server): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'rules.json');
  const { port } = upstream.address() as AddressInfo;
  writeFileSync(path, JSON.stringify([{ match: '/up/**', proxy: `http://127.0.0.1:${port}` }]));
  return { path, remove: () => folder.remove() };
}

/** What is only read. */
export function fill(directory: string): void {
  mkdirSync(join(directory, 'site'));
  writeFileSync(join(directory, 'site/index.html'), '<!doctype html><head></head><p>a page');
  writeFileSync(join(directory, 'site/style.css'), 'p { color: red }\n'.repeat(1000));
  writeFileSync(join(directory, 'site/large'), 'large '.repeat(50_000));
}

/** @throws AssertionError with what is wrong with a history or an answer, with what grows, or with what is left in the end */
export async function soak(asked: SoakAsked): Promise<readonly Sample[]> {
  const { arena, remove } = await start();
  try {
    const before = await beginAudit(arena);
    const runner = new ErrandRunner(arena, asked.seed);
    const [samples, begun]: [Sample[], number] = [[], performance.now()];
    let history: readonly Operation[] = [];
    for (let round = 1; performance.now() - begun < asked.milliseconds; round++) {
      const done = await roundOf(arena, runner, {
        ...asked,
        seed: asked.seed + round * 1000,
        isFaulty: round % 2 === 0,
      });
      history = done.history;
      const at = Math.round((performance.now() - begun) / 1000);
      const sample = { at, isFaulty: round % 2 === 0, ...(await sampleOf(arena)), answers: done.answers };
      samples.push(sample);
      asked.onSample?.(sample);
    }
    await audit(arena, { acknowledged: new Map([...runner.acknowledged, ...lastOf(history)]), before });
    assertFlat(samples);
    return samples;
  } finally {
    await remove();
  }
}

interface Round extends SoakAsked {
  readonly isFaulty: boolean;
}

interface Done {
  readonly history: readonly Operation[];
  readonly answers: Sample['answers'];
}

async function roundOf(arena: ProgramArena, runner: ErrandRunner, asked: Round): Promise<Done> {
  const { seed, clients, pause, isFaulty } = asked;
  const onRefused = (): void => arena.assertAlive();
  const traffic = new Traffic(arena, { seed, clients, pause, size: 60_000, names, onRefused });
  const until = performance.now() + asked.round;
  const over = { is: false };
  const isOver = (): boolean => over.is || performance.now() > until;
  const end = (): void => void (over.is = true);
  const failing = isFaulty ? failNow(arena, new Random(seed), isOver).finally(end) : undefined;
  const errands = runner.run({ clients, pause, isFaulty, isOver }).finally(end);
  const [outcomes] = await allOf(errands, traffic.run(isOver), failing);
  assertRegisters(traffic.history, seed);
  return { history: traffic.history, answers: { ...tally(traffic.history), ...outcomes } };
}

/** Waits for all before it throws what one of them threw, for the server ends then. */
async function allOf<A, B, C>(...all: [A, B, C]): Promise<[Awaited<A>, Awaited<B>, Awaited<C>]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}

/** Of those that write and read few names. */
function tally(history: readonly Operation[]): Sample['answers'] {
  const answers: Record<'upload' | 'reading', Record<string, number>> = { upload: {}, reading: {} };
  for (const { kind, outcome } of history) {
    const of = kind === 'write' ? answers.upload : answers.reading;
    of[outcome] = (of[outcome] ?? 0) + 1;
  }
  return answers;
}

/** One call among those that are made fails, again and again. */
async function failNow(arena: ProgramArena, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const armed = { at: 1 + random.integer(calls), fault: random.pick(faults), ever: false };
    await arena.shim.ask({ kind: 'arm', armed });
    await setTimeout(500);
  }
  await arena.shim.ask({ kind: 'disarm' });
}
