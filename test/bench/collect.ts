/** Loaded into the server's thread before its program: does what only that thread can do for itself. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { workerData, type MessagePort } from 'node:worker_threads';

export interface Helper {
  /** Told `collect`, which is answered, or `exit`. */
  readonly port: MessagePort;
  /** Where to write a profile at the exit: a flag for it does nothing in threads that are ended. */
  readonly profile: string | undefined;
}

const { port, profile } = workerData as Helper;
const session = new Session();

if (profile !== undefined) {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
}

port.on('message', (wish) => {
  if (wish === 'exit') exit();
  globalThis.gc?.();
  port.postMessage('');
});
port.unref();

function exit(): void {
  if (profile !== undefined) {
    session.post('Profiler.stop', (_, result) => {
      writeFileSync(join(profile, `worker-${process.pid}.cpuprofile`), JSON.stringify(result.profile));
    });
  }
  process.exit();
}
