/** One sentence, a page for a browser, and never a word about the disk. */
import assert from 'node:assert/strict';
import { errorResponse } from '../../src/endpoints/common/errorResponse';
import { FileError, readFailure, writeFailure } from '../../src/files/fileError';
import { HttpError } from '../../src/http/message/httpError';
import { systemError } from '../support/mocks';
import { makeRequest, read } from '../support/request';

const html = { Accept: 'text/html,*/*;q=0.8' };

describe('an error', () => {
  it('is one plain sentence', async () => {
    const answer = await read(errorResponse(new HttpError(404, 'There is no such file.'), makeRequest('GET', '/x')));
    assert.equal(answer.status, 404);
    assert.equal(answer.fields.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(answer.text, 'There is no such file.\n');
    assert.equal(answer.response.reason, 'There is no such file.');
  });

  it('is a page for a browser that asks for HTML, with nothing unescaped in it', async () => {
    const answer = await read(errorResponse(new HttpError(404, 'No <b> & "q".'), makeRequest('GET', '/x', html)));
    assert.equal(answer.fields.get('content-type'), 'text/html; charset=utf-8');
    assert.match(answer.fields.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.ok(answer.text.includes('404 Not Found') && answer.text.includes('No &lt;b&gt; &amp; &quot;q&quot;.'));
  });

  it('is one sentence where there is no request', async () => {
    assert.equal((await read(errorResponse(new HttpError(400, 'Bad.'), undefined))).text, 'Bad.\n');
  });

  it('keeps its fields, and is not kept by caches', async () => {
    const error = new HttpError(405, 'No.', [['Allow', 'GET']]);
    const { fields } = await read(errorResponse(error, makeRequest('POST', '/x')));
    assert.equal(fields.get('allow'), 'GET');
    assert.equal(fields.get('cache-control'), 'no-cache');
  });

  it('depends on Accept, whatever else it depends on', async () => {
    const error = new HttpError(416, 'No.', [['Vary', 'Accept-Encoding']]);
    const { fields } = await read(errorResponse(error, makeRequest('GET', '/x')));
    assert.equal(fields.get('vary'), 'Accept-Encoding, Accept');
  });

  const unexpected = [new Error('ENOENT: /home/me/secret'), new TypeError('x'), 'a string', undefined];
  for (const error of unexpected) {
    it(`that nobody expected is opaque: ${String(error)}`, async () => {
      for (const fields of [{}, html]) {
        const answer = await read(errorResponse(error, makeRequest('GET', '/x', fields)));
        assert.equal(answer.status, 500);
        assert.ok(!answer.text.includes('/home') && !answer.text.includes('at '));
        assert.equal(answer.response.reason, String(error));
      }
    });
  }

  const system: readonly (readonly [code: string, read: number, write: number])[] = [
    ['ENOENT', 404, 404],
    ['ENOTDIR', 404, 409],
    ['EISDIR', 500, 409],
    ['ENAMETOOLONG', 404, 400],
    ['ELOOP', 404, 403],
    ['EACCES', 403, 403],
    ['EPERM', 403, 403],
    ['EROFS', 500, 403],
    ['ENOSPC', 500, 507],
    ['EDQUOT', 500, 507],
    ['EFBIG', 500, 507],
    ['EMFILE', 503, 503],
    ['ENFILE', 503, 503],
    ['EBUSY', 503, 503],
    ['EIO', 500, 500],
  ];
  for (const [code, reading, writing] of system) {
    it(`of the system is told as ${reading} to a reader and ${writing} to a writer: ${code}`, async () => {
      const error = Object.assign(systemError(code), { message: `${code}: /home/me/secret` });
      for (const [explained, status] of [
        [readFailure(error), reading],
        [writeFailure(error), writing],
      ] as const) {
        const answer = await read(errorResponse(explained, undefined));
        assert.equal(answer.status, status);
        assert.ok(!answer.text.includes('/home'));
        assert.equal(answer.fields.has('retry-after'), status === 503);
      }
    });
  }

  it('of files keeps what caused it for the log of a defect', () => {
    const cause = systemError('ENOSPC');
    const error = writeFailure(cause);
    assert.ok(error instanceof FileError && error.cause === cause);
  });
});
