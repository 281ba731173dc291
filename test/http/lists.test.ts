/** Optional whitespace and lists (RFC 9110 §§5.6.1, 5.6.3): one rule, for whoever reads a value. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fields } from '../../src/http/message/fields';
import { framingOf } from '../../src/http/wire/framing';
import { parseHead } from '../../src/http/wire/head';
import { parseRange } from '../../src/http/message/range';
import { membersOf, trimOws } from '../../src/http/message/syntax';
import { defaultLimits } from '../../src/options';

const text = fc.string({ unit: fc.constantFrom(' ', '\t', ',', 'a', '-', '\n', '\u00a0', '"'), maxLength: 40 });

/** What was meant, said by patterns; they are quadratic. */
const trimmed = (value: string): string => value.replace(/^[ \t]+|[ \t]+$/g, '');

const rows: readonly (readonly [promise: string, value: string, members: readonly string[]])[] = [
  ['one member', 'a', ['a']],
  ['blanks around the whole', ' \ta\t ', ['a']],
  ['blanks around a comma', 'a \t,\t b', ['a', 'b']],
  ['blanks within a member are its own', 'a \t b', ['a \t b']],
  ['an empty member is one', 'a,,b', ['a', '', 'b']],
  ['so is one of blanks', 'a, \t ,b', ['a', '', 'b']],
  ['and one at either end', ',a,', ['', 'a', '']],
  ['nothing is one empty member', '', ['']],
  ['no other space is optional whitespace', '\u00a0a\n,b\v', ['\u00a0a\n', 'b\v']],
];

describe('the members of a list', () => {
  for (const [promise, value, members] of rows) {
    it(promise, () => assert.deepEqual(membersOf(value), members));
  }

  it('are what the grammar says, whatever the value', () => {
    fc.assert(fc.property(text, (value) => assert.deepEqual(membersOf(value), value.split(',').map(trimmed))));
  });

  it('lose their blanks, and nothing else', () => {
    fc.assert(fc.property(text, (value) => assert.equal(trimOws(value), trimmed(value))));
  });

  it('of a field count but for the empty ones, over all its lines', () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        const fields = new Fields(['x', 'y', 'x'], [first, 'z', second]);
        const members = `${first},${second}`.split(',').map(trimmed);
        assert.deepEqual(
          fields.list('x'),
          members.filter((member) => member !== ''),
        );
      }),
    );
  });

  it('of Range lose their blanks as all others', () => {
    const blank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 5 });
    fc.assert(
      fc.property(blank, blank, blank, blank, (a, b, c, d) => {
        assert.deepEqual(parseRange(`bytes=${a}0-1${b},${c}4-5${d}`, 10), parseRange('bytes=0-1,4-5', 10));
      }),
    );
  });

  it('of Transfer-Encoding lose them, too, and an empty one is an error', () => {
    const framed = (...values: readonly string[]): unknown => {
      const names = values.map(() => 'transfer-encoding');
      try {
        return framingOf(1, new Fields(names, values)).kind;
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(framed(' \tchunked \t'), 'chunked');
    assert.match(String(framed('chunked \t,\t')), /empty member/);
    assert.match(String(framed('\t , chunked')), /empty member/);
    assert.match(String(framed('chunked\t ', ' \tchunked')), /once, and last/);
  });
});

describe('H1: blanks within a member', () => {
  const length = 16_000;

  /** The least of several runs, in milliseconds. */
  const cost = (read: (value: string) => unknown, filling: string): number => {
    const costs = Array.from({ length: 10 }, () => {
      const begun = performance.now();
      // Made anew: an engine may remember what it found in a text.
      read(`a${filling.repeat(length)}b`);
      return performance.now() - begun;
    });
    return Math.min(...costs);
  };

  const fieldsOf = (value: string): Fields => new Fields(['x'], [value]);
  const readers: readonly (readonly [what: string, read: (value: string) => unknown])[] = [
    ['a field value', trimOws],
    ['a list', (value) => fieldsOf(value).list('x')],
    ['Range', (value) => parseRange(`bytes=${value}`, 10)],
    ['Transfer-Encoding', (value) => assert.throws(() => framingOf(1, new Fields(['transfer-encoding'], [value])))],
    ['a whole head', (value) => parseHead(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${value}\r\n`, defaultLimits)],
  ];

  for (const [what, read] of readers) {
    it(`cost ${what} no more than as many letters do, give or take`, () => {
      // By the square of the length it would be a thousand times as much.
      assert.ok(cost(read, ' ') < 50 * cost(read, 'x') + 0.5);
      assert.ok(cost(read, '\t') < 50 * cost(read, 'x') + 0.5);
    });
  }
});
