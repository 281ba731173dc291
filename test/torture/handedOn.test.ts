/** The short form of `npm run torture -- handedOn`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { MiB } from '../../src/options';
import { handOn, mostGrowth, ways } from './handedOn';

/** In MiB: a few times as much as a server may need more for it. */
const size = 256;

describe('much that is handed on', function () {
  this.timeout(240_000);
  this.slow(20_000);

  for (const way of ways) {
    it(`takes no memory on its way ${way}`, async () => {
      const grown = await handOn(way, size);
      assert.ok(grown < mostGrowth, `${Math.round(grown / MiB)} MiB`);
    });
  }
});
