import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from './paths';

const POLL_MS = 500;

/**
 * The folder `name` of `cache`, filled by `fill` if it is not there yet.
 *
 * A folder under its final name is complete: it is filled under another name and renamed, so a run that was
 * cut off leaves nothing that could be taken for an installation.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
  cache = cacheFolder,
): Promise<string> {
  const folder = path.join(cache, name);
  if (await exists(folder)) return folder;
  await fs.mkdir(cache, { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (!(await exists(folder))) await fillAndRename(folder, fill);
  } finally {
    await release();
  }
  return folder;
}

/** The name of a folder that is filled otherwise as soon as anything of its recipe is another. */
export function keyed(name: string, ...recipe: readonly string[]): string {
  return `${name}-${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8)}`;
}

async function fillAndRename(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await removeAbandoned(folder);
  const stage = `${folder}.stage-${process.pid}`;
  await fs.mkdir(stage);
  const started = performance.now();
  say(`Installing ${path.basename(folder)} …`);
  try {
    await fill(stage);
    await fs.rename(stage, folder);
  } catch (error) {
    await fs.rm(stage, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  say(`Installed ${path.basename(folder)} in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
}

/** A progress line of an installation. */
export function say(line: string): void {
  console.log(`[host] ${line}`);
}

/**
 * Waits until this process holds the lock file, and returns what gives it back. A lock whose owner died is taken over.
 * Two processes that take it over at once only do the same work twice: the rename decides, so nothing gets mixed.
 */
async function lock(file: string): Promise<() => Promise<void>> {
  let told = false;
  while (!(await tryLock(file))) {
    if (!told) say(`Another process is installing ${path.basename(file, '.lock')}: waiting for it.`);
    told = true;
    await delay(POLL_MS);
  }
  return () => fs.rm(file, { force: true });
}

async function tryLock(file: string): Promise<boolean> {
  try {
    await fs.writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = await fs.readFile(file, 'utf8').catch(() => '');
  // An empty lock is one that is just being written.
  if (owner !== '' && !isAlive(Number(owner))) await fs.rm(file, { force: true });
  return false;
}

async function removeAbandoned(folder: string): Promise<void> {
  const prefix = `${path.basename(folder)}.stage-`;
  const cache = path.dirname(folder);
  for (const name of await fs.readdir(cache)) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    await fs.rm(path.join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
