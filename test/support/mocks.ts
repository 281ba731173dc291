import { constants } from 'node:os';
import { mock } from 'node:test';

/**
 * What one file of tests has put in the place of methods and timers. Taken back is the last one first: Node.js’s `mock` does it
 * the other way round, by which a method that was replaced twice stays replaced, and takes back what others have replaced.
 */
export class Mocks {
  readonly timers = mock.timers;
  readonly fn = mock.fn.bind(mock);
  private readonly restores: (() => void)[] = [];

  readonly method = ((...args: Parameters<typeof mock.method>) => {
    const mocked = mock.method(...args);
    this.restores.push(() => mocked.mock.restore());
    return mocked;
  }) as typeof mock.method;

  restore(): void {
    for (const each of this.restores.splice(0).reverse()) each();
    this.timers.reset();
  }
}

/** The system's word for what went wrong, as the runtime throws it. @param syscall what was asked of the system, where that counts */
export const systemError = (code: string, syscall = 'open'): Error =>
  Object.assign(new Error(code), { code, errno: -(numbers[code] ?? unnamed), syscall });

const numbers: Readonly<Record<string, number>> = constants.errno;
/** Of what has no name on this platform. */
const unnamed = 4094;
