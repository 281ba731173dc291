/** The short form of `npm run torture -- uploads`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { uploads } from './uploads';

describe('50 uploads at once', function () {
  this.slow(20_000);

  it('store what was sent, whatever becomes of the others', async () => {
    const result = await uploads({ seed: Date.now() % 2 ** 31, count: 50, size: 2 ** 20, milliseconds: 0 });
    assert.equal(result.stored + result.brokenOff, 50);
    assert.ok(result.stored > 20 && result.octets > result.stored * 2 ** 19, JSON.stringify(result));
  });
});
