/** The resumable uploads of a server: what of them is kept for how long, and what a later server finds of it. No socket. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mocks } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import { createRouter } from '../../src/endpoints/router';
import { UploadRegistry } from '../../src/endpoints/storing/uploadRegistry';
import { Uploads } from '../../src/files/writing/uploads';
import type { Endpoint, FieldLine, RequestBody } from '../../src/http/message/message';
import { defaultLimits, type Options } from '../../src/options';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, makeRequest, read, respond, type Answer, type FieldTable } from '../support/request';

const mocks = new Mocks();

const limits = { ...defaultLimits, body: 1000, resumeTimeout: 60_000 };
const limit = 'max-size=1000, max-age=60';
const digest = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
const partial = { 'Content-Type': 'application/partial-upload' };
const speaking = { 'Upload-Draft-Interop-Version': '8' };
const place = /^\/\.http-server\/uploads\/([0-9a-f]{32})$/;
const never = new Promise<void>(() => undefined);
/** Until what is done without the disk has been done. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await setImmediate();
};

describe('the resumable uploads of a server', () => {
  let folder: TestFolder;
  let registry: UploadRegistry;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old');
    start();
  });
  afterEach(async () => {
    mocks.restore();
    folder.remove();
    await registry.end();
  });

  function configure(options: Partial<Options> = {}): void {
    const all = { limits, ...options };
    router = createRouter(folder.options(all), folder.root(all), { registry });
  }

  /** @param isLasting whether its uploads outlive it */
  function start(options: Partial<Options> = {}, isLasting = true): void {
    const uploads = new Uploads(folder.places);
    registry = isLasting ? new UploadRegistry(uploads, true) : new UploadRegistry(uploads);
    configure(options);
  }

  async function restart(options: Partial<Options> = {}): Promise<void> {
    await registry.end();
    start(options);
  }

  const records = (): string => join(folder.places[0] ?? '', 'uploads');
  const noted = (): string[] => (existsSync(records()) ? readdirSync(records()) : []);
  const recordOf = (upload: string): string => join(records(), `${place.exec(upload)?.[1]}.json`);
  const text = (path: string): string => readFileSync(folder.at(path), 'utf8');

  const put = (path: string, complete: boolean, content: string | RequestBody, fields: FieldTable = {}) =>
    ask(
      router,
      'PUT',
      `/files/${path}`,
      { 'Upload-Complete': complete ? '?1' : '?0', ...fields },
      typeof content === 'string' ? bodyOf([content]) : content,
    );

  async function create(path: string, content = '', fields: FieldTable = {}): Promise<string> {
    const answer = await put(path, false, content, fields);
    assert.equal(answer.status, 201);
    return answer.fields.get('location') ?? '';
  }

  const append = (upload: string, offset: number, complete: boolean, content: string, fields: FieldTable = {}) =>
    ask(
      router,
      'PATCH',
      upload,
      { ...partial, 'Upload-Offset': String(offset), 'Upload-Complete': complete ? '?1' : '?0', ...fields },
      bodyOf([content]),
    );

  /** As a HEAD tells it; or the status, if that is another. */
  async function offsetOf(upload: string): Promise<string | undefined> {
    const { status, fields } = await ask(router, 'HEAD', upload);
    return status === 204 ? fields.get('upload-offset') : String(status);
  }

  interface Told {
    readonly answer: Promise<Answer>;
    readonly said: (readonly [status: number, fields: readonly FieldLine[]])[];
    /** Path of the upload. */
    readonly upload: string;
  }

  /** An upload whose client is told of it beforehand. */
  async function tell(path: string, body: RequestBody, fields: FieldTable = {}): Promise<Told> {
    const request = makeRequest('PUT', `/files/${path}`, { 'Upload-Complete': '?1', ...speaking, ...fields }, body);
    const said: Told['said'] = [];
    const answer = respond(router, { ...request, interim: (...all) => void said.push(all) }).then(read);
    answer.catch(() => undefined);
    await settled();
    return { answer, said, upload: said[0]?.[1][0]?.[1] ?? '' };
  }

  const hanging = (content: string): RequestBody => ({
    ...bodyOf([content], (index) => (index === 0 ? undefined : never)),
    length: undefined,
  });

  const failing = (content: string): RequestBody =>
    bodyOf([content], (index) => (index === 0 ? undefined : Promise.reject(new Error('gone'))));

  it('are told of where they are, and how far they have come', async () => {
    const { status, fields } = await put('new.txt', false, 'one');
    assert.equal(status, 201);
    assert.match(fields.get('location') ?? '', place);
    assert.deepEqual(
      [...fields].slice(1),
      Object.entries({ 'upload-limit': limit, 'upload-offset': '3', 'upload-complete': '?0' }),
    );
    const { status: next, fields: lines } = await append(fields.get('location') ?? '', 3, false, 'two');
    assert.deepEqual([next, [...lines]], [204, Object.entries({ 'upload-complete': '?0', 'upload-offset': '6' })]);
  });

  it('are told of beforehand to those who speak of that, and noted by then', async () => {
    const { answer, said, upload } = await tell('new.txt', bodyOf(['all']));
    assert.match(upload, place);
    const lines = [
      ['Location', upload],
      ['Upload-Limit', limit],
      ['Upload-Draft-Interop-Version', '8'],
    ];
    assert.deepEqual(said, [[104, lines]]);
    assert.equal((await answer).status, 201);
    assert.equal(await offsetOf(upload), '3');
    assert.deepEqual((await append(upload, 3, true, '')).status, 201);
  });

  it('are noted before a word of them is told', async () => {
    let before: string[] = [];
    const request = makeRequest('PUT', '/files/new.txt', { 'Upload-Complete': '?1', ...speaking }, bodyOf(['all']));
    await respond(router, { ...request, interim: () => void (before = noted()) });
    assert.equal(before.length, 1);
  });

  it('are not told of to others, and forgotten when they are complete or fail', async () => {
    const said: unknown[] = [];
    const timers = mocks.method(globalThis, 'setTimeout').mock;
    const cleared = mocks.method(globalThis, 'clearTimeout').mock;
    for (const body of [bodyOf(['all']), failing('half')]) {
      const request = makeRequest('PUT', '/files/new.txt', { 'Upload-Complete': '?1' }, body);
      await respond(router, { ...request, interim: (...all) => void said.push(all) }).catch(() => undefined);
    }
    assert.deepEqual([said, noted(), folder.left()], [[], [], 0]);
    const own = timers.calls.filter(({ arguments: [, wait] }) => wait === limits.resumeTimeout);
    assert.equal(own.length, 2);
    for (const { result } of own) assert.ok(cleared.calls.some(({ arguments: [timer] }) => timer === result));
  });

  it('that fail are still there for those who were told of them', async () => {
    const { answer, upload } = await tell('new.txt', failing('half'));
    await assert.rejects(answer, /gone/);
    assert.equal(await offsetOf(upload), '4');
    assert.equal((await append(upload, 4, true, '')).status, 201);
    assert.equal(text('new.txt'), 'half');
  });

  it('have the time and the digest that is wished for, and may not be begun with a wish that is none', async () => {
    const wishes = { 'X-OC-Mtime': '1000000000', 'Want-Repr-Digest': 'sha-256=1' };
    const { fields } = await append(await create('new.txt', 'one, ', wishes), 5, true, 'two');
    assert.deepEqual([fields.get('x-oc-mtime'), fields.get('repr-digest')], ['accepted', digest('one, two')]);
    assert.equal(statSync(folder.at('new.txt')).mtimeMs, 1e12);
    assert.equal((await put('other.txt', false, 'x', { 'X-OC-Mtime': 'x' })).status, 400);
    assert.deepEqual([folder.left(), noted().length], [0, 1]);
  });

  it('are what their digest says', async () => {
    assert.equal((await put('new.txt', true, 'one', { 'Repr-Digest': digest('other') })).status, 400);
    const upload = await create('new.txt', 'one, ', { 'Repr-Digest': digest('other') });
    assert.equal((await append(upload, 5, true, 'two')).status, 400);
    assert.deepEqual([await offsetOf(upload), folder.left(), noted()], ['404', 0, []]);
  });

  describe('are gone on with', () => {
    const said = { 'Upload-Offset': '4', 'Upload-Complete': '?0' };
    const rows: readonly (readonly [promise: string, fields: FieldTable, status: number])[] = [
      ['by their media type', { ...partial, ...said }, 204],
      [
        'by that in another case, with a parameter',
        { ...said, 'Content-Type': 'Application/Partial-Upload ; a=b' },
        204,
      ],
      ['not by another', { ...said, 'Content-Type': 'application/partial-uploads' }, 415],
      ['not by one that contains it', { ...said, 'Content-Type': 'x/application/partial-upload' }, 415],
      ['not without', said, 415],
      ['not without an offset', { ...partial, 'Upload-Complete': '?0' }, 400],
      ['not without completeness', { ...partial, 'Upload-Offset': '4' }, 400],
      ['not as a part of a file', { ...partial, ...said, 'Content-Range': 'bytes 4-4/5' }, 400],
      ['not in a coding', { ...partial, ...said, 'Content-Encoding': 'gzip' }, 415],
      ['not on a condition that is not met', { ...partial, ...said, 'If-None-Match': '*' }, 412],
      ['not elsewhere', { ...partial, ...said, 'Upload-Offset': '3' }, 409],
    ];
    for (const [promise, fields, status] of rows) {
      it(`${promise}: ${status}`, async () => {
        const upload = await create('new.txt', 'four');
        const answer = await ask(router, 'PATCH', upload, fields, bodyOf(['x']));
        assert.equal(answer.status, status, answer.text);
        const takes = promise.endsWith('without') || /another|contains/.test(promise);
        if (status === 415 && takes) {
          assert.equal(answer.text, 'An upload takes application/partial-upload.\n');
          assert.equal(answer.fields.get('accept-patch'), 'application/partial-upload');
        }
        if (status === 400 && !promise.includes('part'))
          assert.equal(answer.text, 'To append to an upload takes Upload-Offset and Upload-Complete.\n');
        assert.equal(await offsetOf(upload), status === 204 ? '5' : '4');
      });
    }

    it('not without a length by HTTP/1.0: 411', async () => {
      const upload = await create('new.txt', 'four');
      const request = { ...makeRequest('PATCH', upload, { ...partial, ...said }), minorVersion: 0 as const };
      assert.equal((await respond(router, request)).status, 411);
    });
  });

  it('are watched while they come, and known by their source, which can have them fail', async () => {
    const watched = mocks.method(registry.uploads, 'watch').mock;
    const begun = mocks.method(registry.uploads, 'begin').mock;
    const upload = await create('new.txt', 'four', { 'Upload-Length': '8' });
    const before = watched.callCount();
    await append(upload, 4, false, 'x');
    assert.equal(watched.callCount() - before, 1);
    const source = begun.calls[0]?.result?.source;
    assert.equal(source?.length, 8);
    source.fail(new Error('cancelled'));
    await settled();
    assert.deepEqual([await offsetOf(upload), folder.left()], ['404', 0]);
  });

  it('are cancelled, and nothing is left', async () => {
    const upload = await create('x/new.txt', 'half');
    assert.equal(noted().length, 1);
    const { status, fields } = await ask(router, 'DELETE', upload);
    assert.deepEqual([status, fields.size], [204, 0]);
    assert.deepEqual([await offsetOf(upload), folder.left(), noted()], ['404', 0, []]);
    assert.equal((await ask(router, 'DELETE', upload)).status, 404);
  });

  it('are kept under other settings of the same folder, and not in another one, or on other terms', async () => {
    const upload = await create('new.txt', 'half');
    configure({ exclude: [] });
    assert.equal(await offsetOf(upload), '4');
    mkdirSync(folder.at('dir'));
    for (const options of [{ directory: folder.at('dir') }, { access: 'dropBox' }] as const) {
      const other = await create('new.txt', 'half');
      configure(options);
      await settled();
      assert.equal(folder.left(), 0);
      configure();
      assert.equal(await offsetOf(other), '404');
    }
    configure({ access: 'dropBox' });
    const dropped = await create('new.txt', 'half');
    configure({ access: 'dropBox', exclude: [] });
    assert.equal((await append(dropped, 4, true, '')).status, 201);
  });

  it('end where nobody goes on with them for long', async () => {
    mocks.timers.enable({ apis: ['setTimeout'] });
    const upload = await create('new.txt', 'half');
    mocks.timers.tick(59_999);
    await settled();
    assert.equal(folder.left(), 1);
    mocks.timers.tick(1);
    await settled();
    assert.deepEqual([folder.left(), noted(), await offsetOf(upload)], [0, [], '404']);
  });

  it('have their end put off by any sign of life', async () => {
    const timers = mocks.method(globalThis, 'setTimeout').mock;
    const upload = await create('new.txt', 'half');
    const timer = timers.calls.find(({ arguments: [, wait] }) => wait === limits.resumeTimeout)?.result;
    assert.ok(timer);
    const refreshed = mocks.method(timer, 'refresh').mock;
    assert.equal(await offsetOf(upload), '4');
    assert.equal(refreshed.callCount(), 1);
  });

  it('hold up no process by their timers, and leave none', async () => {
    // Until the one is there by which the test itself may end.
    await setImmediate();
    const active = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = active();
    const timers = mocks.method(globalThis, 'setTimeout').mock;
    const cleared = mocks.method(globalThis, 'clearTimeout').mock;
    const ends = [
      (upload: string) => ask(router, 'DELETE', upload),
      (upload: string) => append(upload, 4, false, 'x'.repeat(1000)),
      () => registry.end(),
    ];
    for (const end of ends) {
      const upload = await create('new.txt', 'half');
      assert.ok(active() <= before);
      await end(upload);
    }
    const own = timers.calls.filter(({ arguments: [, wait] }) => wait === limits.resumeTimeout);
    assert.equal(own.length, ends.length);
    const left = own.filter(({ result }) => !cleared.calls.some(({ arguments: [timer] }) => timer === result));
    assert.deepEqual(left, []);
  });

  describe('are at most a hundred', () => {
    let now: number;
    beforeEach(() => {
      now = performance.now();
      mocks.method(performance, 'now', () => now);
    });

    it('of which one goes for another: what nobody has gone on with for longest', async () => {
      const uploads: string[] = [];
      for (let i = 0; i < 100; i++) {
        uploads.push(await create(`${i}.txt`, 'x'));
        // Two of them at the same time.
        if (i !== 1) now += 1;
      }
      await append(uploads[0] ?? '', 1, false, 'y');
      now += 1;
      assert.equal(noted().length, 100);
      await create('100.txt');
      now += 1;
      assert.equal(noted().length, 100);
      await create('101.txt');
      const offsets = await Promise.all(uploads.slice(0, 5).map(offsetOf));
      assert.deepEqual(offsets, ['2', '404', '404', '1', '1']);
    });

    it('of which one goes first that is complete', async () => {
      const first = await create('first.txt', 'x');
      const upload = await create('new.txt', 'x');
      for (let i = 2; i < 100; i++) await create(`${i}.txt`);
      await append(upload, 1, true, '');
      now += 1;
      await create('100.txt');
      assert.deepEqual([await offsetOf(upload), await offsetOf(first)], ['404', '1']);
      assert.equal(text('new.txt'), 'x');
    });

    it('and no more where all of them are under way', async () => {
      const all: Told[] = [];
      for (let i = 0; i < 99; i++) all.push(await tell(`${i}.txt`, hanging('x')));
      const upload = await create('99.txt', 'x');
      now += 1;
      all.push(await tell('100.txt', hanging('x')));
      assert.equal(await offsetOf(upload), '404');
      now += 1;
      const { status, fields, text: said } = await put('101.txt', false, 'x');
      assert.deepEqual([status, fields.get('retry-after'), said], [503, '60', 'Too many uploads are under way.\n']);
      for (const { upload: each } of all) await ask(router, 'DELETE', each);
      assert.equal(folder.left(), 0);
    });

    it('with that of an earlier server', async () => {
      const earlier = await create('earlier.txt', 'earlier');
      await restart();
      const first = await create('first.txt', 'x');
      for (let i = 1; i < 100; i++) await create(`${i}.txt`);
      now += 1;
      assert.deepEqual([await offsetOf(earlier), await offsetOf(first)], ['7', '404']);
    });
  });

  describe('outlive it', () => {
    it('as they are, and are completed at the next as they would have been', async () => {
      const wishes = { 'X-OC-Mtime': '1000000000', 'Want-Repr-Digest': 'sha-256=1', 'Upload-Length': '8' };
      const upload = await create('new.txt', 'one, ', wishes);
      const { ends, size } = JSON.parse(readFileSync(recordOf(upload), 'utf8')) as { ends: string; size?: number };
      assert.ok(Math.abs(Date.parse(ends) - Date.now() - limits.resumeTimeout) < 3_600_000);
      assert.equal(size, undefined);
      await restart();
      assert.equal(folder.left(), 1);
      const { fields } = await ask(router, 'HEAD', upload);
      assert.deepEqual([fields.get('upload-offset'), fields.get('upload-length')], ['5', '8']);
      const done = await append(upload, 5, true, 'two');
      assert.deepEqual(
        ['location', 'x-oc-mtime', 'repr-digest'].map((name) => done.fields.get(name)),
        ['/files/new.txt', 'accepted', digest('one, two')],
      );
      assert.equal(statSync(folder.at('new.txt')).mtimeMs, 1e12);
      await restart();
      const again = await ask(router, 'HEAD', upload);
      assert.deepEqual([again.status, again.fields.get('upload-complete')], [204, '?1']);
      assert.deepEqual([...(await append(upload, 8, true, '')).fields], [...done.fields]);
      assert.equal((await ask(router, 'DELETE', upload)).status, 204);
      assert.deepEqual([noted(), await offsetOf(upload), text('new.txt')], [[], '404', 'one, two']);
    });

    it('and are answered as the method is that they were begun by', async () => {
      const fields = { 'Upload-Complete': '?0' };
      const posted = await ask(router, 'POST', '/files/old.txt', fields, bodyOf(['half']));
      const uploads = [posted.fields.get('location') ?? '', await create('old.txt', 'half')];
      await restart();
      const answers = await Promise.all(uploads.map((upload) => append(upload, 4, true, '')));
      assert.deepEqual(
        answers.map((answer) => [answer.status, answer.fields.get('location')]),
        [
          [201, '/files/old.txt'],
          [204, undefined],
        ],
      );
    });

    it('for all who ask at once', async () => {
      const upload = await create('new.txt', 'half');
      await restart();
      assert.deepEqual(await Promise.all([offsetOf(upload), offsetOf(upload)]), ['4', '4']);
    });

    it('and their notes are made again as long as there are signs of life', async () => {
      const upload = await create('new.txt', 'half');
      rmSync(recordOf(upload));
      const now = performance.now() + 3_600_000;
      mocks.method(performance, 'now', () => now);
      assert.equal(await offsetOf(upload), '4');
      assert.equal(noted().length, 1);
    });

    it('on the disk, where that is wanted, before they are told of', async () => {
      configure({ sync: true });
      const upload = await create('new.txt', 'half');
      assert.equal((JSON.parse(readFileSync(recordOf(upload), 'utf8')) as { size?: number }).size, 4);
      assert.equal((await append(upload, 4, true, '')).status, 201);
    });

    it('unless it is there for a while only: then nothing is noted, nor left', async () => {
      await registry.end();
      start({}, false);
      const upload = await create('new.txt', 'half');
      assert.deepEqual(noted(), []);
      await registry.end();
      assert.equal(folder.left(), 0);
      start();
      assert.equal(await offsetOf(upload), '404');
    });

    it('and are not for one that is there for a while only', async () => {
      const upload = await create('new.txt', 'half');
      await registry.end();
      start({}, false);
      assert.equal(await offsetOf(upload), '404');
      await restart();
      assert.equal(await offsetOf(upload), '4');
    });

    const refused: readonly (readonly [what: string, status: number, change: () => Partial<Options>])[] = [
      ['is excluded by now', 403, () => ({ exclude: ['**/*.txt'] })],
      ['meets something in its place', 412, () => (folder.write('x/new.txt', 'theirs'), {})],
      ['has a file for a folder', 409, () => (folder.write('x', 'theirs'), {})],
    ];
    for (const [what, status, change] of refused) {
      it(`and nothing is left of what ${what}: ${status}, and that it is not complete`, async () => {
        const upload = await create('x/new.txt', 'half', { 'If-None-Match': '*' });
        await restart(change());
        const answer = await append(upload, 4, true, '');
        assert.deepEqual([answer.status, answer.fields.get('upload-complete')], [status, '?0']);
        assert.deepEqual([folder.left(), noted(), await offsetOf(upload)], [0, [], '404']);
      });
    }

    it('and are refused by a drop box without a word of what is there', async () => {
      const access = 'dropBox';
      for (const there of ['x', 'x/new.txt/file']) {
        configure({ access });
        const upload = await create('x/new.txt', 'half');
        folder.write(there, 'theirs');
        await restart({ access });
        const { status, text: said } = await append(upload, 4, true, '');
        assert.deepEqual([status, said], [409, 'That name is taken.\n']);
        rmSync(folder.at('x'), { recursive: true });
      }
    });

    const changes: readonly (readonly [promise: string, change: (record: Record<string, unknown>) => object])[] = [
      ['what another version has noted', (record) => ({ ...record, about: { method: 'PATCH' } })],
      ['what is complete without an answer', (record) => ({ ...record, temporary: undefined })],
      ['what nobody can read', () => ({})],
    ];
    for (const [promise, change] of changes) {
      it(`but for ${promise}`, async () => {
        const upload = await create('new.txt', 'half');
        await registry.end();
        const record = JSON.parse(readFileSync(recordOf(upload), 'utf8')) as Record<string, unknown>;
        writeFileSync(recordOf(upload), JSON.stringify(change(record)));
        start();
        assert.equal(await offsetOf(upload), '404');
      });
    }
  });
});
