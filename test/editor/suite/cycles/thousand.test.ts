/** `npm run torture -- editor` inside a window: as many times as it says. */
import { cycles } from '../../cycles';

describe('a server that is started and stopped a thousand times', function () {
  this.timeout(0);

  it('loses nothing, and leaves nothing', async () => {
    const seed = Number(process.env.TORTURE_SEED ?? Date.now() % 2 ** 31);
    const result = await cycles({ seed, count: Number(process.env.TORTURE_CYCLES ?? 1000), clients: 8 });
    console.log(`      ${JSON.stringify({ seed, ...result })}`);
  });
});
