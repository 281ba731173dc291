/** Preconditions, in the order of RFC 9110 §13.2.2. */
import assert from 'node:assert/strict';
import { evaluate, ifRange, type Outcome, type Validators } from '../../src/http/message/conditional';
import { formatHttpDate } from '../../src/http/message/date';
import { Fields } from '../../src/http/message/fields';

const modified = Date.UTC(2024, 0, 1, 12, 0, 0, 500);
const before = formatHttpDate(modified - 1000);
const same = formatHttpDate(modified);
const after = formatHttpDate(modified + 1000);
const current: Validators = { etag: '"a"', etags: ['"a"', '"a-gzip"'], modified };

const fieldsOf = (lines: readonly string[]): Fields => {
  const pairs = lines.map((line) => line.split(': ') as [string, string]);
  return new Fields(
    pairs.map(([name]) => name.toLowerCase()),
    pairs.map(([, value]) => value),
  );
};

type Row = readonly [promise: string, methods: string, fields: readonly string[], outcome: Outcome];

const rows: readonly Row[] = [
  ['nothing is asked', 'GET HEAD PUT POST DELETE', [], 'proceed'],

  ['If-Match: the tag', 'GET HEAD PUT DELETE', ['If-Match: "a"'], 'proceed'],
  ['If-Match: the tag of another current representation', 'GET PUT', ['If-Match: "a-gzip"'], 'proceed'],
  ['If-Match: one of several', 'GET PUT', ['If-Match: "x", "a"'], 'proceed'],
  ['If-Match: a tag with a comma in it', 'PUT', ['If-Match: "x,", "a"'], 'proceed'],
  ['If-Match: over two lines', 'PUT', ['If-Match: "x"', 'If-Match: "a"'], 'proceed'],
  ['If-Match: any', 'GET PUT', ['If-Match: *'], 'proceed'],
  ['If-Match: another tag', 'GET HEAD PUT DELETE', ['If-Match: "x"'], 'failed'],
  ['If-Match: weakly, which is not enough', 'GET PUT', ['If-Match: W/"a"'], 'failed'],
  ['If-Match: no tag at all', 'GET PUT', ['If-Match: a'], 'failed'],
  ['If-Match: the tag behind something else', 'GET PUT', ['If-Match: x "a"'], 'failed'],
  ['If-Match: the tag before something else', 'GET PUT', ['If-Match: "a", x'], 'failed'],
  ['If-Match: empty', 'PUT', ['If-Match: '], 'failed'],

  ['If-Unmodified-Since: the time of the change', 'GET PUT', [`If-Unmodified-Since: ${same}`], 'proceed'],
  ['If-Unmodified-Since: later', 'GET PUT', [`If-Unmodified-Since: ${after}`], 'proceed'],
  ['If-Unmodified-Since: earlier', 'GET HEAD PUT DELETE', [`If-Unmodified-Since: ${before}`], 'failed'],
  ['If-Unmodified-Since: no date', 'PUT', ['If-Unmodified-Since: yesterday'], 'proceed'],
  [
    'If-Unmodified-Since: two dates',
    'PUT',
    [`If-Unmodified-Since: ${before}`, `If-Unmodified-Since: ${before}`],
    'proceed',
  ],
  ['If-Match wins over If-Unmodified-Since', 'PUT', ['If-Match: "a"', `If-Unmodified-Since: ${before}`], 'proceed'],

  ['If-None-Match: the tag, to read', 'GET HEAD', ['If-None-Match: "a"'], 'notModified'],
  ['If-None-Match: the tag, to write', 'PUT POST DELETE', ['If-None-Match: "a"'], 'failed'],
  ['If-None-Match: weakly, which is enough', 'GET', ['If-None-Match: W/"a"'], 'notModified'],
  ['If-None-Match: one of several', 'GET', ['If-None-Match: "x", W/"y" ,"a"'], 'notModified'],
  ['If-None-Match: the tag of another representation', 'GET', ['If-None-Match: "a-gzip"'], 'proceed'],
  ['If-None-Match: another tag', 'GET PUT', ['If-None-Match: "x"'], 'proceed'],
  ['If-None-Match: any, to read', 'GET HEAD', ['If-None-Match: *'], 'notModified'],
  ['If-None-Match: any, to write', 'PUT POST', ['If-None-Match: *'], 'failed'],
  ['If-None-Match: no tag at all, to read', 'GET', ['If-None-Match: a'], 'proceed'],
  ['If-None-Match: no tag at all does not let a write through', 'PUT', ['If-None-Match: "*'], 'failed'],
  ['If-None-Match: empty members of the list', 'GET', ['If-None-Match: , ,"a",,'], 'notModified'],

  ['If-Modified-Since: the time of the change', 'GET HEAD', [`If-Modified-Since: ${same}`], 'notModified'],
  ['If-Modified-Since: later', 'GET', [`If-Modified-Since: ${after}`], 'notModified'],
  ['If-Modified-Since: earlier', 'GET', [`If-Modified-Since: ${before}`], 'proceed'],
  ['If-Modified-Since: no date', 'GET', ['If-Modified-Since: 0'], 'proceed'],
  ['If-Modified-Since is for reading alone', 'PUT POST DELETE', [`If-Modified-Since: ${same}`], 'proceed'],
  ['If-None-Match wins over If-Modified-Since', 'GET', ['If-None-Match: "x"', `If-Modified-Since: ${same}`], 'proceed'],

  [
    'If-Match that holds leaves the word to If-None-Match',
    'GET',
    ['If-Match: "a"', 'If-None-Match: "a"'],
    'notModified',
  ],
  ['If-Match that fails comes first', 'GET', ['If-Match: "x"', 'If-None-Match: "a"'], 'failed'],
  [
    'If-Unmodified-Since that fails comes before If-None-Match',
    'GET',
    [`If-Unmodified-Since: ${before}`, 'If-None-Match: "a"'],
    'failed',
  ],
];

const absent: readonly Row[] = [
  ['If-Match: any', 'PUT', ['If-Match: *'], 'failed'],
  ['If-Match: a tag', 'PUT', ['If-Match: "a"'], 'failed'],
  ['If-None-Match: any', 'PUT POST', ['If-None-Match: *'], 'proceed'],
  ['If-None-Match: a tag', 'PUT', ['If-None-Match: "a"'], 'proceed'],
  ['If-Unmodified-Since says nothing of what is not there', 'PUT', [`If-Unmodified-Since: ${before}`], 'proceed'],
  ['If-Modified-Since says nothing of what is not there', 'GET HEAD', [`If-Modified-Since: ${after}`], 'proceed'],
];

const undated: readonly Row[] = [
  ['If-Unmodified-Since says nothing of what has no date', 'GET PUT', [`If-Unmodified-Since: ${before}`], 'proceed'],
  ['If-Modified-Since says nothing of what has no date', 'GET HEAD', [`If-Modified-Since: ${after}`], 'proceed'],
  ['its tag counts', 'GET', ['If-None-Match: "a"', `If-Modified-Since: ${after}`], 'notModified'],
];

describe('preconditions', () => {
  const suites = [
    ['of a representation', rows, current],
    ['of what is not there', absent, undefined],
    ['of what nobody knows the time of', undated, { ...current, modified: undefined }],
  ] as const;
  for (const [title, table, validators] of suites) {
    describe(title, () => {
      for (const [promise, methods, fields, outcome] of table) {
        it(`${promise}: ${outcome}`, () => {
          for (const method of methods.split(' '))
            assert.equal(evaluate(method, fieldsOf(fields), validators), outcome, method);
        });
      }
    });
  }
});

const ranges: readonly (readonly [promise: string, fields: readonly string[], now: number, expected: boolean])[] = [
  ['no condition', [], modified, true],
  ['the tag', ['If-Range: "a"'], modified, true],
  ['another tag', ['If-Range: "x"'], modified, false],
  ['the tag of another representation', ['If-Range: "a-gzip"'], modified, false],
  ['the tag, weakly', ['If-Range: W/"a"'], modified, false],
  ['the date, when its second is over', [`If-Range: ${same}`], modified + 1000, true],
  ['the date, within its second: not strong', [`If-Range: ${same}`], modified + 100, false],
  ['a later date: not exact', [`If-Range: ${after}`], modified + 9000, false],
  ['an earlier date', [`If-Range: ${before}`], modified + 9000, false],
  ['neither tag nor date', ['If-Range: a'], modified + 9000, false],
];

describe('If-Range', () => {
  for (const [promise, fields, now, expected] of ranges) {
    it(promise, () => assert.equal(ifRange(fieldsOf(fields), current, now), expected));
  }

  it('a date, of what nobody knows the time of', () => {
    const fields = fieldsOf([`If-Range: ${same}`]);
    assert.equal(ifRange(fields, { ...current, modified: undefined }, modified + 9000), false);
  });
});
