/** One resumable upload, where the disk does not do what it should: no client is told of octets that do not count. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Expectations } from '../../src/endpoints/storing/integrity';
import { ResumableUpload } from '../../src/endpoints/storing/resumableUpload';
import { FileError } from '../../src/files/fileError';
import { Uploads } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { noFields } from '../../src/http/message/fields';
import type { Response } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { TestFolder } from '../support/folder';
import { bodyOf, makeRequest } from '../support/request';

const full = (): FileError => new FileError('full', 'There is no room left to store the file.');

describe('a resumable upload whose disk fails', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  let upload: Upload;
  /** Undefined for what need not be on the disk. */
  let keep: (() => Promise<void>) | undefined;
  beforeEach(() => {
    folder = new TestFolder();
    uploads = new Uploads(folder.places);
    upload = uploads.begin({ root: folder.root(), segments: ['new.txt'], check: () => undefined });
    keep = undefined;
  });
  afterEach(async () => {
    await uploads.end();
    assert.deepEqual([folder.left(), folder.opened()], [0, []]);
    folder.remove();
  });

  const make = (): ResumableUpload =>
    new ResumableUpload(upload, Expectations.of(noFields, [], []), {
      limits: defaultLimits,
      finish: (whole) => uploads.finish(whole),
      respond: () => ({ status: 201, fields: [] }),
      explain: (error) => error,
      onSign: () => undefined,
      onNews: () => undefined,
      keep,
    });

  const append = (
    resumable: ResumableUpload,
    offset: number,
    content: string,
    complete: boolean,
  ): Promise<Response | undefined> => {
    const fields = { 'Upload-Complete': complete ? '?1' : '?0' };
    return resumable.append(makeRequest('PATCH', '/.http-server/uploads/x', fields, bodyOf([content])), offset);
  };

  /** Writes one octet of what is next, and no more. */
  function failOnce(): void {
    const write = upload.write.bind(upload);
    upload.write = async (bytes) => {
      upload.write = write;
      await write(bytes.subarray(0, 1));
      throw full();
    };
  }

  it('goes on behind what was written whole', async () => {
    const resumable = make();
    assert.equal(await append(resumable, 0, 'one, ', false), undefined);
    failOnce();
    await assert.rejects(append(resumable, 5, 'two', true), { kind: 'full' });
    assert.deepEqual([resumable.isIncomplete, resumable.offset], [true, 5]);
    assert.equal((await append(resumable, 5, 'two', true))?.status, 201);
    assert.equal(readFileSync(folder.at('new.txt'), 'utf8'), 'one, two');
  });

  it('ends where what does not count cannot be taken back', async () => {
    const resumable = make();
    failOnce();
    upload.truncate = () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'ftruncate' });
    };
    await assert.rejects(append(resumable, 0, 'two', true), { kind: 'full' });
    assert.equal(resumable.hasEnded, true);
    await assert.rejects(resumable.describe(), { status: 404, message: 'There is no such upload.' });
    assert.equal(existsSync(folder.at('new.txt')), false);
  });

  it('ends where what is told of cannot be kept, and tells of nothing', async () => {
    keep = () => Promise.reject(full());
    const resumable = make();
    await assert.rejects(append(resumable, 0, 'one', false), { kind: 'full' });
    assert.equal(resumable.hasEnded, true);
  });

  it('is kept once for as much as there is of it, before each word of that', async () => {
    let times = 0;
    keep = () => {
      times++;
      return Promise.resolve();
    };
    const resumable = make();
    await append(resumable, 0, 'one', false);
    assert.equal(times, 1);
    await resumable.describe();
    await assert.rejects(append(resumable, 7, 'two', false), {
      status: 409,
      message: 'The upload has come to 3 octets, not to 7.',
    });
    assert.equal(times, 1);
    await append(resumable, 3, 'two', false);
    assert.equal(times, 2);
    await resumable.cancel();
    assert.equal(resumable.hasEnded, true);
  });
});
