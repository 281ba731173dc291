/** What every torture ends with: what was acknowledged is there, and what was taken has been given back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openPaths } from '../support/folder';
import type { Resources } from './shim/fault';
import type { Tortured } from './tortured';

export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** By path below the served folder: the digest of what was acknowledged last, or `gone` if it was removed. */
export type Acknowledged = ReadonlyMap<string, string>;

/** What the server, and the process that it is in, has; descriptors and threads where the system tells. */
export interface Usage {
  readonly descriptors: number;
  readonly threads: number;
  readonly timers: number;
  /** In octets. */
  readonly heap: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const numberOf = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0);

const usageWith = (arena: Tortured, { timers, heap }: Resources): Usage => ({
  descriptors: openPaths(arena.process).length,
  threads: numberOf(`/proc/${arena.process}/task`),
  timers,
  heap,
});

export const usageOf = async (arena: Tortured): Promise<Usage> =>
  usageWith(arena, (await arena.shim.ask({ kind: 'resources' })).resources);

/** More of it, which goes up and down. */
export interface Sample extends Usage {
  /** Of the process, in octets: what is in the machine's memory. */
  readonly resident: number;
  /** Files that are not finished. */
  readonly temporary: number;
  /** In milliseconds, since the last sample. */
  readonly lateness: Resources['lateness'];
}

export async function sampleOf(arena: Tortured): Promise<Sample> {
  // Before the garbage is collected, which comes of asking for the heap.
  const resident = residentOf(arena);
  const { resources } = await arena.shim.ask({ kind: 'resources' });
  return {
    ...usageWith(arena, resources),
    resident,
    temporary: arena.unfinished().length,
    lateness: resources.lateness,
  };
}

function residentOf({ process: id }: Tortured): number {
  const status = `/proc/${id}/status`;
  if (!existsSync(status)) return process.memoryUsage.rss();
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]);
}

/** How much a heap may have grown that has come to rest, in octets. */
const mostGrowth = 16 * 2 ** 20;

export const isBack = (now: Usage, before: Usage): boolean =>
  now.descriptors <= before.descriptors &&
  now.threads <= before.threads &&
  now.timers <= before.timers &&
  now.heap <= before.heap + mostGrowth;

/** Takes the measure of a server at rest, which has answered before, and stored. */
export async function beginAudit(arena: Tortured): Promise<Usage> {
  await assertAnswers(arena);
  // What a server makes for its first upload, it has from then on.
  await store(arena, 'begin/here');
  rmSync(join(arena.directory, 'begin'), { recursive: true });
  const descriptors = `/proc/${arena.process}/fd`;
  await settled(async () => numberOf(descriptors) === (await afterAWhile(descriptors)));
  return usageOf(arena);
}

async function afterAWhile(folder: string): Promise<number> {
  await setTimeout(20);
  return numberOf(folder);
}

const ownUsage = (): Usage => {
  collect();
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const threads = numberOf('/proc/self/task');
  return { descriptors: openPaths().length, threads, timers, heap: process.memoryUsage().heapUsed };
};

/**
 * The audit of what begins and ends its servers itself: this process has afterwards what it had before.
 *
 * @param warm the same in short: what is made for the first one is there from then on
 */
export async function audited<T>(warm: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  await warm();
  // What has just ended may take a moment to be gone.
  let before = ownUsage();
  await settled(async () => isBack(before, (before = await afterwards())));
  const result = await work();
  let now = before;
  await settled(
    () => isBack((now = ownUsage()), before),
    () => `not given back: ${JSON.stringify({ before, now, open: openPaths() })}`,
  );
  return result;
}

async function afterwards(): Promise<Usage> {
  await setTimeout(100);
  return ownUsage();
}

export interface Audited {
  readonly acknowledged: Acknowledged;
  readonly before: Usage;
  /** How many resumable uploads are open, each of which has its file. */
  readonly open?: number;
  /** How long is waited for what is to be given back, in milliseconds. */
  readonly patience?: number;
}

/** @throws AssertionError that says what is amiss; within the time that the server's own bounds take, all has to be back */
export async function audit(arena: Tortured, { acknowledged, before, open = 0, patience }: Audited): Promise<void> {
  arena.assertAlive();
  await assertAnswers(arena);
  assertWhole(arena.directory, acknowledged);
  arena.closeClients();
  const left = (): string[] => arena.unfinished();
  await settled(
    () => left().length <= open,
    () => `unfinished: ${left().join(', ')}`,
    patience,
  );
  let now = before;
  await settled(
    async () => isBack((now = await usageOf(arena)), before),
    () => `not given back: ${JSON.stringify({ before, now, open: openPaths(arena.process) })}`,
    patience,
  );
  arena.assertAlive();
}

export function assertWhole(directory: string, acknowledged: Acknowledged): void {
  for (const [path, digest] of acknowledged) {
    const file = join(directory, path);
    if (digest === 'gone') assert.ok(!existsSync(file), `${path} was removed, and is there`);
    else assert.equal(existsSync(file) ? digestOf(readFileSync(file)) : 'gone', digest, path);
  }
}

async function store(arena: Tortured, path: string): Promise<void> {
  const client = await arena.client();
  await client.write(`PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
  assert.equal((await client.read()).status, 201);
  client.close();
}

export async function assertAnswers(arena: Pick<Tortured, 'client'>): Promise<void> {
  const client = await arena.client();
  await client.write('GET /echo/here HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { status, body } = await client.read();
  assert.equal(`${status} ${body.toString()}`, '200 here');
  await client.readToEnd();
  client.close();
}

/** In milliseconds: what is tried again later has been by then, however busy the machine is. */
const usualPatience = Number(process.env.TORTURE_PATIENCE ?? 90_000);

/** Resolves when `isSo`. @throws AssertionError with what `what` says if it never comes to be */
export async function settled(
  isSo: () => boolean | Promise<boolean>,
  what = (): string => 'it does not come to rest',
  patience = usualPatience,
): Promise<void> {
  const until = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > until) assert.fail(what());
    await setTimeout(10);
  }
}
