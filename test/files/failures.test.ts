/** What a failure of the system means to whoever writes. */
import assert from 'node:assert/strict';
import { FileError } from '../../src/files/fileError';
import { endFailure, failureOf, ifStillThere, telling } from '../../src/files/writing/failures';
import { systemError } from '../support/mocks';

const failure = (code: string): Error => systemError(code, 'open');
const fault = new Error('not of the system');
const throwing = (error: unknown) => (): unknown => {
  throw error;
};

describe('a failure of an upload', () => {
  it('says that what is hidden is protected', () => {
    const hidden = new FileError('hidden', 'There is no such file.');
    for (const told of [failureOf(hidden), endFailure(hidden)]) {
      assert.ok(told instanceof FileError);
      assert.deepEqual([told.kind, told.message, told.cause], ['protected', 'That path may not be written.', hidden]);
    }
  });

  it('that has its meaning keeps it, and so does a fault', () => {
    for (const error of [new FileError('full', 'No room.'), fault]) {
      assert.equal(failureOf(error), error);
      assert.equal(endFailure(error), error);
    }
  });

  it('of the system has one, too', () => {
    for (const tell of [failureOf, endFailure]) assert.equal((tell(failure('ENOSPC')) as FileError).kind, 'full');
    assert.equal((failureOf(failure('ENOENT')) as FileError).kind, 'missing');
  });

  it('at its end may be that somebody has removed what was unfinished', () => {
    const error = failure('ENOENT');
    const told = endFailure(error) as FileError;
    const message = 'Somebody has removed what was unfinished.';
    assert.deepEqual([told.kind, told.message, told.cause], ['busy', message, error]);
  });

  it('is told as it is asked for', () => {
    assert.equal(
      telling(failureOf, () => 1),
      1,
    );
    const tell = (error: unknown): unknown => [error];
    assert.throws(
      () => telling(tell, throwing(fault)),
      (told) => Array.isArray(told) && told[0] === fault,
    );
  });

  it('is none where there is nothing to look at any more', () => {
    assert.equal(
      ifStillThere(() => 1),
      1,
    );
    for (const error of [failure('ENOENT'), failure('ENOTDIR'), new FileError('hidden', '')])
      assert.equal(ifStillThere(throwing(error)), undefined);
    assert.throws(() => ifStillThere(throwing(failure('EACCES'))), { code: 'EACCES' });
    assert.throws(() => ifStillThere(throwing(fault)), fault);
  });
});
