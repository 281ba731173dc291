/** The short forms of `npm run torture -- load` and `kill`, so that they cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import { crowd } from './crowd';

describe('few names and many clients', function () {
  this.slow(20_000);
  const seed = Date.now() % 2 ** 31;

  it('are a register each', async () => {
    const { outcomes } = await crowd({ seed, clients: 32, size: 100_000, operations: 1500, milliseconds: 20_000 });
    assert.ok(outcomes.done > 0 && outcomes.failed > 0, JSON.stringify(outcomes));
  });

  it('are so although the server dies again and again', async function () {
    needsLinux(this);
    const asked = { seed, clients: 16, size: 100_000, operations: 1500, milliseconds: 20_000, kills: 3 };
    const { outcomes } = await crowd(asked);
    assert.ok(outcomes.done > 0, JSON.stringify(outcomes));
  });
});
