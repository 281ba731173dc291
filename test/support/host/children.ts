import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from './cleanup';

const GRACE_MS = 3_000;

/** Starts a program in a process group of its own, which `cleanup` ends as a whole. */
export function startOwned(cleanup: Cleanup, command: string, args: readonly string[], options: SpawnOptions) {
  const child = spawn(command, args, { ...options, detached: true });
  cleanup.add(() => endGroup(child));
  return child;
}

/** Runs a program to its end. Rejects with its last lines of output when it cannot be started or does not exit with 0. */
export async function run(cleanup: Cleanup, command: string, args: readonly string[], options: SpawnOptions) {
  const child = startOwned(cleanup, command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  const tail = lines.join('').trimEnd().split('\n').slice(-20).join('\n');
  throw new Error(`"${command} ${args.join(' ')}" ended with ${code ?? 'a signal'}:\n${tail}`);
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
  signalGroup(child.pid, 'SIGTERM');
  await Promise.race([ended, delay(GRACE_MS, undefined, { ref: false })]);
  // Whoever of the group is left, its leader gone or not.
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
