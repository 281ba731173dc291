import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from './cleanup';

const GRACE_MS = 3_000;

/**
 * Starts a program in a process group of its own. `cleanup` ends the group; what is left of it when the program ends by
 * itself is ended then; and should this process be killed, a guard ends it.
 */
export function startOwned(cleanup: Cleanup, command: string, args: readonly string[], options: SpawnOptions) {
  const child = spawn(command, args, { ...options, detached: true });
  const { pid } = child;
  if (pid === undefined) return child;
  const guard = startGuard(pid);
  child.once('exit', () => {
    // Now, and never later: the number of a group that is gone may be given to another.
    signalGroup(pid, 'SIGKILL');
    guard.kill('SIGKILL');
  });
  cleanup.add(() => endGroup(child, pid));
  return child;
}

/** Runs a program to its end. Rejects with its last lines of output when it cannot be started or does not exit with 0. */
export async function run(cleanup: Cleanup, command: string, args: readonly string[], options: SpawnOptions) {
  const child = startOwned(cleanup, command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  const tail = output.join('').trimEnd().split('\n').slice(-20).join('\n');
  throw new Error(`"${command} ${args.join(' ')}" ended with ${code ?? 'a signal'}:\n${tail}`);
}

/** A shell that kills the group once this process no longer holds the other end of its input. */
function startGuard(group: number): ChildProcess {
  // The shell's own words: there may be no other program.
  const script = 'while read -r _; do :; done; kill -s KILL -- "-$0"';
  const guard = spawn('sh', ['-c', script, String(group)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  guard.on('error', (error) => console.error('The guard of a child process could not be started:', error.message));
  guard.unref();
  return guard;
}

async function endGroup(child: ChildProcess, group: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signalGroup(group, 'SIGTERM');
  const inTime = await Promise.race([ended, delay(GRACE_MS, undefined, { ref: false })]);
  if (inTime !== undefined) return;
  signalGroup(group, 'SIGKILL');
  await ended;
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
