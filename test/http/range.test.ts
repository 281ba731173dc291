/** Which octets a Range field selects. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentRange, mostRanges, parseRange, unsatisfiedRange, type ByteRange } from '../../src/http/message/range';

const ranges = (...pairs: readonly (readonly [start: number, end: number])[]): ByteRange[] =>
  pairs.map(([start, end]) => ({ start, end }));

/** Of 10 octets. */
const rows: readonly (readonly [promise: string, field: string, expected: ByteRange[] | undefined])[] = [
  ['first and last octet', 'bytes=0-4', ranges([0, 4])],
  ['one octet', 'bytes=0-0', ranges([0, 0])],
  ['an open range goes to the end', 'bytes=4-', ranges([4, 9])],
  ['a last octet behind the end is the end', 'bytes=4-99', ranges([4, 9])],
  ['a suffix', 'bytes=-3', ranges([7, 9])],
  ['a suffix longer than the content is all of it', 'bytes=-11', ranges([0, 9])],
  ['several, in the order asked for', 'bytes=8-9,0-1', ranges([8, 9], [0, 1])],
  ['several, one of them unsatisfiable', 'bytes=0-1,50-60', ranges([0, 1])],
  ['overlapping ones are one', 'bytes=0-4,2-6', ranges([0, 6])],
  ['touching ones are one', 'bytes=0-4,5-6', ranges([0, 6])],
  ['one that touches the beginning of another', 'bytes=5-6,0-4', ranges([0, 6])],
  ['one that closes the gap between two', 'bytes=0-1,8-9,1-8', ranges([0, 9])],
  ['ones that are joined stand where the first of them stood', 'bytes=5-6,0-1,7-9', ranges([5, 9], [0, 1])],
  ['the same one again and again is one', `bytes=${Array(20).fill('0-9').join(',')}`, ranges([0, 9])],
  ['empty list members do not count', 'bytes=,0-1,, 4-5 ,', ranges([0, 1], [4, 5])],
  ['blanks around members do not count', 'bytes= 0-1\t, 4-5', ranges([0, 1], [4, 5])],
  ['the unit has no case', 'Bytes=0-1', ranges([0, 1])],
  ['numbers without bounds', `bytes=0-${'9'.repeat(40)}`, ranges([0, 9])],
  ['unsatisfiable: behind the end', 'bytes=10-', []],
  ['unsatisfiable: far behind the end', `bytes=${'9'.repeat(40)}-`, []],
  ['unsatisfiable: an empty suffix', 'bytes=-0', []],
  ['ignored: another unit', 'items=0-1', undefined],
  ['ignored: no unit', '0-1', undefined],
  ['ignored: nothing', 'bytes=', undefined],
  ['ignored: only commas', 'bytes=,,', undefined],
  ['ignored: the last before the first', 'bytes=5-2', undefined],
  ['ignored: one invalid among valid ones', 'bytes=0-1,5-2', undefined],
  ['ignored: a lone dash', 'bytes=-', undefined],
  ['ignored: no digits', 'bytes=a-b', undefined],
  ['ignored: signs', 'bytes=+1-2', undefined],
  ['ignored: two suffixes in one', 'bytes=--1', undefined],
  ['ignored: something behind', 'bytes=0-1x', undefined],
  ['ignored: something behind a suffix', 'bytes=-1x', undefined],
  ['ignored: fractions', 'bytes=0.5-1', undefined],
  ['ignored: hexadecimal', 'bytes=0x1-2', undefined],
  ['ignored: blanks inside', 'bytes=0 -1', undefined],
  ['ignored: blanks before the equals sign', 'bytes =0-1', undefined],
];

describe('a Range field', () => {
  for (const [promise, field, expected] of rows) {
    it(promise, () => assert.deepEqual(parseRange(field, 10), expected));
  }

  it('may have as many members as the limit, and is ignored with one more', () => {
    const members = (count: number): string =>
      `bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`).join(',')}`;
    assert.equal(parseRange(members(mostRanges), 1000)?.length, mostRanges);
    assert.equal(parseRange(members(mostRanges + 1), 1000), undefined);
  });

  it('selects nothing of an empty representation', () => {
    for (const field of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) assert.deepEqual(parseRange(field, 0), []);
  });

  it('reaches the last octet of a terabyte', () => {
    assert.deepEqual(parseRange('bytes=-1', 2 ** 40), ranges([2 ** 40 - 1, 2 ** 40 - 1]));
  });

  it('is answered with what was selected, of how much', () => {
    assert.equal(contentRange({ start: 2, end: 5 }, 10), 'bytes 2-5/10');
    assert.equal(unsatisfiedRange(10), 'bytes */10');
  });

  it('selects exactly the octets of all its members, and each once', () => {
    const member = fc.tuple(fc.nat(40), fc.nat(20)).map(([start, length]) => [start, start + length] as const);
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 1, maxLength: mostRanges }),
        fc.integer({ min: 1, max: 50 }),
        (members, size) => {
          const field = `bytes=${members.map(([start, end]) => `${start}-${end}`).join(',')}`;
          const asked = new Set(members.flatMap((pair) => octets(...pair)).filter((octet) => octet < size));
          const selected = (parseRange(field, size) ?? []).flatMap(({ start, end }) => octets(start, end));
          assert.equal(new Set(selected).size, selected.length);
          assert.deepEqual(new Set(selected), asked);
        },
      ),
    );
  });
});

const octets = (start: number, end: number): number[] => Array.from({ length: end - start + 1 }, (_, i) => start + i);
