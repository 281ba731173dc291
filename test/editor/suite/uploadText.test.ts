import assert from 'node:assert/strict';
import { summaryOf } from '../../../src/editor/status/uploadText';
import type { UploadProgress } from '../../../src/messages';

const upload = (progress: Partial<UploadProgress>): UploadProgress => ({
  ...{ upload: 1, path: 'a/b.zip', files: 1, received: 5e6, length: 10e6, rate: 2e6 },
  ...progress,
});

describe('what the status bar says of uploads', () => {
  const rows: readonly (readonly [promise: string, uploads: readonly UploadProgress[], text: string])[] = [
    ['the name, how much of what has come, and how fast', [upload({})], 'b.zip: 50% of 10 MB, 2.0 MB/s'],
    ['no percentage of what nobody knows', [upload({ length: undefined })], 'b.zip: 5.0 MB, 2.0 MB/s'],
    ['100% only when all has come', [upload({ received: 9_999_999 })], 'b.zip: 99% of 10 MB, 2.0 MB/s'],
    ['0% at first', [upload({ received: 0, rate: 0 })], 'b.zip: 0% of 10 MB, 0 B/s'],
    ['how many files a form had before this one', [upload({ files: 3 })], 'b.zip (+2): 50% of 10 MB, 2.0 MB/s'],
    ['the sum of several', [upload({}), upload({ received: 0, rate: 0 })], '2 uploads: 25% of 20 MB, 2.0 MB/s'],
    [
      'the sum of several, one of unknown length',
      [upload({}), upload({ length: undefined })],
      '2 uploads: 10 MB, 4.0 MB/s',
    ],
    [
      'the beginning and the end of a long name',
      [upload({ path: `a/${'long-'.repeat(20)}name.zip` })],
      'long-long-long-long…g-name.zip: 50% of 10 MB, 2.0 MB/s',
    ],
    [
      'nothing that hides or turns what follows',
      [upload({ path: 'a\u202eb\n.zip' })],
      'a\uFFFDb\uFFFD.zip: 50% of 10 MB, 2.0 MB/s',
    ],
  ];
  for (const [promise, uploads, text] of rows) it(promise, () => assert.equal(summaryOf(uploads), text));
});
