/** The short form of `npm run torture -- power`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import { check, powerCases, record, type Recorded } from './power';

const seed = Date.now() % 2 ** 31;

describe('a power cut', function () {
  this.slow(30_000);
  let recorded: Readonly<Record<'synced' | 'unsynced', Recorded>>;

  before(async function () {
    // Which calls there are, and what a failed one means, is told of here.
    needsLinux(this);
    const asked = { seed, clients: 3, works: 10 };
    const synced = await record({ ...asked, isSynced: true });
    recorded = { synced, unsynced: await record({ ...asked, isSynced: false }) };
  });

  for (const { title, isSynced, loses, manner } of powerCases)
    it(`${loses ? 'is found to lose something' : 'leaves all that was acknowledged'}: ${title}`, () => {
      const one = recorded[isSynced ? 'synced' : 'unsynced'];
      const { flaws, states } = check(one, manner(one), seed, loses ? 1 : 20);
      if (loses) assert.equal(flaws.length, 1, `seed ${seed}`);
      else assert.deepEqual(flaws, [], `seed ${seed}`);
      assert.ok(states > 0);
    });
});
