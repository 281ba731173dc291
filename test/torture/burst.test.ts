/** The short form of `npm run torture -- burst`, so that it cannot rot. */
import { burst, checkBurst } from './burst';

describe('a burst of requests', function () {
  this.slow(20_000);

  it('is counted exactly while somebody looks, and kept as far as there is room', async () => {
    const count = 40_000;
    checkBurst(count, await burst(count));
  });
});
