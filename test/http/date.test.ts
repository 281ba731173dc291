/** HTTP-date. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatHttpDate, parseHttpDate } from '../../src/http/message/date';

const now = Date.UTC(2026, 10, 22);
const known = Date.UTC(1994, 10, 6, 8, 49, 37);

const rows: readonly (readonly [promise: string, value: string, expected: number | undefined])[] = [
  ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', known],
  ['the obsolete form of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', known],
  ['the obsolete form of asctime', 'Sun Nov  6 08:49:37 1994', known],
  ['asctime with a day of two digits', 'Wed Nov 16 08:49:37 1994', known + 10 * 86_400_000],
  ['two digits up to 50 years ahead', 'Sunday, 06-Nov-76 08:49:37 GMT', Date.UTC(2076, 10, 6, 8, 49, 37)],
  ['two digits more than 50 years ahead are past', 'Sunday, 06-Nov-77 08:49:37 GMT', Date.UTC(1977, 10, 6, 8, 49, 37)],
  ['a leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['years before 100 are what they say', 'Sat, 01 Jan 0050 00:00:00 GMT', new Date('0050-01-01T00:00:00Z').getTime()],
  ['no 29 February in other years', 'Wed, 29 Feb 2023 00:00:00 GMT', undefined],
  ['no day 31 in a short month', 'Wed, 31 Apr 2024 00:00:00 GMT', undefined],
  ['no day 0', 'Sun, 00 Nov 1994 08:49:37 GMT', undefined],
  ['no day 32', 'Sun, 32 Dec 1994 08:49:37 GMT', undefined],
  ['no day 99', 'Sun, 99 Jan 1994 08:49:37 GMT', undefined],
  ['the last minute of a day', 'Sun, 06 Nov 1994 23:59:59 GMT', Date.UTC(1994, 10, 6, 23, 59, 59)],
  ['no minute 60', 'Sun, 06 Nov 1994 08:60:37 GMT', undefined],
  ['no second 61', 'Sun, 06 Nov 1994 08:49:61 GMT', undefined],
  ['no hour 24', 'Sun, 06 Nov 1994 24:00:00 GMT', undefined],
  ['no other zone', 'Sun, 06 Nov 1994 08:49:37 +0000', undefined],
  ['no lower case', 'sun, 06 nov 1994 08:49:37 gmt', undefined],
  ['no single digits', 'Sun, 6 Nov 1994 08:49:37 GMT', undefined],
  ['no date of another standard', '1994-11-06T08:49:37Z', undefined],
  ['nothing behind it', 'Sun, 06 Nov 1994 08:49:37 GMT; x', undefined],
  ['no empty value', '', undefined],
];

describe('an HTTP-date', () => {
  for (const [promise, value, expected] of rows) {
    it(promise, () => assert.equal(parseHttpDate(value, now), expected));
  }

  it('survives being written and read, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
        assert.equal(parseHttpDate(formatHttpDate(ms) ?? ''), Math.floor(ms / 1000) * 1000);
      }),
    );
  });

  for (const [promise, ms, expected] of [
    ['the first that can be told', -62_167_219_200_000, 'Sat, 01 Jan 0000 00:00:00 GMT'],
    ['the last that can be told', 253_402_300_799_999, 'Fri, 31 Dec 9999 23:59:59 GMT'],
    ['H7: a year before the first', -62_167_219_200_001, undefined],
    ['H7: a year of five digits', 253_402_300_800_000, undefined],
    ['H7: what is no time for this language', -(2 ** 55) * 1000, undefined],
    ['H7: nothing', Number.NaN, undefined],
  ] as const) {
    it(`is written if it has four digits for the year: ${promise}`, () => assert.equal(formatHttpDate(ms), expected));
  }
});
