/** For what waits for no disk, no socket and no clock: a test that waits for ever would tell nothing of why. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

/** More turns of the event loop than any of that takes. */
const turns = 1000;

/** As `result`; fails if nothing comes of it in a thousand turns of the event loop, however long these take. */
export const soon = <T>(result: Promise<T>): Promise<T> => Promise.race([result, afterTurns()]);

async function afterTurns(): Promise<never> {
  for (let i = 0; i < turns; i++) await setImmediate();
  return assert.fail('Nothing comes of it.');
}
