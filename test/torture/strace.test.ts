/** The short form of `npm run torture -- strace`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux, needsProgram } from '../support/needs';
import { strace } from './strace';

describe('calls of the file system that the kernel itself refuses, one at a time', function () {
  this.slow(20_000);

  it('leave the old or the new, and say which', async function () {
    needsLinux(this);
    needsProgram(this, 'strace');
    const { cases } = await strace({ isShort: true, milliseconds: 12_000 });
    assert.ok(cases > 0);
  });
});
