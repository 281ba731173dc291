/** The short form of `npm run torture -- soak`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import { soak } from './soak';
import { chartOf } from './soakChart';

describe('mixed traffic with faults in between', function () {
  this.slow(20_000);

  it('leaves a server that has what it had', async function () {
    needsLinux(this);
    const samples = await soak({ seed: Date.now() % 2 ** 31, clients: 6, milliseconds: 6000, round: 1000, pause: 10 });
    assert.ok(samples.length > 0);
    assert.match(chartOf(samples), /^<svg [^]*<polyline points="[\d., ]+"[^]*<\/svg>\n$/);
  });
});
