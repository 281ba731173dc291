/** Structured fields (RFC 9651), whatever a client sends. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fields } from '../../src/http/message/fields';
import { booleanOf, dictionaryOf, integerOf, octetsOf } from '../../src/http/message/structuredFields';

const fieldsOf = (...values: readonly string[]): Fields =>
  new Fields(
    values.map(() => 'x'),
    values,
  );

describe('H6: a structured field', () => {
  const booleans: readonly (readonly [value: string, expected: boolean | undefined])[] = [
    ['?1', true],
    ['?0', false],
    ['  ?1  ', true],
    ['?1;a;b="c"', true],
    ['?1;a=?0', true],
    ['?1;p="foo', undefined],
    ['?1 ;a', undefined],
    ['?1;', undefined],
    ['?1;A', undefined],
    ['?2', undefined],
    ['1', undefined],
    ['true', undefined],
    ['?1\t', undefined],
    ['', undefined],
  ];
  for (const [value, expected] of booleans) {
    it(`${JSON.stringify(value)} as a Boolean is ${expected}`, () =>
      assert.equal(booleanOf(fieldsOf(value), 'x'), expected));
  }

  const integers: readonly (readonly [value: string, expected: number | undefined])[] = [
    ['0', 0],
    ['007', 7],
    ['-5;a', -5],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', undefined],
    ['4.0', undefined],
    ['-4.5', undefined],
    ['10.0', undefined],
    ['  -10.0', undefined],
    ['4;p="1.5"', 4],
    ['+4', undefined],
    ['4,', undefined],
    ['"4"', undefined],
  ];
  for (const [value, expected] of integers) {
    it(`${JSON.stringify(value)} as an Integer is ${expected}`, () =>
      assert.equal(integerOf(fieldsOf(value), 'x'), expected));
  }

  it('that is not there is nothing, and an empty dictionary', () => {
    const none = new Fields([], []);
    assert.deepEqual([booleanOf(none, 'x'), integerOf(none, 'x')], [undefined, undefined]);
    assert.deepEqual(dictionaryOf(none, 'x'), new Map());
  });

  it('of several lines is one dictionary, and its last value counts', () => {
    const dictionary = dictionaryOf(fieldsOf('a=1, b=:AAAA:;p', 'a=2'), 'x');
    assert.ok(dictionary !== 'malformed');
    assert.equal(dictionary.get('a'), 2);
    assert.deepEqual(octetsOf(dictionary.get('b')), Buffer.alloc(3));
    assert.equal(octetsOf(dictionary.get('a')), undefined);
  });

  it('of several lines is no item', () => assert.equal(booleanOf(fieldsOf('?1', '?1'), 'x'), undefined));

  it('that cannot be read is malformed as a dictionary', () => {
    for (const value of ['a=', '=', 'A', 'a=1 b', '"', 'a,'])
      assert.equal(dictionaryOf(fieldsOf(value), 'x'), 'malformed');
  });

  it('has no value where there is a list of them', () => {
    const dictionary = dictionaryOf(fieldsOf('a=(1 2), b'), 'x');
    assert.deepEqual(
      dictionary,
      new Map<string, unknown>([
        ['a', undefined],
        ['b', true],
      ]),
    );
  });

  it('is read or not, but never fails', () => {
    const marks = fc.constantFrom(...Array.from('?01;=:,"\\()@%*abc-. \t\u00ff/+'));
    const likely = fc.string({ unit: marks, maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), (value) => {
        const fields = fieldsOf(value);
        booleanOf(fields, 'x');
        integerOf(fields, 'x');
        dictionaryOf(fields, 'x');
      }),
      { numRuns: 2000 },
    );
  });

  const long: readonly (readonly [what: string, unit: string])[] = [
    ['blanks', ' '],
    ['members', 'a=1,'],
    ['parameters', ';a=1'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['lists', '('],
    ['octets', ':'],
    ['digits', '1'],
    ['letters', 'a'],
    ['display strings', '%"'],
  ];
  for (const [what, unit] of long) {
    it(`of very many ${what} is read in linear time`, () => {
      // Eight times as much takes eight times as long, or with a square sixty-four times.
      const [few, many] = [4096, 32_768].map((length) => leastTime(`a=${unit.repeat(length / unit.length)}`));
      assert.ok((many ?? 0) < 24 * Math.max(few ?? 0, 0.05), `${few} and ${many} ms`);
    });
  }

  /** Of several tries, in milliseconds. */
  function leastTime(value: string): number {
    const fields = fieldsOf(value);
    const tries = Array.from({ length: 7 }, () => {
      const started = performance.now();
      dictionaryOf(fields, 'x');
      booleanOf(fields, 'x');
      return performance.now() - started;
    });
    return Math.min(...tries);
  }
});
