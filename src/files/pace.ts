/** Long work in short slices, so that other connections are served in between. */
import { setImmediate } from 'node:timers/promises';

/** Longest slice of one task, in milliseconds. */
const slice = 4;

/** Call {@link Pace.due} often; when it says so, await {@link Pace.rest}. */
export class Pace {
  private since = performance.now();

  due(): boolean {
    return performance.now() - this.since >= slice;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.since = performance.now();
  }
}
