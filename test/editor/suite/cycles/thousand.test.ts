/** `npm run torture -- editor` inside a window: as many times as it says. */
import { writeFileSync } from 'node:fs';
import { resultKey } from '../../../torture/cyclesResult';
import { cycles } from '../../cycles';

describe('a server that is started and stopped a thousand times', function () {
  this.timeout(0);

  it('loses nothing, and leaves nothing', async () => {
    const { TORTURE_SEED: seed, TORTURE_CYCLES: count, TORTURE_SECONDS: seconds, [resultKey]: file } = process.env;
    const result = await cycles({
      seed: Number(seed ?? Date.now() % 2 ** 31),
      count: Number(count ?? 1000),
      clients: 8,
      milliseconds: Number(seconds ?? 1200) * 1000,
    });
    if (file !== undefined) writeFileSync(file, JSON.stringify(result));
  });
});
