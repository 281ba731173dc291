/** The fields of resumable uploads: what a client says with them, and what it is told. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import {
  completeLine,
  completeOf,
  interopLine,
  lengthOf,
  limitLine,
  offsetLine,
  offsetOf,
  partialUpload,
  teller,
  wantsInterim,
  withCompleteness,
  withLimit,
} from '../../src/endpoints/storing/uploadFields';
import { FileError } from '../../src/files/fileError';
import { HttpError } from '../../src/http/message/httpError';
import type { Response } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { bodyOf, makeRequest, type FieldTable } from '../support/request';

const mocks = new Mocks();

const requestWith = (fields: FieldTable, content?: string) =>
  makeRequest('POST', '/files/x', fields, content === undefined ? undefined : bodyOf([content]));

describe('the fields of a resumable upload', () => {
  it('say whether it is complete, or are about none', () => {
    const said = ['?1', '?0', '1', undefined].map((value) =>
      completeOf(requestWith(value === undefined ? {} : { 'upload-complete': value }).fields),
    );
    assert.deepEqual(said, [true, false, undefined, undefined]);
  });

  it('say where the content begins, which is not before the first octet', () => {
    const said = ['0', '7', '-1', '7.0', 'x'].map((value) => offsetOf(requestWith({ 'upload-offset': value }).fields));
    assert.deepEqual(said, [0, 7, undefined, undefined, undefined]);
  });

  it('say which version of the draft the client speaks', () => {
    const said = ['8', '7', '9', '"8"'].map((value) =>
      wantsInterim(requestWith({ 'upload-draft-interop-version': value })),
    );
    assert.deepEqual(said, [true, false, false, false]);
  });

  const complete = { 'upload-complete': '?1' };
  type Size = number | undefined;
  const lengths: readonly [promise: string, fields: FieldTable, content: string, known: Size, length: Size][] = [
    ['is not known by itself', {}, 'abc', undefined, undefined],
    ['is not that of a part', { 'upload-complete': '?0' }, 'abc', undefined, undefined],
    ['is where the last part ends', complete, 'abc', undefined, 13],
    ['is what the client says', { 'upload-length': '20' }, 'abc', undefined, 20],
    ['is what it said before', {}, 'abc', 30, 30],
    ['is all of that, if it agrees', { ...complete, 'upload-length': '13' }, 'abc', 13, 13],
    ['is not less than nothing', { 'upload-length': '-1' }, 'abc', undefined, undefined],
    ['may be nothing', { 'upload-length': '0' }, '', undefined, 0],
  ];
  for (const [promise, fields, content, known, length] of lengths) {
    it(`the whole length ${promise}`, () => assert.equal(lengthOf(requestWith(fields, content), 10, known), length));
  }

  it('the whole length is not where the last part ends, as long as nobody knows that', () => {
    const request = requestWith(complete, 'abc');
    assert.equal(lengthOf({ ...request, body: { ...request.body, length: undefined } }, 10, undefined), undefined);
  });

  const contradictions: readonly [what: string, fields: FieldTable, known?: number][] = [
    ['the end and what it says', { ...complete, 'upload-length': '14' }],
    ['the end and what it said before', complete, 12],
    ['what it says and what it said before', { 'upload-length': '14' }, 13],
    ['what it says alone, of three', { ...complete, 'upload-length': '14' }, 13],
  ];
  for (const [what, fields, known] of contradictions) {
    it(`are refused if they contradict each other: ${what}`, () =>
      assert.throws(() => lengthOf(requestWith(fields, 'abc'), 10, known), {
        status: 400,
        message: /^The lengths told of the upload contradict each other\.$/,
      }));
  }

  it('are told as the draft has them', () => {
    const limit = ['Upload-Limit', 'max-size=5, max-age=1'];
    const limits = { ...defaultLimits, body: 5, resumeTimeout: 1999 };
    assert.deepEqual(
      [interopLine, completeLine(true), completeLine(false), offsetLine(7), limitLine(limits)],
      [
        ['Upload-Draft-Interop-Version', '8'],
        ['Upload-Complete', '?1'],
        ['Upload-Complete', '?0'],
        ['Upload-Offset', '7'],
        limit,
      ],
    );
    assert.equal(partialUpload, 'application/partial-upload');
    const tooLarge: Response = { status: 413, fields: [['A', 'b']] };
    assert.deepEqual(withLimit(tooLarge, limits), { status: 413, fields: [['A', 'b'], limit] });
    const other: Response = { status: 400, fields: [] };
    assert.equal(withLimit(other, limits), other);
  });

  it('are told once a second at most, and to those alone who speak of them', () => {
    let now = 500;
    mocks.method(performance, 'now', () => now);
    try {
      const isDue = teller(requestWith({ 'upload-draft-interop-version': '8' }));
      const isEver = teller(requestWith({}));
      const told = [0, 999, 1, 0, 999, 2, 500].map((later) => {
        now += later;
        return [isDue(), isEver()];
      });
      const due = [false, false, true, false, false, true, false];
      assert.deepEqual(
        told,
        due.map((is) => [is, false]),
      );
    } finally {
      mocks.restore();
    }
  });

  it('are told with a failure, unless that tells them already, or is a defect', () => {
    const failure = new HttpError(400, 'It is wrong.', [['A', 'b']], { reason: 'It is.', option: 'limits' });
    const told = withCompleteness(failure, true) as HttpError;
    const { status, message, fields, reason, option } = told;
    assert.deepEqual(
      [status, message, fields, reason, option],
      [400, 'It is wrong.', [['A', 'b'], completeLine(true)], 'It is.', 'limits'],
    );
    assert.equal(withCompleteness(told, false), told);
    const full = withCompleteness(new FileError('full', 'There is no room.'), false) as HttpError;
    assert.deepEqual([full.status, full.message, full.fields], [507, 'There is no room.', [completeLine(false)]]);
    const defect = new Error('A defect.');
    assert.equal(withCompleteness(defect, false), defect);
  });
});
