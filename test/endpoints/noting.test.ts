/** What is noted of a resumable upload for a later server: what counts to its end, no more, and not more often than needed. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import { aboutOf, Noting, requestOf, type About } from '../../src/endpoints/storing/noting';
import type { Ledger } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { makeRequest } from '../support/request';

const mocks = new Mocks();

const about: About & { readonly final: object } = {
  method: 'PUT',
  path: '/files/a',
  fields: [['if-match', '"x"']],
  length: 9,
  terms: 'dropBox',
  final: { size: 9, status: 201, fields: [['Location', '/files/a']] },
};

describe('what an earlier server has noted of an upload', () => {
  const read: readonly (readonly [promise: string, noted: unknown, expected: unknown])[] = [
    ['is read as it was written', about, about],
    ['is of no drop box if it does not say so', { ...about, terms: undefined }, { ...about, terms: 'open' }],
    ['may be of a POST', { ...about, method: 'POST' }, { ...about, method: 'POST' }],
    ['is nothing where there is none', null, undefined],
    ['is nothing with another method', { ...about, method: 'PATCH' }, undefined],
    ['is nothing without a method', { ...about, method: undefined }, undefined],
    ['is nothing without a path', { ...about, path: undefined }, undefined],
    ['is nothing with a path that is no text', { ...about, path: 1 }, undefined],
    ['is nothing without a list of fields', { ...about, fields: {} }, undefined],
    ['has no length that is none', { ...about, length: 1.5 }, { ...about, length: undefined }],
    ['has no length that is text', { ...about, length: '9' }, { ...about, length: undefined }],
    ['is not complete without an answer', { ...about, final: undefined }, { ...about, final: undefined }],
    ['nor with null', { ...about, final: null }, { ...about, final: undefined }],
    [
      'nor with an answer that has no size',
      { ...about, final: { ...about.final, size: '9' } },
      { ...about, final: undefined },
    ],
    ['nor one that has no status', { ...about, final: { size: 9, fields: [] } }, { ...about, final: undefined }],
    ['nor one that has no fields', { ...about, final: { size: 9, status: 201 } }, { ...about, final: undefined }],
    ...[[['a']], [['a', 'b', 'c']], [['a', 1]], [[1, 'b']], ['ab'], [null]].flatMap(
      (fields) =>
        [
          [`has no field ${JSON.stringify(fields)}`, { ...about, fields }, { ...about, fields: [] }],
          [
            `has no field ${JSON.stringify(fields)} in its answer`,
            { ...about, final: { ...about.final, fields } },
            { ...about, final: { ...about.final, fields: [] } },
          ],
        ] as const,
    ),
  ];
  for (const [promise, noted, expected] of read) it(promise, () => assert.deepEqual(aboutOf(noted), expected));

  it('is a request again', () => {
    const { method, path, fields } = requestOf({ ...about, fields: [['if-match', '"x"']] });
    assert.deepEqual([method, path, fields.get('if-match')], ['PUT', '/files/a', '"x"']);
  });
});

describe('the note of an upload', () => {
  const upload = {} as Upload;
  const lasting = {
    'If-Match': '"x"',
    'If-None-Match': '*',
    'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT',
    'Repr-Digest': 'sha-256=:YQ==:',
    'Want-Repr-Digest': 'sha-256=1',
    'X-OC-Mtime': '1',
  };
  const request = makeRequest('PUT', '/files/a', { ...lasting, Authorization: 'secret', Cookie: 'secret' });
  const fields = Object.entries(lasting).map(([name, value]) => [name.toLowerCase(), value]);
  const incomplete = { isIncomplete: true, hasEnded: false, length: 9, final: undefined };
  const complete = {
    ...incomplete,
    isIncomplete: false,
    final: { size: 9, status: 201, fields: [['Location', '/files/a'] as const] },
  };
  const ended = { ...incomplete, isIncomplete: false, hasEnded: true };
  const noted = { id: 'id', upload, request, terms: 'open', lasts: 5000 } as const;
  const record = (size?: number) => ({
    size,
    ends: 1_005_000,
    about: { method: 'PUT', path: '/files/a', fields, length: 9, final: undefined, terms: 'open' },
  });

  let calls: unknown[][];
  let now: number;
  let ledger: Ledger;
  beforeEach(() => {
    calls = [];
    now = 500;
    mocks.method(performance, 'now', () => now);
    mocks.method(Date, 'now', () => 1_000_000);
    ledger = {
      write: (...all) => calls.push(['write', ...all]),
      keep: (...all) => Promise.resolve(void calls.push(['keep', ...all])),
      remove: (...all) => calls.push(['remove', ...all]),
      knows: () => false,
      find: () => Promise.resolve(undefined),
    };
  });
  afterEach(() => mocks.restore());

  it('has what counts to its end, and no secret', () => {
    new Noting(ledger, noted, false).note(incomplete, 7);
    assert.deepEqual(calls, [['write', 'id', upload, record(7)]]);
  });

  it('has nothing of what was not sent', () => {
    new Noting(ledger, { ...noted, request: makeRequest('PUT', '/files/a') }, false).note(incomplete);
    const { about } = record();
    assert.deepEqual(calls, [['write', 'id', upload, { ...record(), about: { ...about, fields: [] } }]]);
  });

  it('has its answer and no file, once it is complete', () => {
    new Noting(ledger, noted, false).note(complete);
    const { about } = record();
    assert.deepEqual(calls, [['write', 'id', undefined, { ...record(), about: { ...about, final: complete.final } }]]);
  });

  it('goes when it has ended', () => {
    new Noting(ledger, noted, false).note(ended);
    assert.deepEqual(calls, [['remove', 'id']]);
  });

  it('is put off while there are signs of life, once a minute, with the size that counts', () => {
    const noting = new Noting(ledger, noted, false);
    noting.note(incomplete, 7);
    now += 60_000;
    noting.refresh(incomplete);
    assert.equal(calls.length, 1);
    now += 1;
    noting.refresh(incomplete);
    noting.refresh(incomplete);
    assert.deepEqual(calls.slice(1), [['write', 'id', upload, record(7)]]);
  });

  it('that has to be on the disk is first written, then kept there alone, until it is complete', async () => {
    const noting = new Noting(ledger, noted, true);
    noting.note(incomplete);
    noting.note(incomplete, 5);
    now += 60_001;
    noting.refresh(incomplete);
    assert.deepEqual(calls, [['write', 'id', upload, record()]]);
    await noting.keep({ ...incomplete, offset: 4 });
    assert.deepEqual(calls.slice(1), [['keep', 'id', upload, record(4)]]);
    noting.note(complete);
    noting.note(ended);
    assert.deepEqual(
      calls.slice(2).map(([name]) => name),
      ['write', 'remove'],
    );
  });

  it('of what was complete when it was found is not kept', async () => {
    await new Noting(ledger, { ...noted, upload: undefined }, true).keep({ ...complete, offset: 9 });
    assert.deepEqual(calls, []);
  });
});
