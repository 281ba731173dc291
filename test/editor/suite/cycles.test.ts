/** The short form of `npm run torture -- editor` inside a window. */
import assert from 'node:assert/strict';
import { needsLinux } from '../../support/needs';
import { cycles } from '../cycles';

describe('a server that is started and stopped again and again', function () {
  this.slow(20_000);

  it('loses nothing, and leaves nothing', async function () {
    needsLinux(this);
    const asked = { seed: Date.now() % 2 ** 31, count: 11, clients: 4, milliseconds: 60_000 };
    const { operations } = await cycles(asked);
    assert.ok(operations > 0);
  });
});
