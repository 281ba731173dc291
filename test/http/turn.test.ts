/** Who moves much leaves time for others. */
import assert from 'node:assert/strict';
import { noteRequest, Share } from '../../src/http/connection/turn';

const MiB = 1024 * 1024;

describe('the share of who moves many octets', () => {
  const after = (share: Share, count: number): number => {
    let octets = NaN;
    for (let i = 0; i < count; i++) octets = share.next(MiB);
    return octets;
  };

  it('is all there is while nobody else asks for anything', () => {
    assert.equal(new Share().next(MiB), MiB);
  });

  it('is less at once when somebody does', () => {
    const share = new Share();
    noteRequest();
    assert.ok(share.next(MiB) < MiB);
  });

  it('is never more than there is', () => {
    const share = new Share();
    noteRequest();
    assert.equal(share.next(10), 10);
  });

  it('stays less for a while, and is all again then', () => {
    const share = new Share();
    noteRequest();
    assert.ok(after(share, 16) < MiB);
    assert.equal(share.next(MiB), MiB);
  });

  it('stays less as long as there are others', () => {
    const share = new Share();
    for (let i = 0; i < 10; i++) {
      noteRequest();
      assert.ok(after(share, 10) < MiB);
    }
  });

  it('is not made less by what was asked for before it', () => {
    noteRequest();
    assert.equal(new Share().next(MiB), MiB);
  });
});
