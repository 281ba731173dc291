/** The short form of the second part of `npm run torture -- kill`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import { steps } from './steps';

describe('a server that is killed before one of its calls of the file system', function () {
  this.slow(30_000);

  it('leaves the old or the new, and the next one clears the rest', async function () {
    needsLinux(this);
    const first = 1 + (Date.now() % 12);
    const { deaths, states } = await steps({ first, stride: 12, milliseconds: 25_000 });
    assert.ok(deaths > 0, JSON.stringify(states));
  });
});
