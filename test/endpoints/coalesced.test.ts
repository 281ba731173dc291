/** Who shares work with whom. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import { Coalesced } from '../../src/endpoints/representation/coalesced';
import { spend } from '../support/spend';

const mocks = new Mocks();

/** Work that ends when the test says so. */
class Works {
  readonly begun: string[] = [];
  /** What nobody wanted any more. */
  readonly ended: string[] = [];
  private readonly pending: { resolve(result: string): void; reject(error: Error): void }[] = [];
  readonly coalesced = new Coalesced<string>();

  /** Asks for `key`; `label` tells whose work it was that was done. */
  ask(key: string, label: string, signal = new AbortController().signal): Promise<string> {
    return this.coalesced.get(key, signal, (own) => {
      this.begun.push(label);
      return new Promise((resolve, reject) => {
        this.pending.push({ resolve, reject });
        own.addEventListener('abort', () => {
          this.ended.push(label);
          reject(own.reason as Error);
        });
      });
    });
  }

  /** Ends the work that began first. */
  end(result: string): void {
    this.pending.shift()?.resolve(result);
  }

  fail(message: string): void {
    this.pending.shift()?.reject(new Error(message));
  }

  /** Waits until nothing is kept. */
  async isForgotten(): Promise<void> {
    while (this.coalesced.size > 0) {
      mocks.timers.tick(1000);
      await new Promise(setImmediate);
    }
  }

  /** Waits until that much work has begun; time goes by only here. */
  async until(count: number): Promise<void> {
    while (this.begun.length < count) {
      mocks.timers.tick(1000);
      await new Promise(setImmediate);
    }
  }
}

/** Nobody else has asked meanwhile, and what was done first does not matter any more. */
async function isBegunAnew(works: Works): Promise<void> {
  const two = works.ask('k', 'second');
  assert.deepEqual(works.begun, ['first', 'second']);
  works.end('2');
  assert.equal(await two, '2');
}

const table: readonly (readonly [promise: string, (works: Works) => Promise<void>])[] = [
  [
    'begins at once when nothing is under way',
    async (works) => {
      const one = works.ask('k', 'first');
      assert.deepEqual(works.begun, ['first']);
      works.end('1');
      assert.equal(await one, '1');
    },
  ],
  [
    'is not shared by those who come after it began',
    async (works) => {
      const early = works.ask('k', 'first');
      const late = works.ask('k', 'second');
      works.end('1');
      await works.until(2);
      works.end('2');
      assert.deepEqual(await Promise.all([early, late]), ['1', '2']);
    },
  ],
  [
    'is shared by all who came before it began',
    async (works) => {
      const early = works.ask('k', 'first');
      const late = ['second', 'third', 'fourth'].map((label) => works.ask('k', label));
      assert.deepEqual(works.begun, ['first']);
      works.end('1');
      assert.equal(await early, '1');
      await works.until(2);
      works.end('2');
      assert.deepEqual(await Promise.all(late), ['2', '2', '2']);
      assert.deepEqual(works.begun, ['first', 'second']);
    },
  ],
  [
    'goes on with one round after the other',
    async (works) => {
      const answers = [works.ask('k', 'a'), works.ask('k', 'b')];
      works.end('1');
      await works.until(2);
      answers.push(works.ask('k', 'c'), works.ask('k', 'd'));
      works.end('2');
      await works.until(3);
      works.end('3');
      assert.deepEqual(await Promise.all(answers), ['1', '2', '3', '3']);
      assert.deepEqual(works.begun, ['a', 'b', 'c']);
    },
  ],
  [
    'fails for all who share it, and for nobody else',
    async (works) => {
      const early = works.ask('k', 'first');
      const late = [works.ask('k', 'second'), works.ask('k', 'third')];
      works.fail('one');
      await assert.rejects(early, /one/);
      await works.until(2);
      const last = works.ask('k', 'last');
      works.fail('two');
      for (const one of late) await assert.rejects(one, /two/);
      await works.until(3);
      works.end('3');
      assert.equal(await last, '3');
    },
  ],
  [
    'that failed is begun anew by the next who asks',
    async (works) => {
      const one = works.ask('k', 'first');
      works.fail('one');
      await assert.rejects(one, /one/);
      await isBegunAnew(works);
    },
  ],
  [
    'is not kept when nobody waits',
    async (works) => {
      const one = works.ask('k', 'first');
      works.end('1');
      await one;
      assert.equal(works.coalesced.size, 0);
      await isBegunAnew(works);
    },
  ],
  [
    'for one key does not wait for that of another',
    async (works) => {
      const answers = ['a', 'b', 'c'].map((key) => works.ask(key, key));
      assert.deepEqual(works.begun, ['a', 'b', 'c']);
      for (const key of works.begun) works.end(key);
      assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c']);
      assert.equal(works.coalesced.size, 0);
    },
  ],
  [
    'that took long waits a moment for those who ask again, and begins after they did',
    async (works) => {
      const early = works.ask('k', 'first');
      const late = works.ask('k', 'second');
      spend(50);
      works.end('1');
      await early;
      await new Promise(setImmediate);
      const again = works.ask('k', 'again');
      assert.deepEqual(works.begun, ['first']);
      await works.until(2);
      spend(50);
      works.end('2');
      assert.deepEqual(await Promise.all([late, again]), ['2', '2']);
      const next = works.ask('k', 'next');
      assert.deepEqual(works.begun, ['first', 'second']);
      await works.until(3);
      works.end('3');
      assert.equal(await next, '3');
    },
  ],
  [
    'ends with the last who waits for it, not before',
    async (works) => {
      const [one, other] = [new AbortController(), new AbortController()];
      const early = works.ask('k', 'early');
      const shared = [works.ask('k', 'shared', one.signal), works.ask('k', 'shared', other.signal)];
      works.end('1');
      await early;
      await works.until(2);
      one.abort(new Error('one left'));
      await assert.rejects(shared[0]!, /one left/);
      assert.deepEqual(works.ended, []);
      other.abort(new Error('other left'));
      await assert.rejects(shared[1]!, /other left/);
      assert.deepEqual(works.ended, ['shared']);
      await works.isForgotten();
    },
  ],
  [
    'does not begin if all who wait for it have left before',
    async (works) => {
      const controller = new AbortController();
      const early = works.ask('k', 'early');
      const late = works.ask('k', 'late', controller.signal);
      controller.abort(new Error('left'));
      await assert.rejects(late, /left/);
      works.end('1');
      assert.equal(await early, '1');
      await works.isForgotten();
      assert.deepEqual(works.begun, ['early']);
    },
  ],
  [
    'begins for who comes after all others have left',
    async (works) => {
      const controller = new AbortController();
      const early = works.ask('k', 'early');
      const late = works.ask('k', 'late', controller.signal);
      controller.abort(new Error('left'));
      await assert.rejects(late, /left/);
      const next = works.ask('k', 'next');
      works.end('1');
      await early;
      await works.until(2);
      assert.deepEqual(works.begun, ['early', 'next']);
      works.end('2');
      assert.equal(await next, '2');
    },
  ],
];

describe('work that many ask for', () => {
  beforeEach(() => mocks.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mocks.timers.reset());

  for (const [promise, check] of table) it(promise, () => check(new Works()));
});
