/** What is kept of requests, and where that ends. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultLimits, KiB, MiB, type Limits } from '../../src/options';
import type { RequestStore } from '../../src/requests/requestStore';
import { begin, keep, kept, storeWith, type Script } from './kept';

const numbers = (store: RequestStore): number[] => [...store.newest()].map(({ number }) => number);

describe('the kept requests', () => {
  const contents: readonly (readonly [promise: string, script: Script, kind: string, length?: number])[] = [
    ['have no content where none came', {}, 'none'],
    ['have all of it', { content: 'abc' }, 'whole', 3],
    ['have all of it in one piece, however it came', { content: 'x'.repeat(5000), piece: 7 }, 'whole', 5000],
    ['have a MiB of it', { content: Buffer.alloc(MiB) }, 'whole', MiB],
    ['have the beginning of more', { content: Buffer.alloc(MiB + 1) }, 'cut', MiB],
    ['have the beginning of what did not come to its end', { content: 'abc', ended: false }, 'cut', 3],
    ['have none of what was never read', { ended: false }, 'gone'],
    ['have none of what was stored', { content: 'abc', event: { stored: ['a.txt'] } }, 'stored'],
    [
      'have none of a part of an upload',
      { content: 'abc', head: ['PATCH /.http-server/uploads/0 HTTP/1.1'], response: ['HTTP/1.1 204 No Content'] },
      'gone',
    ],
    [
      'have that of an upload that was refused',
      { content: 'abc', head: ['PUT /files/a HTTP/1.1'], response: ['HTTP/1.1 409 Conflict'] },
      'whole',
      3,
    ],
    ['have none of one that was refused entry', { content: 'abc', admitted: false }, 'gone'],
  ];
  for (const [promise, script, kind, length] of contents) {
    it(promise, () => {
      const { content } = kept(script);
      assert.equal(content.kind, kind);
      assert.equal('bytes' in content ? content.bytes.length : undefined, length);
    });
  }

  it('have the heads as they were, and the event without a way to them', () => {
    const head = ['POST /a?token=secret HTTP/1.1', 'Host: localhost', 'Authorization: Bearer x'];
    const { requestHead, responseHead, event } = kept({ head, response: ['HTTP/1.1 405 Method Not Allowed'] });
    assert.equal(requestHead, `${head.join('\r\n')}\r\n\r\n`);
    assert.equal(responseHead, 'HTTP/1.1 405 Method Not Allowed\r\n\r\n');
    assert.equal(event.recording, undefined);
  });

  it('have the numbers of the order in which they ended', () => {
    const store = storeWith({}, 10);
    const first = begin(store);
    const second = begin(store);
    assert.equal(second().number, 11);
    assert.equal(first().number, 12);
    assert.deepEqual(
      [...store.newest()].map(({ number, begun }) => [number, begun]),
      [
        [12, 1],
        [11, 2],
      ],
    );
  });

  const promised: readonly (readonly [promise: string, limit: keyof Limits, value: number])[] = [
    ['8 MiB together', 'requests', 8 * MiB],
    ['1 MiB of the content of each', 'requestContent', MiB],
    ['1 MiB of those that were refused entry', 'refusedRequests', MiB],
    ['2,000 in a second', 'requestRate', 2000],
    ['20 lines of a page’s console in a second', 'consolePageRate', 20],
    ['200 lines of all consoles in a second', 'consoleRate', 200],
  ];
  for (const [promise, limit, value] of promised) {
    it(`are as many as is promised: ${promise}`, () => assert.equal(defaultLimits[limit], value));
  }

  it('are 8 MiB together: the oldest goes', () => {
    const store = storeWith({ requestRate: Infinity });
    for (let i = 0; i < 20; i++) keep(store, { content: Buffer.alloc(MiB) });
    assert.ok(store.size <= defaultLimits.requests, String(store.size));
    assert.deepEqual(numbers(store), [20, 19, 18, 17, 16, 15, 14]);
  });

  it('are 8 MiB together with content that is still on its way', () => {
    const store = storeWith({ requestRate: Infinity });
    keep(store, { content: Buffer.alloc(MiB) });
    const ends = Array.from({ length: 20 }, () => begin(store, { content: Buffer.alloc(MiB) }));
    assert.ok(store.size <= defaultLimits.requests);
    assert.deepEqual(numbers(store), []);
    for (const end of ends) end();
    assert.ok(store.size <= defaultLimits.requests);
    const kinds = [...store.newest()].map(({ content }) => content.kind);
    assert.ok(kinds.includes('gone'), kinds.join());
    assert.ok(!kinds.includes('cut'), kinds.join());
  });

  it('are 8 MiB together with the names of what they stored', () => {
    const store = storeWith({ requestRate: Infinity });
    const stored = Array.from({ length: 1000 }, (_, i) => `${'x'.repeat(200)}${i}`);
    for (let i = 0; i < 100; i++) keep(store, { event: { stored } });
    assert.ok(store.size <= defaultLimits.requests);
    assert.ok(numbers(store).length < 25, String(numbers(store).length));
  });

  it('are 1 MiB of those that were refused entry', () => {
    const store = storeWith({ requestRate: Infinity });
    keep(store);
    const head = ['GET / HTTP/1.1', `X-Long: ${'x'.repeat(16 * KiB - 100)}`];
    for (let i = 0; i < 200; i++) keep(store, { head, admitted: false });
    assert.ok(store.size <= MiB + 2 * KiB, String(store.size));
    assert.ok(numbers(store).includes(1), 'the one that was let in is gone');
    assert.ok(store.size > MiB / 2);
  });

  it('are 2,000 a second; the others are counted', () => {
    const store = storeWith();
    const second = (): number => Math.floor(Date.now() / 1000);
    const before = second();
    const events = Array.from({ length: 10_000 }, () => begin(store)());
    const found = events.filter(({ number }) => number !== undefined).length;
    assert.ok(found >= 2000 && found <= 2000 * (second() - before + 1), String(found));
    assert.equal(store.counted.count, 10_000 - found);
    assert.equal(store.counted.classes[2], 10_000 - found);
  });

  it('are gone when they are cleared, and nothing is left of them; numbers go on', () => {
    const store = storeWith();
    keep(store, { content: 'abc' });
    keep(store, { admitted: false });
    store.clear();
    assert.deepEqual(numbers(store), []);
    assert.equal(store.size, 0);
    assert.equal(keep(store).number, 3);
  });

  it('keep within their bound, whatever comes in whatever order', () => {
    const step = fc.record({
      size: fc.nat({ max: 6000 }),
      piece: fc.integer({ min: 1, max: 2000 }),
      admitted: fc.boolean(),
      late: fc.boolean(),
      stored: fc.boolean(),
      ended: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bounds = { requests: 16 * KiB, requestContent: 4 * KiB, refusedRequests: 4 * KiB, requestRate: Infinity };
        const store = storeWith(bounds);
        const open: (() => unknown)[] = [];
        for (const { size, late, stored, ...rest } of steps) {
          const event = stored ? { stored: ['a'] } : {};
          const end = begin(store, { ...rest, content: Buffer.alloc(size), event });
          if (late) open.push(end);
          else end();
          assert.ok(store.size <= bounds.requests);
        }
        for (const end of open) end();
        assert.ok(store.size <= bounds.requests);
        store.clear();
        assert.equal(store.size, 0);
      }),
    );
  });

  it('are compared with the one before that has the same method and path', () => {
    const store = storeWith();
    const ask = (line: string): number => keep(store, { head: [`${line} HTTP/1.1`] }).number;
    const first = ask('POST /a?1');
    ask('POST /b');
    ask('GET /a');
    const last = store.get(ask('POST /a?2'));
    assert.ok(last);
    assert.equal(store.before(last)?.number, first);
  });
});
