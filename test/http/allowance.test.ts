/** Who moves much leaves time for others. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
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

describe('the turn of who moves many octets', () => {
  /** Who has had it, in the order in which they have. */
  const had: string[] = [];
  const wait = (name: string, allowance: Allowance): void => {
    void allowance.turn(MiB).then(() => had.push(name));
  };
  const among = (): Allowance => {
    const allowance = new Allowance();
    noteRequest();
    return allowance;
  };

  beforeEach(() => {
    had.length = 0;
  });

  it('comes at once while nobody else asks for anything', async () => {
    wait('a', new Allowance());
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(had, ['a']);
  });

  it('comes in a later turn of the event loop when somebody does', async () => {
    wait('a', among());
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.deepEqual(had, []);
    await setImmediate();
    assert.deepEqual(had, ['a']);
  });

  it('is that of one in each turn of the event loop, first come, first served', async () => {
    for (const name of ['a', 'b', 'c']) wait(name, among());
    await setImmediate();
    assert.deepEqual(had, ['a']);
    await setImmediate();
    assert.deepEqual(had, ['a', 'b']);
    await setImmediate();
    assert.deepEqual(had, ['a', 'b', 'c']);
  });

  it('comes again behind those who wait', async () => {
    const [first, second] = [among(), among()];
    wait('a', first);
    wait('b', second);
    await setImmediate();
    wait('a again', first);
    for (let i = 0; i < 2; i++) await setImmediate();
    assert.deepEqual(had, ['a', 'b', 'a again']);
  });

  it('comes to who waits when nobody does any more', async () => {
    wait('a', among());
    await setImmediate();
    wait('b', among());
    await setImmediate();
    assert.deepEqual(had, ['a', 'b']);
  });

  it('is nobody else’s to wait for once requests have ended for a while', async () => {
    const allowance = among();
    for (let i = 0; i < 17; i++) allowance.next(MiB);
    wait('a', allowance);
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(had, ['a']);
  });
});
