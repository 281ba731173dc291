/** The short form of `npm run torture -- faults`, so that it cannot rot: each call fails once in each way of going on, with one fault. */
import { assertFaultless, faults } from './faults';
import { needsLinux } from '../support/needs';

describe('a work of which one call of the file system fails', function () {
  this.slow(60_000);
  before(function () {
    // Which calls there are, and what a failed one means, is told of here.
    needsLinux(this);
  });

  it('is done or not done, says which, and leaves nothing behind', async () => {
    assertFaultless(await faults({ isShort: true, milliseconds: 60_000 }));
  });

  it('is so, too, where everything is flushed to the disk before it is answered', async () => {
    assertFaultless(
      await faults({
        works: ['upload into new folders', 'form', 'MOVE'],
        isOnce: true,
        isShort: true,
        isSynced: true,
        milliseconds: 60_000,
      }),
    );
  });

  it('is so where no call succeeds any more, either', async () => {
    assertFaultless(await faults({ works: ['MOVE'], isShort: true, isSynced: true, milliseconds: 60_000 }));
  });
});
