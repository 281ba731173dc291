/** Content on its way: all of it, in order, in memory that is used again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noFields } from '../../src/http/message/fields';
import { BodyQueue } from '../../src/http/connection/bodyQueue';

const KiB = 1024;

describe('the content of a request', () => {
  const octets = (length: number, fill: number): Buffer => Buffer.alloc(length, fill);
  const nothing = (): undefined => undefined;
  const iterator = (queue: BodyQueue): AsyncIterator<Buffer, undefined> => queue[Symbol.asyncIterator]();

  it('comes as it was sent, whatever is done when', async () => {
    const push = fc.record({ kind: fc.constant('push' as const), length: fc.nat(400 * KiB) });
    const steps = fc.array(fc.oneof(push, fc.record({ kind: fc.constant('next' as const) })), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const queue = new BodyQueue(undefined, nothing, nothing);
        const reader = iterator(queue);
        const sent: Buffer[] = [];
        const read: Buffer[] = [];
        let reading: Promise<unknown> = Promise.resolve();
        const next = (): void => {
          reading = reading
            .then(() => reader.next())
            .then(({ value }) => value !== undefined && read.push(Buffer.from(value)));
        };
        for (const [i, step] of all.entries()) {
          if (step.kind === 'next') next();
          else {
            const content = octets(step.length, i);
            sent.push(Buffer.from(content));
            queue.push(content);
            content.fill(0xff);
          }
          await Promise.resolve();
        }
        queue.end(noFields);
        await reading;
        for (let one = await reader.next(); one.done !== true; one = await reader.next())
          read.push(Buffer.from(one.value));
        assert.ok(Buffer.concat(read).equals(Buffer.concat(sent)));
      }),
    );
  });

  it('waits in one piece when the endpoint is busy and it is little', async () => {
    const queue = new BodyQueue(3, nothing, nothing);
    for (const text of ['a', 'b', 'c']) queue.push(Buffer.from(text));
    queue.end(noFields);
    const reader = iterator(queue);
    assert.equal(String((await reader.next()).value), 'abc');
    assert.equal((await reader.next()).done, true);
  });

  it('is taken whole once, if it has come', async () => {
    const queue = new BodyQueue(2, nothing, () => Buffer.from('ab'));
    assert.equal(String(queue.whole()), 'ab');
    assert.equal(queue.whole(), undefined);
    assert.equal((await iterator(queue).next()).done, true);
  });

  it('is not taken whole when some of it was read', () => {
    const queue = new BodyQueue(2, nothing, () => Buffer.from('ab'));
    void iterator(queue).next();
    assert.equal(queue.whole(), undefined);
  });

  it('is read in pieces if it has not come whole', async () => {
    const queue = new BodyQueue(2, nothing, nothing);
    assert.equal(queue.whole(), undefined);
    const reading = iterator(queue).next();
    queue.push(Buffer.from('ab'));
    assert.equal(String((await reading).value), 'ab');
  });

  it('takes no new memory for every piece', async () => {
    const queue = new BodyQueue(undefined, nothing, nothing);
    const reader = iterator(queue);
    const memories = new Set<ArrayBufferLike>();
    for (let i = 0; i < 100; i++) {
      const reading = reader.next();
      queue.push(octets(256 * KiB, i));
      const { value } = await reading;
      assert.ok(value?.every((octet) => octet === i) === true);
      memories.add(value.buffer);
    }
    assert.equal(memories.size, 1);
  });

  it('is not overwritten while the endpoint has it', async () => {
    const queue = new BodyQueue(undefined, nothing, nothing);
    const reader = iterator(queue);
    queue.push(octets(KiB, 1));
    const { value } = await reader.next();
    for (let i = 2; i < 10; i++) queue.push(octets(KiB, i));
    assert.ok(value?.every((octet) => octet === 1));
  });

  it('is asked for when there is none, and when what is too much was taken', async () => {
    let demands = 0;
    const queue = new BodyQueue(undefined, () => demands++, nothing);
    const reader = iterator(queue);
    const reading = reader.next();
    assert.equal(demands, 1);
    queue.push(octets(300 * KiB, 0));
    await reading;
    assert.equal(demands, 1, 'what somebody waits for is not too much');
    queue.push(octets(300 * KiB, 0));
    assert.equal(queue.full, true);
    await reader.next();
    assert.deepEqual([demands, queue.full], [2, false]);
  });
});
