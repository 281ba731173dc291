/** The short form of `npm run torture -- fuzz`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { fuzz } from './fuzz';

describe('mutated requests', function () {
  this.slow(20_000);

  it('are answered by whole responses or a close, and never by anything else', async () => {
    const seed = Date.now() % 2 ** 31;
    const result = await fuzz({ seed, cases: 4000, milliseconds: 30_000 });
    assert.ok(result.cases >= 1000, `only ${result.cases} cases`);
    // Both halves of the server were met: what it understands and what it refuses.
    assert.ok((result.statuses[200] ?? 0) > 100 && (result.statuses[400] ?? 0) > 100, JSON.stringify(result.statuses));
  });
});
