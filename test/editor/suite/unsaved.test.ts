/** How often what is typed is sent to the server. */
import assert from 'node:assert/strict';
import { delayFor } from '../../../src/editor/live/unsaved';

describe('unsaved text', () => {
  const rows: readonly (readonly [promise: string, length: number, milliseconds: number])[] = [
    ['that is short is sent at once, so that pages follow the typing', 100_000, 120],
    ['that is long is sent less often', 1_000_000, 1000],
    ['that is as long as any that is sent is not sent every second', 2 * 1024 * 1024, 2097.152],
  ];
  for (const [promise, length, milliseconds] of rows) {
    it(promise, () => {
      assert.equal(delayFor(length), milliseconds);
    });
  }
});
