/** Who moves much leaves time for others. */
import assert from 'node:assert/strict';
import { Allowance, noteRequest } from '../../src/http/connection/allowance';

const MiB = 1024 * 1024;

describe('the allowance of who moves many octets', () => {
  const after = (allowance: Allowance, count: number): number => {
    let octets = NaN;
    for (let i = 0; i < count; i++) octets = allowance.next(MiB);
    return octets;
  };

  it('is all there is while nobody else asks for anything', () => {
    assert.equal(new Allowance().next(MiB), MiB);
  });

  it('is less at once when somebody does', () => {
    const allowance = new Allowance();
    noteRequest();
    assert.ok(allowance.next(MiB) < MiB);
  });

  it('is never more than there is', () => {
    const allowance = new Allowance();
    noteRequest();
    assert.equal(allowance.next(10), 10);
  });

  it('stays less for a while, and is all again then', () => {
    const allowance = new Allowance();
    noteRequest();
    assert.ok(after(allowance, 16) < MiB);
    assert.equal(allowance.next(MiB), MiB);
  });

  it('stays less as long as there are others', () => {
    const allowance = new Allowance();
    for (let i = 0; i < 10; i++) {
      noteRequest();
      assert.ok(after(allowance, 10) < MiB);
    }
  });

  it('is not made less by what was asked for before it', () => {
    noteRequest();
    assert.equal(new Allowance().next(MiB), MiB);
  });
});
