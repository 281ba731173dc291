/** Programs of somebody else on this machine, for tests that `needsSuperuser` lets run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A user that is neither the superuser nor, in all likelihood, anybody else. */
export const nobody = 65534;

/** Does `work` while a program of that user is running. */
export async function withProcessOf(user: number, work: () => Promise<void>): Promise<void> {
  const idle = 'process.stdout.write("."); process.stdin.resume();';
  const child = spawn(process.execPath, ['-e', idle], { uid: user, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  try {
    await once(child.stdout, 'data');
    await work();
  } finally {
    child.stdin.end();
    await ended;
  }
}
