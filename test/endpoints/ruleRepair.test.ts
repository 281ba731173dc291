/** What a wrong rule was meant to be: offered where it is plain, and never what makes no sense either. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RuleError } from '../../src/ruleError';
import { ruleErrorIn } from '../../src/ruleList';
import { repairOf, type Repair } from '../../src/ruleRepair';

const context = { proxyHosts: [] };
const good = { match: '/good', respond: {} };
const judge = (list: unknown): RuleError | undefined => ruleErrorIn(list, context);

function repairIn(list: unknown): Repair | undefined {
  const flaw = judge(list);
  return flaw && repairOf(list, flaw, judge);
}

const plain: readonly (readonly [promise: string, rule: object, keys: readonly string[], change: object])[] = [
  ['a key with a letter too few', { mach: '/a', respond: {} }, ['mach'], { name: 'match' }],
  ['a key in capitals', { match: '/a', Respond: {} }, ['Respond'], { name: 'respond' }],
  ['a key of an action', { match: '/a', respond: { stats: 404 } }, ['respond', 'stats'], { name: 'status' }],
  ['a pattern without its slash', { match: 'api/**', respond: {} }, ['match'], { value: '/api/**' }],
  ['a method in small letters', { match: '/a', method: 'post', respond: {} }, ['method'], { value: 'POST' }],
  ['several of them', { match: '/a', method: ['GET', 'post'], respond: {} }, ['method'], { value: ['GET', 'POST'] }],
  ['a path without its slash', { match: '/a', redirect: 'b' }, ['redirect'], { value: '/b' }],
  ['the same, as an object', { match: '/a', redirect: { to: 'b', status: 301 } }, ['redirect', 'to'], { value: '/b' }],
  ['a page without its slash', { match: '/a', rewrite: 'b.html' }, ['rewrite'], { value: '/b.html' }],
  [
    'a backend with a path',
    { match: '/a', proxy: 'http://localhost:3000/api' },
    ['proxy'],
    { value: 'http://localhost:3000' },
  ],
  [
    'a backend without its scheme',
    { match: '/a', proxy: { to: 'localhost:3000' } },
    ['proxy', 'to'],
    { value: 'http://localhost:3000' },
  ],
  ['a status as text', { match: '/a', respond: { status: '404' } }, ['respond', 'status'], { value: 404 }],
  [
    'a flag as text',
    { match: '/a', proxy: { to: 'http://localhost', live: 'true' } },
    ['proxy', 'live'],
    { value: true },
  ],
];

const unclear: readonly (readonly [promise: string, rule: unknown])[] = [
  ['what is no object', 7],
  ['no pattern', { respond: {} }],
  ['no action', { match: '/a' }],
  ['two actions', { match: '/a', respond: {}, redirect: '/b' }],
  ['a key like no other', { match: '/a', respond: {}, whatever: 1 }],
  ['a key that was meant by two', { mach: '/a', match: '/b', respond: {} }],
  ['a host that is not this machine', { match: '/a', proxy: 'http://backend.test' }],
  ['a field that cannot be sent', { match: '/a', headers: { 'Content-Length': '1' } }],
  ['more stars than there are', { match: '/a', redirect: '/$1' }],
];

describe('of a wrong rule', () => {
  for (const [promise, rule, keys, change] of plain) {
    it(`is known what was meant: ${promise}`, () => {
      assert.deepEqual(repairIn([good, rule]), { rule: 2, keys, ...change });
    });
  }

  it('is known what was meant, though others behind it are wrong, too', () => {
    const repair = repairIn([{ match: 'a', respond: {} }, 7]);
    assert.deepEqual(repair, { rule: 1, keys: ['match'], value: '/a' });
  });

  for (const [promise, rule] of unclear) {
    it(`nothing is guessed: ${promise}`, () => {
      assert.ok(judge([good, rule]) !== undefined);
      assert.equal(repairIn([good, rule]), undefined);
    });
  }

  it('nothing is offered that cannot be told, whatever it is', () => {
    const key = fc.constantFrom('match', 'method', 'respond', 'redirect', 'proxy', 'to', 'status', '__proto__', 'mtch');
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }))), (list) => {
        const { rule = 1 } = repairIn(list) ?? {};
        assert.ok(rule >= 1 && rule <= Math.max(1, list.length));
      }),
    );
  });

  it('nothing is wrong if all makes sense', () => assert.equal(judge([good]), undefined));
});
