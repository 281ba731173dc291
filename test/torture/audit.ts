/** What every torture ends with: what was acknowledged is there, and what was taken has been given back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { unfinished } from '../support/disk/unfinished';
import type { Arena } from './arena';

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

/** What the runtime opens in its pool for a thread that ends at that moment, it never closes. */
const isRuntimes = (path: string): boolean => /^\/proc\/\d+\/net\/tcp/.test(path);

/** What each descriptor of this process stands for. */
function openNow(): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  const paths = readdirSync('/proc/self/fd').map((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return existsSync(path) ? readlinkSync(path) : path;
  });
  return paths.filter((path) => !isRuntimes(path));
}

const numberOf = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0);

export async function usageOf(arena: Arena): Promise<Usage> {
  const { resources } = await arena.shim.ask({ kind: 'resources' });
  return { descriptors: openNow().length, threads: numberOf('/proc/self/task'), ...resources };
}

/** How much a heap may have grown that has come to rest, in octets. */
const mostGrowth = 16 * 2 ** 20;

const isBack = (now: Usage, before: Usage): boolean =>
  now.descriptors <= before.descriptors &&
  now.threads <= before.threads &&
  now.timers <= before.timers &&
  now.heap <= before.heap + mostGrowth;

/** Takes the measure of a server at rest, which has answered before, and stored. */
export async function beginAudit(arena: Arena): Promise<Usage> {
  await assertAnswers(arena);
  // What a server makes for its first upload, it has from then on.
  await store(arena, 'begin/here');
  rmSync(join(arena.directory, 'begin'), { recursive: true });
  await settled(async () => numberOf('/proc/self/fd') === (await afterAWhile('/proc/self/fd')));
  return usageOf(arena);
}

async function afterAWhile(folder: string): Promise<number> {
  await setTimeout(20);
  return numberOf(folder);
}

export interface Audited {
  readonly acknowledged: Acknowledged;
  readonly before: Usage;
  /** How many resumable uploads are open, each of which has its file. */
  readonly open?: number;
}

/** @throws AssertionError that says what is amiss; within the time that the server's own bounds take, all has to be back */
export async function audit(arena: Arena, { acknowledged, before, open = 0 }: Audited): Promise<void> {
  arena.assertAlive();
  await assertAnswers(arena);
  assertWhole(arena.directory, acknowledged);
  arena.closeClients();
  const left = (): string[] => unfinished(arena.directory);
  await settled(
    () => left().length <= open,
    () => `unfinished: ${left().join(', ')}`,
  );
  let now = before;
  await settled(
    async () => isBack((now = await usageOf(arena)), before),
    () => `not given back: ${JSON.stringify({ before, now, open: openNow() })}`,
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

async function store(arena: Arena, path: string): Promise<void> {
  const client = await arena.client();
  await client.write(`PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
  assert.equal((await client.read()).status, 201);
  client.close();
}

export async function assertAnswers(arena: Arena): Promise<void> {
  const client = await arena.client();
  await client.write('GET /echo/here HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { status, body } = await client.read();
  assert.equal(`${status} ${body.toString()}`, '200 here');
  await client.readToEnd();
  client.close();
}

/** In milliseconds: what is tried again later has been by then, however busy the machine is. */
const patience = Number(process.env.TORTURE_PATIENCE ?? 90_000);

/** Resolves when `isSo`. @throws AssertionError with what `what` says if it never comes to be */
export async function settled(
  isSo: () => boolean | Promise<boolean>,
  what = (): string => 'it does not come to rest',
): Promise<void> {
  const until = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > until) assert.fail(what());
    await setTimeout(10);
  }
}
