/** Who is on the network and tries one token after another soon has to wait; nobody else has to. */
import assert from 'node:assert/strict';
import { Guesses } from '../../src/endpoints/guard/guesses';
import { HttpError } from '../../src/http/message/httpError';
import type { FieldLine } from '../../src/http/message/message';
import { guardWith, inside, type Asked } from '../support/guarded';

const token = 'sesame';
/** As many as may be wrong within a minute. */
const most = 30;
const away = { address: '192.168.1.7' };
const numbers = Array.from({ length: most }, (_, i) => i);
const bearer = (value: string): FieldLine => ['Authorization', `Bearer ${value}`];
const basic = (value: string): FieldLine => ['Authorization', `Basic ${Buffer.from(`me:${value}`).toString('base64')}`];
const cookie = (...values: string[]): FieldLine => ['Cookie', values.map((each) => `http-server-2=${each}`).join('; ')];
const right: Asked = { fields: [bearer(token)], peer: away };

describe('guesses of the token', () => {
  let ask: ReturnType<typeof guardWith>;
  beforeEach(() => (ask = guardWith({ token })));

  const statusOf = async (asked: Asked): Promise<number> => (await ask({ peer: away, ...asked })).status;
  /** Resolves to the statuses there were. */
  const askAll = async (all: readonly Asked[]): Promise<number[]> => {
    const statuses = new Set<number>();
    for (const asked of all) statuses.add(await statusOf(asked));
    return [...statuses];
  };
  const guess = (peer: Asked['peer'] = away): Promise<number[]> =>
    askAll(numbers.map((i) => ({ fields: [bearer(`x${i}`)], peer })));

  const ways: readonly [name: string, guesses: readonly Asked[]][] = [
    ['bearer tokens', numbers.map((i) => ({ fields: [bearer(`x${i}`)] }))],
    ['passwords', numbers.map((i) => ({ fields: [basic(`x${i}`)] }))],
    ['cookies', numbers.map((i) => ({ fields: [cookie(`x${i}`)] }))],
    ['URLs', numbers.map((i) => ({ target: `/?token=x${i}` }))],
    ['uploads', numbers.map((i) => ({ method: 'POST', fields: [bearer(`x${i}`)] }))],
    ['cookies of one request', [{ fields: [cookie(...numbers.map(String))] }]],
    ['parameters of one URL', [{ target: `/?${numbers.map((i) => `token=x${i}`).join('&')}` }]],
  ];
  for (const [name, guesses] of ways) {
    it(`by ${name}: after ${most}, even the right one has to wait`, async () => {
      assert.deepEqual(await askAll(guesses), [401]);
      for (const fields of [[bearer(token)], [basic(token)], [cookie('y')], [bearer('y')]]) {
        assert.equal(await statusOf({ fields }), 429);
      }
      assert.equal(await statusOf({ target: '/?token=sesame' }), 429);
    });
  }

  it('are told how long to wait, and nothing else', async () => {
    await guess();
    const { status, fields, text } = await ask(right);
    assert.equal(status, 429);
    const seconds = Number(fields.get('retry-after'));
    assert.ok(seconds > 0 && seconds <= 60, fields.get('retry-after'));
    assert.ok(!fields.has('www-authenticate') && !text.includes(token));
    assert.match(text, /Too many wrong tokens came from this address: wait a minute\./);
  });

  it('more than those in one request are not looked at', async () => {
    const guesses = [...numbers, 'the ticket'].map(String);
    assert.equal(await statusOf({ fields: [cookie(...guesses)] }), 429);
    const parameters = [...guesses.map((each) => `token=${each}`), 'token=sesame'];
    assert.equal(await statusOf({ target: `/?${parameters.join('&')}` }), 429);
  });

  it('keep nobody else out', async () => {
    await guess();
    for (const address of ['192.168.1.8', '127.0.0.1', '::1', '2001:db8::7']) {
      assert.equal((await ask({ ...right, peer: { address } })).text, inside);
    }
  });

  it('are not counted within this machine, where all share an address', async () => {
    for (const address of ['127.0.0.1', '127.0.0.2', '::1']) {
      await guess({ address });
      assert.equal((await ask({ ...right, peer: { address } })).text, inside);
    }
  });

  it('are no more if one is repeated, as an old cookie is', async () => {
    assert.deepEqual(await askAll(numbers.flatMap(() => [{ fields: [cookie('old')] }, {}])), [401]);
    assert.equal(await statusOf({ fields: [cookie('old'), bearer(token)] }), 200);
  });

  it('are none if there is no token at all', async () => {
    await guess();
    assert.equal(await statusOf({}), 401);
  });

  it('are none in the URLs of who is in already', async () => {
    for (const i of [...numbers, most]) {
      assert.equal(await statusOf({ target: `/?token=mine${i}`, fields: [bearer(token)] }), 200);
    }
    assert.equal(await statusOf(right), 200);
  });
});

describe('what is kept of guesses', () => {
  let now = 0;
  let guesses: Guesses;
  beforeEach(() => {
    now = 1000;
    guesses = new Guesses(() => now);
  });

  const guess = (address: string): void => numbers.forEach((i) => guesses.count(address, `x${i}`));
  const waits = (address: string): string | undefined => {
    try {
      guesses.check(address);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof HttpError && error.status === 429);
      return error.fields.find(([name]) => name === 'Retry-After')?.[1];
    }
  };

  it('lasts a minute from the first of them, however many follow', () => {
    guess('10.0.0.1');
    assert.equal(waits('10.0.0.1'), '60');
    now += 59_500;
    assert.equal(waits('10.0.0.1'), '1');
    now += 500;
    assert.equal(waits('10.0.0.1'), undefined);
    guesses.count('10.0.0.1', 'x');
    assert.equal(waits('10.0.0.1'), undefined);
  });

  it('begins anew after that, whether or not anybody was kept waiting', () => {
    guess('10.0.0.1');
    guesses.count('10.0.0.2', 'y');
    now += 60_000;
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      guess(address);
      assert.equal(waits(address), '60');
    }
  });

  it('is of a bounded number of addresses, of which the oldest goes first', () => {
    guess('10.0.0.1');
    guess('10.0.0.2');
    for (let i = 0; i < 1023; i++) guesses.count(`10.1.${i >> 8}.${i & 255}`, 'x');
    assert.equal(waits('10.0.0.1'), undefined);
    assert.equal(waits('10.0.0.2'), '60');
  });
});
