/** The short form of the second part of `npm run torture -- editor`. */
import assert from 'node:assert/strict';
import { manyWindows } from './manyWindows';

describe('two windows whose hosts are started anew under load', function () {
  this.slow(60_000);

  it('lose nothing, and leave nothing', async () => {
    const seed = Date.now() % 2 ** 31;
    const { operations } = await manyWindows({ seed, windows: 2, reloads: 2, clients: 3 });
    assert.ok(operations > 0);
  });
});
