/** One resumable upload, from its first request to its last: no client is told of octets that do not count. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import { FinishedUpload } from '../../src/endpoints/storing/finishedUpload';
import { Expectations } from '../../src/endpoints/storing/integrity';
import { ResumableUpload } from '../../src/endpoints/storing/resumableUpload';
import { FileError } from '../../src/files/fileError';
import { Uploads } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { Fields } from '../../src/http/message/fields';
import { HttpError } from '../../src/http/message/httpError';
import type { FieldLine, Request, RequestBody, Response } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { TestFolder } from '../support/folder';
import { bodyOf, makeRequest, type FieldTable } from '../support/request';

const mocks = new Mocks();

const full = (): FileError => new FileError('full', 'There is no room left to store the file.');
const digest = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
const limits = { ...defaultLimits, body: 1000, resumeTimeout: 60_000 };
const limitLine: FieldLine = ['Upload-Limit', 'max-size=1000, max-age=60'];
const fresh: FieldLine = ['Cache-Control', 'no-store'];
const [yes, no] = ['?1', '?0'].map((said): FieldLine => ['Upload-Complete', said]) as [FieldLine, FieldLine];
const at = (offset: number): FieldLine => ['Upload-Offset', String(offset)];
const long = (length: number): FieldLine => ['Upload-Length', String(length)];
const overtaken = { status: 409, message: 'Another request goes on with the upload.' };
const never = new Promise<void>(() => undefined);

const patch = (fields: FieldTable, body?: RequestBody): Request =>
  makeRequest('PATCH', '/.http-server/uploads/x', fields, body);

describe('a resumable upload', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  let upload: Upload;
  /** Undefined for what need not be on the disk. */
  let keep: (() => Promise<void>) | undefined;
  let news: (number | undefined)[];
  let signs: number;
  let made: ResumableUpload | undefined;
  beforeEach(() => {
    folder = new TestFolder();
    uploads = new Uploads(folder.places);
    upload = uploads.begin({ root: folder.root(), segments: ['new.txt'], check: () => undefined });
    keep = made = undefined;
    news = [];
    signs = 0;
  });
  afterEach(async () => {
    mocks.restore();
    if (made?.isIncomplete === true) upload.discard();
    await uploads.end();
    assert.deepEqual([folder.left(), folder.opened()], [0, []]);
    folder.remove();
  });

  interface Making {
    /** That are expected of the whole. */
    readonly expected?: FieldTable;
    readonly earlier?: { readonly length: number | undefined };
  }

  const make = ({ expected = {}, earlier }: Making = {}): ResumableUpload =>
    (made = new ResumableUpload(
      upload,
      Expectations.of(makeRequest('PUT', '/', expected).fields, ['repr-digest'], []),
      {
        limits,
        finish: (whole) => uploads.finish(whole),
        respond: ({ path }) => ({ status: 201, fields: [['Location', `/files/${path}`]], stored: [path] }),
        explain: (error) => (error instanceof FileError ? new FileError(error.kind, 'That is the matter.') : error),
        onSign: () => void signs++,
        onNews: (size) => void news.push(size),
        keep,
      },
      earlier,
    ));

  const append = (
    resumable: ResumableUpload,
    offset: number,
    content: string | RequestBody,
    complete: boolean,
    fields: FieldTable = {},
  ): Promise<Response | undefined> => {
    const body = typeof content === 'string' ? bodyOf([content]) : content;
    return resumable.append(patch({ 'Upload-Complete': complete ? '?1' : '?0', ...fields }, body), offset);
  };

  /** The content of a client that stops behind it; and when it has come to that. */
  function hanging(content: string): readonly [body: RequestBody, hangs: Promise<void>] {
    let hang: () => void = () => undefined;
    const hangs = new Promise<void>((resolve) => (hang = resolve));
    const body = bodyOf([content], (index) => {
      if (index === 0) return undefined;
      hang();
      return never;
    });
    return [{ ...body, length: undefined }, hangs];
  }

  /** Content with what is behind it. */
  const trailed = (content: string, name: string, value: string): RequestBody => ({
    ...bodyOf([content], undefined, new Fields([name], [value])),
    length: undefined,
  });

  const text = (): string => readFileSync(folder.at('new.txt'), 'utf8');
  const stored = (): boolean => existsSync(folder.at('new.txt'));

  it('tells what there is of it, and in the end what it was answered with', async () => {
    const resumable = make();
    assert.deepEqual((await resumable.describe()).fields, [no, at(0), limitLine, fresh]);
    assert.equal(await append(resumable, 0, 'one, ', false, { 'Upload-Length': '8' }), undefined);
    assert.deepEqual([resumable.isIncomplete, resumable.hasEnded, resumable.final], [true, false, undefined]);
    assert.deepEqual(await resumable.describe(), { status: 204, fields: [no, at(5), long(8), limitLine, fresh] });
    assert.deepEqual(news, [undefined]);
    const fields = [['Location', '/files/new.txt'], at(8), yes];
    assert.deepEqual(await append(resumable, 5, 'two', true), { status: 201, fields, stored: ['new.txt'] });
    assert.equal(text(), 'one, two');
    assert.deepEqual([resumable.isIncomplete, resumable.hasEnded], [false, false]);
    assert.deepEqual(resumable.final, { size: 8, status: 201, fields });
    assert.deepEqual([resumable.offset, resumable.length], [8, 8]);
    assert.deepEqual(await resumable.describe(), { status: 204, fields: [yes, at(8), long(8), limitLine, fresh] });
    assert.deepEqual(await append(resumable, 8, '', true), { status: 201, fields });
    await assert.rejects(append(resumable, 5, 'two', true), { status: 409 });
    assert.deepEqual(news, [undefined, undefined, undefined]);
  });

  it('shows a sign of life with each request, and each piece of content', async () => {
    const resumable = make();
    await resumable.describe();
    assert.equal(signs, 1);
    await append(resumable, 0, bodyOf(['a', 'b', 'c']), false);
    assert.equal(signs, 5);
  });

  it('is idle between its requests, and not as long as one is under way', async () => {
    let now = 1000;
    mocks.method(performance, 'now', () => now);
    const resumable = make();
    now += 5;
    assert.equal(resumable.idle, 0);
    await append(resumable, 0, 'one', false);
    now += 7;
    assert.equal(resumable.idle, 7);
    const [body, hangs] = hanging('two');
    const pending = append(resumable, 3, body, false);
    await hangs;
    now += 9;
    assert.equal(resumable.idle, 0);
    const gone = assert.rejects(pending, overtaken);
    await resumable.describe();
    await gone;
    now += 3;
    assert.equal(resumable.idle, 3);
  });

  it('of an earlier server is idle, and as long as was told there', () => {
    let now = 1000;
    mocks.method(performance, 'now', () => now);
    const resumable = make({ earlier: { length: 8 } });
    now += 5;
    assert.deepEqual([resumable.idle, resumable.length], [5, 8]);
  });

  for (const [told, isRight] of [
    ['one, two', true],
    ['another', false],
  ] as const) {
    it(`of an earlier server is ${isRight ? '' : 'not '}what its digest says, whoever has seen its content`, async () => {
      await upload.write(Buffer.from('one, '));
      const resumable = make({ expected: { 'Repr-Digest': digest(told) }, earlier: { length: undefined } });
      const done = append(resumable, 5, 'two', true);
      if (isRight) assert.equal((await done)?.status, 201);
      else await assert.rejects(done, { status: 400, fields: [yes] });
      assert.equal(stored(), isRight);
    });
  }

  it('of an earlier server is not read for a client that has gone', async () => {
    await upload.write(Buffer.from('one'));
    const resumable = make({ expected: { 'Repr-Digest': digest('one') }, earlier: { length: undefined } });
    const signal = AbortSignal.abort(new Error('gone'));
    await assert.rejects(resumable.append({ ...patch({ 'Upload-Complete': '?1' }), signal }, 3), /gone/);
    assert.equal(resumable.hasEnded, true);
  });

  it('refuses what begins elsewhere than it has come to', async () => {
    const resumable = make();
    await append(resumable, 0, 'one', false);
    for (const offset of [0, 4])
      await assert.rejects(append(resumable, offset, 'x', true), {
        status: 409,
        message: `The upload has come to 3 octets, not to ${offset}.`,
        fields: [at(3), no],
      });
    assert.equal((await append(resumable, 3, '', true))?.status, 201);
    assert.equal(text(), 'one');
  });

  it('is taken over by the last who comes: those before get nothing of it', async () => {
    const resumable = make();
    const [body, hangs] = hanging('one');
    const first = assert.rejects(append(resumable, 0, body, true), overtaken);
    await hangs;
    let isAsked = false;
    const unasked = bodyOf(['two'], () => void (isAsked = true));
    const second = assert.rejects(append(resumable, 3, unasked, true), overtaken);
    const third = append(resumable, 3, 'six', true);
    await Promise.all([first, second]);
    assert.equal((await third)?.status, 201);
    assert.deepEqual([text(), isAsked], ['onesix', false]);
  });

  for (const [how, end, error] of [
    ['dropped', (one: ResumableUpload) => one.drop(new Error('dropped')), /^Error: dropped$/],
    ['dropped for no reason', (one: ResumableUpload) => one.drop(), overtaken],
    [
      'failed',
      async (one: ResumableUpload) => {
        one.fail(new Error('failed'));
        while (!one.hasEnded) await setImmediate();
      },
      /^Error: failed$/,
    ],
    ['cancelled', (one: ResumableUpload) => one.cancel(), overtaken],
  ] as const) {
    it(`that is ${how} ends, with the request that is under way`, async () => {
      const resumable = make();
      const [body, hangs] = hanging('one');
      const pending = assert.rejects(append(resumable, 0, body, true), error);
      await hangs;
      const before = news.length;
      await end(resumable);
      await pending;
      assert.deepEqual([resumable.hasEnded, resumable.isIncomplete, stored(), folder.left()], [true, false, false, 0]);
      assert.ok(news.length > before);
      for (const ask of [() => resumable.describe(), () => append(resumable, 3, '', true), () => resumable.cancel()])
        await assert.rejects(ask(), { status: 404, message: 'There is no such upload.' });
    });

    it(`that is ${how} ends, with the request that waits for another`, async () => {
      const resumable = make();
      const [body, hangs] = hanging('one');
      const first = assert.rejects(append(resumable, 0, body, true), overtaken);
      await hangs;
      const second = assert.rejects(append(resumable, 3, 'two', true), error);
      await end(resumable);
      await Promise.all([first, second]);
      assert.deepEqual([stored(), folder.left()], [false, 0]);
    });
  }

  it('that is complete is cancelled, and its file stays', async () => {
    const resumable = make();
    await append(resumable, 0, 'one', true);
    await resumable.cancel();
    assert.deepEqual([resumable.hasEnded, text()], [true, 'one']);
  });

  it('that is complete leaves the folders that it has made, when it is cancelled, whatever has become of its file', async () => {
    upload.discard();
    upload = uploads.begin({ root: folder.root(), segments: ['made', 'new.txt'], check: () => undefined });
    const resumable = make();
    await append(resumable, 0, 'one', true);
    rmSync(folder.at('made/new.txt'));
    await resumable.cancel();
    assert.equal(existsSync(folder.at('made')), true);
  });

  it('that is parked ends with what is under way, and what has come of it stays', async () => {
    const parked = mocks.method(upload, 'park');
    const resumable = make();
    const [body, hangs] = hanging('one');
    const pending = assert.rejects(append(resumable, 0, body, true), overtaken);
    await hangs;
    await resumable.park();
    await pending;
    assert.deepEqual([resumable.hasEnded, parked.mock.callCount(), upload.size, folder.left()], [true, 1, 3, 1]);
    upload.discard();
  });

  it('that is complete has nothing to be parked', async () => {
    const parked = mocks.method(upload, 'park');
    const resumable = make();
    await append(resumable, 0, 'one', true);
    await resumable.park();
    assert.deepEqual([resumable.hasEnded, parked.mock.callCount(), text()], [true, 0, 'one']);
  });

  describe('has the length that was told', () => {
    const large = {
      status: 413,
      message: 'The upload is larger than the 1000 octets allowed here.',
      fields: [limitLine],
      option: 'limits',
    };
    const contradicting = { status: 400, message: 'The lengths told of the upload contradict each other.' };
    const ends: readonly (readonly [what: string, length: string | undefined, octets: number, error?: object])[] = [
      ['that is more than is allowed', '1001', 0, large],
      ['that is just allowed', '1000', 1000],
      ['of which more comes', '900', 901, contradicting],
      ['of which more comes, as much as is allowed', '900', 1000, contradicting],
      ['of which more comes, than is allowed, too', '900', 1001, large],
      ['or none, and comes to as much as is allowed', undefined, 1000],
      ['or none, and comes to more than is allowed', undefined, 1001, large],
    ];
    for (const [what, length, octets, error] of ends) {
      it(what, async () => {
        const resumable = make();
        const body = { ...bodyOf(['x'.repeat(octets)]), length: undefined };
        const done = append(resumable, 0, body, true, length === undefined ? {} : { 'Upload-Length': length });
        if (error === undefined) assert.equal((await done)?.status, 201);
        else await assert.rejects(done, error);
        assert.deepEqual([resumable.hasEnded, stored()], [error !== undefined, error === undefined]);
      });
    }

    it('and ends when it is complete and shorter', async () => {
      const resumable = make();
      const body = { ...bodyOf(['x']), length: undefined };
      await assert.rejects(append(resumable, 0, body, true, { 'Upload-Length': '2' }), {
        ...contradicting,
        fields: [yes],
      });
      assert.deepEqual([resumable.hasEnded, stored()], [true, false]);
    });
  });

  describe('is verified', () => {
    it('part by part: what is wrong is taken back, and does not count', async () => {
      const resumable = make({ expected: { 'Repr-Digest': digest('one, two') } });
      await append(resumable, 0, 'one, ', false, { 'Content-Digest': digest('one, ') });
      // What counts if the server ends meanwhile, and then what does.
      assert.deepEqual(news.splice(0), [0, undefined]);
      await assert.rejects(append(resumable, 5, 'six', true, { 'Content-Digest': digest('two') }), {
        status: 400,
        message: 'The content is not what its content-digest says.',
      });
      assert.deepEqual([news, resumable.offset], [[5, undefined], 5]);
      assert.equal((await append(resumable, 5, 'two', true, { 'Content-Digest': digest('two') }))?.status, 201);
      assert.equal(text(), 'one, two');
    });

    it('by what is behind a part', async () => {
      const resumable = make();
      await append(resumable, 0, 'one, ', false);
      const wrong = append(resumable, 5, trailed('six', 'content-digest', digest('two')), true);
      await assert.rejects(wrong, { status: 400 });
      assert.equal(resumable.offset, 5);
      const right = await append(resumable, 5, trailed('two', 'content-digest', digest('two')), true);
      assert.equal(right?.status, 201);
    });

    /** Content with a digest of the whole behind it, or before it. */
    const places: Readonly<Record<string, (content: string, said: string) => readonly [RequestBody, FieldTable]>> = {
      'behind a part': (content, said) => [trailed(content, 'repr-digest', said), {}],
      'before a part': (content, said) => [bodyOf([content]), { 'Repr-Digest': said }],
    };
    it('as a part by what is before it, as RFC 9530 has it for PATCH', async () => {
      const resumable = make();
      await append(resumable, 0, bodyOf(['one, ']), false, { 'Repr-Digest': digest('one, ') });
      const done = await append(resumable, 5, bodyOf(['two']), true, { 'Repr-Digest': digest('two') });
      assert.deepEqual([done?.status, stored()], [201, true]);
    });

    for (const [place, saying] of Object.entries(places)) {
      for (const [said, isRight] of [
        ['one, two', true],
        ['one', false],
      ] as const) {
        for (const isLast of [false, true]) {
          it(`as a whole by what is ${place}, the last that has it: ${isLast} ${isRight ? 'right' : 'wrong'}`, async () => {
            const resumable = make();
            const [first, second] = (['one, ', 'two'] as const).map((content, i) =>
              (i === 1) === isLast ? saying(content, digest(said)) : ([trailed(content, 'x', 'y'), {}] as const),
            ) as [readonly [RequestBody, FieldTable], readonly [RequestBody, FieldTable]];
            await append(resumable, 0, first[0], false, first[1]);
            const done = append(resumable, 5, second[0], true, second[1]);
            if (isRight) assert.equal((await done)?.status, 201);
            else await assert.rejects(done, { status: 400, fields: [yes] });
            assert.equal(stored(), isRight);
          });
        }
      }

      it(`as a whole by what is ${place}: what cannot be read is refused at once, and what nobody knows is not heard`, async () => {
        const resumable = make();
        const send = (offset: number, content: string, complete: boolean, said: string) => {
          const [body, fields] = saying(content, said);
          return append(resumable, offset, body, complete, fields);
        };
        await send(0, 'one, ', false, digest('one, two'));
        const message = 'The field repr-digest is malformed.';
        await assert.rejects(send(5, 'two', true, 'sha-256=x'), { status: 400, message });
        assert.deepEqual([resumable.isIncomplete, resumable.offset], [true, 5]);
        await assert.rejects(send(5, 'six', true, 'md5=:YQ==:'), { status: 400, fields: [yes] });
      });
    }
  });

  describe('tells how far it has come', () => {
    const speaking = { 'Upload-Draft-Interop-Version': '8' };
    /** What is told while three octets come, each a second after the other. */
    async function told(fields: FieldTable, change: Partial<RequestBody> = {}): Promise<unknown[]> {
      let now = 0;
      mocks.method(performance, 'now', () => now);
      const said: unknown[] = [];
      const resumable = make();
      const body = bodyOf(['a', 'b', 'c'], () => void (now += 999.5));
      const request = patch({ 'Upload-Complete': '?1', ...fields }, { ...body, ...change });
      await resumable.append({ ...request, interim: (...all) => void said.push(all) }, 0);
      return said;
    }

    it('not more often than once a second', async () =>
      assert.deepEqual(await told(speaking), [[104, [at(2), ['Upload-Draft-Interop-Version', '8']]]]));

    it('not to those who do not speak of it', async () => assert.deepEqual(await told({}), []));

    it('not where it may have to be taken back', async () => {
      assert.deepEqual(await told({ ...speaking, 'Content-Digest': digest('abc') }), []);
    });

    it('not where what is behind it may have it taken back', async () => {
      assert.deepEqual(await told(speaking, { length: undefined }), []);
    });

    it('when that is on the disk, and to whom it can be told', async () => {
      const kept: number[] = [];
      keep = () => Promise.resolve(void kept.push(upload.size));
      assert.equal((await told(speaking)).length, 1);
      assert.deepEqual(kept, [2]);
    });

    it('to nobody by HTTP/1.0', async () => {
      let now = 0;
      mocks.method(performance, 'now', () => (now += 2000));
      const done = await make().append(patch({ 'Upload-Complete': '?1', ...speaking }, bodyOf(['a'])), 0);
      assert.equal(done?.status, 201);
    });
  });

  describe('whose disk fails', () => {
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
      const resumable = make({ expected: { 'Repr-Digest': digest('one, two') } });
      assert.equal(await append(resumable, 0, 'one, ', false), undefined);
      failOnce();
      await assert.rejects(append(resumable, 5, 'two', true), { kind: 'full' });
      assert.deepEqual([resumable.isIncomplete, resumable.offset], [true, 5]);
      assert.equal((await append(resumable, 5, 'two', true))?.status, 201);
      assert.equal(text(), 'one, two');
    });

    it('ends where what does not count cannot be taken back', async () => {
      const resumable = make();
      failOnce();
      upload.truncate = () => {
        throw systemError('EIO', 'ftruncate');
      };
      await assert.rejects(append(resumable, 0, 'two', true), { kind: 'full' });
      assert.equal(resumable.hasEnded, true);
      await assert.rejects(resumable.describe(), { status: 404, message: 'There is no such upload.' });
      assert.equal(stored(), false);
    });

    it('at the end, says that it was not the transfer, on its own terms', async () => {
      const resumable = make();
      mocks.method(uploads, 'finish', () => Promise.reject(full()));
      const failure = { status: 507, message: 'That is the matter.', fields: [yes] };
      await assert.rejects(append(resumable, 0, 'one', true), failure);
      assert.deepEqual([resumable.hasEnded, folder.left()], [true, 0]);
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
      await append(resumable, 0, 'o', false);
      assert.equal(times, 1);
      await resumable.describe();
      await assert.rejects(append(resumable, 7, 'two', false), { status: 409 });
      assert.equal(times, 1);
      await append(resumable, 1, 'two', false);
      assert.equal(times, 2);
      await upload.write(Buffer.from('x'));
      await assert.rejects(append(resumable, 7, 'two', false), { status: 409 });
      assert.equal(times, 3);
      await upload.write(Buffer.from('x'));
      await resumable.describe();
      assert.equal(times, 4);
      await resumable.cancel();
      assert.equal(resumable.hasEnded, true);
    });
  });
});

describe('a resumable upload that is complete', () => {
  let signs: number;
  let news: number;
  let finished: FinishedUpload;
  const fields: readonly FieldLine[] = [['Location', '/files/a'], at(3), yes];
  beforeEach(() => {
    [signs, news] = [0, 0];
    const ways = { limits, onSign: () => void signs++, onNews: () => void news++ };
    finished = new FinishedUpload({ size: 3, status: 201, fields }, ways);
  });
  afterEach(() => mocks.restore());

  it('tells so', async () => {
    assert.deepEqual([finished.isIncomplete, finished.hasEnded], [false, false]);
    assert.deepEqual([finished.offset, finished.length], [3, 3]);
    assert.deepEqual(await finished.describe(), { status: 204, fields: [yes, at(3), long(3), limitLine, fresh] });
    assert.equal(signs, 1);
  });

  const rows: readonly (readonly [offset: number, content: string, complete: string, refusal?: object])[] = [
    [3, '', '?1'],
    [2, '', '?1', { status: 409, message: 'The upload has come to 3 octets, not to 2.', fields: [yes, at(3)] }],
    [3, 'x', '?1', { status: 400, message: 'The upload is complete: nothing can be put behind it.' }],
    [3, '', '?0', { status: 410, message: 'The upload is complete.', fields: [yes, at(3)] }],
  ];
  for (const [offset, content, complete, refusal] of rows) {
    it(`is gone on with at ${offset}, with "${content}", ${complete}: ${refusal ? 'refused' : 'answered again'}`, async () => {
      const again = finished.append(patch({ 'Upload-Complete': complete }, bodyOf([content])), offset);
      if (refusal === undefined) assert.deepEqual(await again, { status: 201, fields });
      else {
        await assert.rejects(again, HttpError);
        await assert.rejects(again, refusal);
      }
      assert.equal(signs, 1);
    });
  }

  it('is idle since it was last asked', async () => {
    let now = performance.now() + 50_000;
    mocks.method(performance, 'now', () => now);
    assert.ok(finished.idle >= 50_000);
    await finished.describe();
    assert.equal(finished.idle, 0);
    now += 5;
    assert.equal(finished.idle, 5);
  });

  for (const [how, count] of [
    ['park', 0],
    ['cancel', 1],
    ['drop', 1],
  ] as const) {
    it(`ends by ${how}, of which ${count === 0 ? 'nothing' : 'something'} is to be noted`, async () => {
      await finished[how]();
      assert.deepEqual([finished.hasEnded, news], [true, count]);
    });
  }
});
