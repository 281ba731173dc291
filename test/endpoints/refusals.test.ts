/** What is refused, or wished for, by the fields of a request that changes something: told by its head alone. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { destinationOf, mayOverwrite, refuseShallow } from '../../src/endpoints/storing/destination';
import { Expectations } from '../../src/endpoints/storing/integrity';
import { inTime } from '../../src/endpoints/storing/removal';
import {
  refuseCoding,
  refuseForeign,
  refusePart,
  refuseUnknownLength,
  refuseUnmet,
} from '../../src/endpoints/storing/refusals';
import { grantedLines, wishesOf } from '../../src/endpoints/storing/wishes';
import { HttpError } from '../../src/http/message/httpError';
import { Fields } from '../../src/http/message/fields';
import type { Request } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { bodyOf, makeRequest, type FieldTable } from '../support/request';

/** The status, the sentence and the fields of a refusal; undefined if there is none. */
function refusalOf(work: () => unknown): readonly [status: number, said: string, fields: FieldTable] | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    assert.match(error.message, /^\S.*\.$/);
    return [error.status, error.message, Object.fromEntries(error.fields) as FieldTable];
  }
}

const limits = { ...defaultLimits, body: 1000, resumeTimeout: 60_000 };
const put = (fields: FieldTable, method = 'PUT'): Request => makeRequest(method, '/files/a', fields);

describe('a request of another protocol', () => {
  const foreign: readonly (readonly [field: string, value: string, named: string])[] = [
    ['Tus-Resumable', '1.0.0', 'speak tus:'],
    ['X-Upload-Content-Length', '5', 'resumable uploads as Google has them:'],
    ['X-Goog-Upload-Command', 'start', 'resumable uploads as Google has them:'],
    ['X-Goog-Upload-Protocol', 'resumable', 'resumable uploads as Google has them:'],
    ['OC-Chunked', '1', 'uploads in chunks as ownCloud has them:'],
    ['X-Amz-Copy-Source', '/b/a', 'copies as Amazon S3 has them:'],
    ['X-MS-Copy-Source', '/b/a', 'copies as Azure has them:'],
  ];
  for (const [field, value, named] of foreign) {
    it(`is refused, and told what is spoken here: ${field}`, () => {
      const [status, said = '', fields] = refusalOf(() => refuseForeign(put({ [field]: value }), limits)) ?? [];
      assert.equal(status, 400);
      assert.ok(said.includes(named) && said.includes('PUT, POST, forms, and resumable uploads'), said);
      assert.deepEqual(fields, {
        'Upload-Draft-Interop-Version': '8',
        'Upload-Limit': 'max-size=1000, max-age=60',
      });
    });
  }

  const parts: readonly (readonly [method: string, query: string, field: string | undefined, named?: string])[] = [
    ['POST', 'uploads', undefined, 'Amazon S3'],
    ['POST', 'uploads=', undefined, 'Amazon S3'],
    ['PUT', 'partNumber=1&uploadId=abc', undefined, 'Amazon S3'],
    ['PUT', 'x-id=UploadPart&uploadId=abc', 'X-Amz-Date', 'Amazon S3'],
    ['DELETE', 'uploadId=abc', undefined, 'Amazon S3'],
    ['PUT', 'comp=blocklist', 'X-MS-Version', 'Azure'],
    ['PUT', 'timeout=30&comp=block&blockid=AA', 'X-MS-Version', 'Azure'],
    ['POST', 'uploadType=resumable&name=a', undefined, 'Google'],
    ['PUT', 'acl', 'X-Amz-Date', 'Amazon S3'],
    ['DELETE', 'tagging', 'X-Amz-Date', 'Amazon S3'],
    ['PUT', 'acl', undefined],
    ['PUT', 'x-id=PutObject', 'X-Amz-Date'],
    ['PUT', 'X-Amz-Signature=uploads', undefined],
    ['PUT', 'comp=blocklist', undefined],
    ['PUT', 'timeout=30', 'X-MS-Version'],
    ['POST', 'uploadType=media', undefined],
    ['PUT', 'myuploads&x=uploadId', undefined],
  ];
  for (const [method, query, field, named] of parts) {
    const among = field === undefined ? '' : ` with ${field}`;
    it(`${method} ?${query}${among} is ${named === undefined ? 'not ' : ''}refused`, () => {
      const request = { ...put(field === undefined ? {} : { [field]: 'x' }, method), query };
      const [status, said] = refusalOf(() => refuseForeign(request, limits)) ?? [];
      assert.equal(status, named && 400);
      assert.ok(named === undefined || said?.includes(`the queries of ${named}: it takes PUT`), said);
    });
  }

  const meant: readonly (readonly [method: string, field: string, value: string, isRefused: boolean])[] = [
    ['POST', 'X-HTTP-Method-Override', 'DELETE', true],
    ['POST', 'X-HTTP-Method', 'MERGE', true],
    ['POST', 'X-Method-Override', 'PATCH', true],
    ['POST', 'X-HTTP-Method-Override', 'put', false],
    ['PUT', 'X-HTTP-Method-Override', 'post', false],
    ['PUT', 'X-HTTP-Method-Override', 'POSTPONE', true],
    ['PUT', 'X-HTTP-Method-Override', 'REPOST', true],
    ['DELETE', 'X-HTTP-Method', 'delete', false],
    ['DELETE', 'X-HTTP-Method', 'POST', true],
    ['PUT', 'X-Unknown', 'DELETE', false],
  ];
  for (const [method, field, value, isRefused] of meant) {
    it(`${method} that stands for ${value} by ${field} is ${isRefused ? '' : 'not '}refused`, () => {
      const refusal = refusalOf(() => refuseForeign(put({ [field]: value }, method), limits));
      assert.deepEqual(
        refusal?.slice(0, 2),
        isRefused ? [400, `A ${method} cannot stand for another method: send that method.`] : undefined,
      );
    });
  }
});

describe('a part, a coding, a length, a state', () => {
  const rows: readonly (readonly [promise: string, refuse: () => void, status: number | undefined])[] = [
    ['Content-Range', () => refusePart(put({ 'Content-Range': 'bytes 0-1/5' })), 400],
    ['Upload-Incomplete', () => refusePart(put({ 'Upload-Incomplete': '?1' })), 400],
    ['Upload-Incomplete that says no', () => refusePart(put({ 'Upload-Incomplete': '?0' })), undefined],
    ['an Upload-Length that is not the content’s', () => refusePart(put({ 'Upload-Length': '5' })), 400],
    ['one that is', () => refusePart({ ...put({ 'Upload-Length': '2' }), body: bodyOf(['ab']) }), undefined],
    [
      'one of an upload that says whether it is complete',
      () => refusePart(put({ 'Upload-Length': '5', 'Upload-Complete': '?0' })),
      undefined,
    ],
    ['a coding of what may come in parts', () => refuseCoding(put({ 'Content-Encoding': 'gzip' })), 415],
    ['one of two', () => refuseCoding(put({ 'Content-Encoding': 'identity, gzip' })), 415],
    ['none by its name', () => refuseCoding(put({ 'Content-Encoding': 'Identity' })), undefined],
    ['no coding', () => refuseCoding(put({})), undefined],
    ['HTTP/1.0 without a length', () => refuseUnknownLength({ ...put({}), minorVersion: 0 }), 411],
    ['HTTP/1.0 with one', () => refuseUnknownLength({ ...put({ 'Content-Length': '0' }), minorVersion: 0 }), undefined],
    ['HTTP/1.1 without one', () => refuseUnknownLength(put({})), undefined],
    ['an If-Match that cannot be met', () => refuseUnmet(put({ 'If-Match': '"x"' })), 412],
    ['an If-Match that whatever is there meets', () => refuseUnmet(put({ 'If-Match': '*' })), undefined],
    ['an If-None-Match that nothing may meet', () => refuseUnmet(put({ 'If-None-Match': '*' })), 412],
    ['an Overwrite that is none', () => mayOverwrite(put({ Overwrite: 't' })), 400],
    ['a Depth of less than all', () => refuseShallow(put({ Depth: '1' })), 400],
    ['a Depth of all', () => refuseShallow(put({ Depth: 'Infinity' })), undefined],
    ['no Depth', () => refuseShallow(put({})), undefined],
  ];
  for (const [promise, refuse, status] of rows)
    it(`${promise}: ${status ?? 'taken'}`, () => assert.equal(refusalOf(refuse)?.[0], status));

  it('says which codings are taken', () =>
    assert.deepEqual(refusalOf(() => refuseCoding(put({ 'Content-Encoding': 'br' })))?.[2], {
      'Accept-Encoding': 'identity',
    }));

  it('lets a destination be replaced unless that is not wanted', () =>
    assert.deepEqual(
      [{}, { Overwrite: 'T' }, { Overwrite: 'F' }].map((fields) => mayOverwrite(put(fields))),
      [true, true, false],
    ));
});

describe('a Destination', () => {
  const rows: readonly (readonly [value: string | undefined, expected: string | number, said?: RegExp])[] = [
    ['/files/a%20b/c', 'a b/c'],
    ['/files/a/', 'a//'],
    ['/%66iles/a', 'a'],
    ['HTTP://LOCALHOST/files/a', 'a'],
    ['https://localhost/files/a', 'a'],
    ['http://dev.test:8080/files/a', 'a'],
    [undefined, 400, /needs a Destination/],
    ['', 400, /no absolute path/],
    ['files/a', 400, /no absolute path/],
    ['/files/a b', 400, /no absolute path/],
    [' /files/a', 400, /no absolute path/],
    ['/files/a?b', 400, /no absolute path/],
    ['/files/a#b', 400, /no absolute path/],
    ['/files/ä', 400, /no absolute path/],
    ['/files/a\u007f', 400, /no absolute path/],
    ['http://localhost:x/files/a', 400, /no absolute path/],
    ['1http://localhost/files/a', 400, /no absolute path/],
    ['x/http://localhost/files/a', 400, /no absolute path/],
    ['http://localhost', 403, /only/],
    ['/', 403, /only/],
    ['/filesystem/a', 403, /only/],
    ['/echo/a', 403, /only/],
    ['//localhost/files/a', 502, /another server/],
    ['http:///files/a', 502, /another server/],
    ['http:', 502, /another server/],
    ['web+x-1.0:files/a', 502, /another server/],
    ['ftp://localhost/files/a', 502, /another server/],
    ['xhttp://localhost/files/a', 502, /another server/],
    ['http://dev.test/files/a', 502, /another server/],
    ['http://localhost@dev.test:8080/files/a', 502, /another server/],
    ['http://localhost\\@dev.test:8080/files/a', 502, /another server/],
  ];
  for (const [value, expected, said = /^$/] of rows) {
    it(`${JSON.stringify(value)}: ${expected}`, () => {
      const fields = value === undefined ? {} : { Destination: value };
      let found: string | undefined;
      const refusal = refusalOf(() => {
        const { segments, isFolder } = destinationOf(put(fields, 'MOVE'), ['dev.test:8080']);
        found = segments.join('/') + (isFolder ? '//' : '');
      });
      assert.deepEqual(refusal?.[0] ?? found, expected);
      assert.match(refusal?.[1] ?? '', said);
    });
  }
});

describe('a wish', () => {
  const times: readonly (readonly [value: string, modified: number | undefined])[] = [
    ['0', 0],
    ['1000000000', 1e12],
    ['-1.5', -1500],
    ['12.123456789', 12123.456789],
    ['253402300799', 253402300799000],
    ['-253402300799', -253402300799000],
    ['253402300800', undefined],
    ['-253402300800', undefined],
    ['1234567890123', undefined],
    ['1.1234567890', undefined],
    ['1.', undefined],
    ['.5', undefined],
    ['+1', undefined],
    ['1e3', undefined],
    ['x1', undefined],
    ['1x', undefined],
    ['', undefined],
  ];
  for (const [value, modified] of times) {
    it(`for the time ${JSON.stringify(value)} is ${modified === undefined ? 'refused' : 'taken'}`, () => {
      let wishes: ReturnType<typeof wishesOf> | undefined;
      const refusal = refusalOf(() => (wishes = wishesOf(put({ 'X-OC-Mtime': value }).fields)));
      assert.deepEqual([wishes?.modified, refusal?.[0]], [modified, modified === undefined ? 400 : undefined]);
    });
  }

  it('is told of when it was granted, and only then', () => {
    const none = Expectations.of(new Fields([], []), [], []);
    const digests = Expectations.of(new Fields([], []), [], ['sha-256']);
    digests.check();
    const sha = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';
    assert.deepEqual(wishesOf(put({}).fields), { modified: undefined, algorithms: [] });
    const both = wishesOf(put({ 'X-OC-Mtime': '1', 'Want-Repr-Digest': 'sha-256=1' }).fields);
    assert.deepEqual(both, { modified: 1000, algorithms: ['sha-256'] });
    assert.deepEqual(grantedLines({ modified: undefined, algorithms: [] }, digests), []);
    assert.deepEqual(grantedLines({ modified: 0, algorithms: [] }, none), [['X-OC-MTime', 'accepted']]);
    assert.deepEqual(grantedLines(both, none), [['X-OC-MTime', 'accepted']]);
    assert.deepEqual(grantedLines(both, digests), [
      ['Repr-Digest', sha],
      ['X-OC-MTime', 'accepted'],
    ]);
  });
});

describe('the trash', () => {
  it('is waited for, and may say that there is none', async () => {
    for (const is of [true, false]) assert.equal(await inTime(Promise.resolve(is), 3_600_000), is);
  });

  it('that does not take it keeps it, and one is told what may be done', async () => {
    const message = 'It could not be moved to the trash, so it stays.';
    const refused = { status: 503, message, fields: [], advise: 'trash' };
    await assert.rejects(inTime(Promise.reject(new Error('full')), 3_600_000), refused);
  });

  it('that is late is not waited for, and may be asked again', async () => {
    await assert.rejects(inTime(new Promise(() => undefined), 1), {
      status: 503,
      message: 'It could not be moved to the trash in time.',
      fields: [['Retry-After', '10']],
    });
  });

  it('leaves no timer', async () => {
    // Until the one is there by which the test itself may end.
    await setImmediate();
    const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    await inTime(Promise.resolve(true), 3_600_000);
    assert.equal(timers(), before);
  });
});
