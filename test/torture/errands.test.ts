/** An errand leaves nothing behind that would be taken for the server's. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import type { RawClient } from '../support/rawClient';
import { kinds } from './errands';
import { ProgramArena } from './programArena';

describe('an upload in parts, as an errand', function () {
  this.slow(10_000);

  it('is ended, whichever call of it fails', async function () {
    needsLinux(this);
    const arena = await ProgramArena.start();
    try {
      const another = (): Promise<RawClient> => arena.client();
      const statuses = new Set<number>();
      for (let [at, made] = [1, 1]; at <= made; at++) {
        const client = await another();
        await arena.shim.ask({ kind: 'arm', armed: { at, fault: 'EACCES', ever: false } });
        const errand = { client, another, folder: 'f', text: 'text', know: () => undefined };
        const answer = await kinds['resumable upload'].run(errand).catch(() => undefined);
        if (answer !== undefined) statuses.add(answer.status);
        const { calls } = await arena.shim.ask({ kind: 'disarm' });
        made = calls.length;
        client.close();
        assert.deepEqual(arena.unfinished(), [], `call ${at}`);
      }
      assert.deepEqual([...statuses].toSorted(), [201, 204, 403]);
    } finally {
      await arena.remove();
    }
  });
});
