/** Resumable uploads over real sockets, as draft-ietf-httpbis-resumable-upload (interop version 8) describes them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { unfinished } from '../support/disk/unfinished';

const version = 'Upload-Draft-Interop-Version: 8';
const partial = 'Content-Type: application/partial-upload';
const digest = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;

describe('a resumable upload', () => {
  let served: Served;
  let client: RawClient;
  beforeEach(async () => {
    const limits = { body: 1000, bodyTimeout: 3_600_000, resumeTimeout: 3_600_000 };
    served = await startServed({}, limits);
    client = await served.client();
    writeFileSync(join(served.directory, 'old.txt'), 'old');
  });
  afterEach(async () => {
    await served.server.stop(0);
    assert.deepEqual(left(), []);
    await served.stop();
  });

  const left = (): string[] => unfinished(served.directory);
  const text = (path: string): string => readFileSync(join(served.directory, path), 'utf8');

  async function send(
    by: RawClient,
    method: string,
    target: string,
    fields: readonly string[],
    body = '',
  ): Promise<void> {
    const length = fields.some((line) => /^(?:Content-Length|Transfer-Encoding)/.test(line))
      ? []
      : [`Content-Length: ${body.length}`];
    await by.write([`${method} ${target} HTTP/1.1`, 'Host: localhost', ...length, ...fields, '', body].join('\r\n'));
  }

  /** The final answer. */
  async function ask(method: string, target: string, fields: readonly string[], body = ''): Promise<RawResponse> {
    await send(client, method, target, fields, body);
    for (;;) {
      const answer = await client.read(method);
      if (answer.status < 200) continue;
      // Whoever is refused is told why.
      if (answer.status >= 400 && method !== 'HEAD') assert.match(answer.body.toString(), /^\S.*\.\n$/);
      return answer;
    }
  }

  /** Path of a fresh upload to `path`. */
  async function create(path: string, body = '', ...fields: string[]): Promise<string> {
    const answer = await ask('PUT', `/files/${path}`, ['Upload-Complete: ?0', ...fields], body);
    assert.equal(answer.status, 201);
    return field(answer, 'location') ?? '';
  }

  const append = (
    upload: string,
    offset: number,
    complete: boolean,
    body: string,
    ...fields: string[]
  ): Promise<RawResponse> =>
    ask(
      'PATCH',
      upload,
      [partial, `Upload-Offset: ${offset}`, `Upload-Complete: ?${Number(complete)}`, ...fields],
      body,
    );

  const offsetOf = async (upload: string): Promise<string | undefined> =>
    field(await ask('HEAD', upload, []), 'upload-offset');

  it('in one request is answered like a plain one, after a 104 that names its place', async () => {
    await send(client, 'POST', '/files/a/new.txt', ['Upload-Complete: ?1', version], 'hello');
    const interim = await client.read();
    assert.equal(interim.status, 104);
    assert.equal(interim.reason, 'Upload Resumption Supported');
    assert.match(field(interim, 'location') ?? '', /^\/\.http-server\/uploads\/[0-9a-f]{32}$/);
    assert.equal(field(interim, 'upload-draft-interop-version'), '8');
    assert.equal(field(interim, 'upload-limit'), 'max-size=1000, max-age=3600');
    const answer = await client.read();
    assert.deepEqual([answer.status, field(answer, 'location')], [201, '/files/a/new.txt']);
    assert.equal(field(answer, 'upload-complete'), '?1');
    assert.equal(text('a/new.txt'), 'hello');

    const state = await ask('HEAD', field(interim, 'location') ?? '', []);
    assert.deepEqual(
      ['upload-complete', 'upload-offset', 'upload-length', 'cache-control'].map((name) => field(state, name)),
      ['?1', '5', '5', 'no-store'],
    );
  });

  it('tells how far it has come, but not as long as it may have to take that back', async () => {
    const fields = ['Upload-Complete: ?1', 'Content-Length: 1000', version];
    const verified = await served.client();
    const text = 'x'.repeat(1000);
    await send(verified, 'PUT', '/files/verified.txt', [...fields, `Content-Digest: ${digest(text)}`]);
    await send(client, 'PUT', '/files/new.txt', fields);
    for (const by of [verified, client]) assert.ok(field(await by.read(), 'location'));
    let sent = 0;
    const feed = setInterval(() => {
      for (const by of [verified, client]) void by.write('x');
      sent++;
    }, 10);
    const told = await client.read();
    clearInterval(feed);
    assert.equal(told.status, 104);
    assert.match(field(told, 'upload-offset') ?? '', /^[1-9][0-9]*$/);
    assert.deepEqual([field(told, 'upload-draft-interop-version'), field(told, 'location')], ['8', undefined]);
    await verified.write(text.slice(sent));
    assert.equal((await verified.read()).status, 201);
  });

  it('sends 104 and 100 to one who waits for the latter', async () => {
    await send(client, 'PUT', '/files/old.txt', [
      'Upload-Complete: ?1',
      version,
      'Expect: 100-continue',
      'Content-Length: 3',
    ]);
    assert.deepEqual([(await client.read()).status, (await client.read()).status], [104, 100]);
    await client.write('new');
    assert.equal((await client.read()).status, 204);
    assert.equal(text('old.txt'), 'new');
  });

  it('sends no 104 to one who speaks another version, or HTTP/1.0', async () => {
    for (const fields of [[], ['Upload-Draft-Interop-Version: 7']]) {
      await send(client, 'PUT', '/files/old.txt', ['Upload-Complete: ?1', ...fields], 'new');
      assert.equal((await client.read()).status, 204);
    }
    await client.write(
      `PUT /files/old.txt HTTP/1.0\r\nUpload-Complete: ?1\r\n${version}\r\nContent-Length: 1\r\n\r\nx`,
    );
    assert.equal((await client.read()).status, 204);
  });

  it('in several requests is put in its place by the last', async () => {
    const upload = await create('old.txt', 'one ');
    assert.equal(text('old.txt'), 'old');
    const second = await append(upload, 4, false, 'two ');
    assert.deepEqual(
      [second.status, field(second, 'upload-complete'), field(second, 'upload-offset')],
      [204, '?0', '8'],
    );
    assert.equal(await offsetOf(upload), '8');
    assert.equal(text('old.txt'), 'old');
    const last = await append(upload, 8, true, 'three');
    assert.deepEqual([last.status, field(last, 'upload-complete')], [204, '?1']);
    assert.equal(text('old.txt'), 'one two three');
    assert.deepEqual(left(), []);
    await served.logged(({ stored }) => stored?.[0] === 'old.txt');
  });

  it('can be created and completed without content', async () => {
    const upload = await create('empty.txt');
    assert.equal((await append(upload, 0, true, '')).status, 201);
    assert.equal(text('empty.txt'), '');
  });

  it('that broke off is gone on with where it ended', async () => {
    const other = await served.client();
    await send(other, 'PUT', '/files/old.txt', ['Upload-Complete: ?1', version, 'Content-Length: 10'], '01234');
    const upload = field(await other.read(), 'location') ?? '';
    other.reset();
    while ((await offsetOf(upload)) !== '5') await setImmediate();
    assert.equal(text('old.txt'), 'old');
    assert.equal((await append(upload, 5, true, '56789')).status, 204);
    assert.equal(text('old.txt'), '0123456789');
  });

  it('that hangs is taken over at once', async () => {
    const other = await served.client();
    await send(other, 'PUT', '/files/old.txt', ['Upload-Complete: ?1', version, 'Content-Length: 10'], '01234');
    const upload = field(await other.read(), 'location') ?? '';
    assert.equal(await offsetOf(upload), '5');
    assert.equal((await other.read()).status, 409);
    await other.write('56789');
    assert.equal((await append(upload, 5, true, 'abcde')).status, 204);
    assert.equal(text('old.txt'), '01234abcde');
  });

  it('that broke off before anybody heard of it leaves nothing', async () => {
    const other = await served.client();
    await send(other, 'PUT', '/files/x/new.txt', ['Upload-Complete: ?1', 'Content-Length: 10'], '01234');
    while (left().length === 0) await setImmediate();
    other.reset();
    while (left().length > 0) await setImmediate();
    assert.ok(!existsSync(join(served.directory, 'x')));
  });

  it('that is cancelled leaves nothing', async () => {
    const upload = await create('x/y/new.txt', 'half');
    assert.equal(left().length, 1);
    assert.equal((await ask('DELETE', upload, [])).status, 204);
    assert.equal(left().length, 0);
    assert.ok(!existsSync(join(served.directory, 'x')));
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      const fields = [partial, 'Upload-Offset: 4', 'Upload-Complete: ?1'];
      assert.equal((await ask(method, upload, fields)).status, 404);
    }
  });

  it('that nobody goes on with expires, and leaves nothing', async () => {
    const brief = await startServed({}, { resumeTimeout: 50 });
    try {
      const by = await brief.client();
      await send(by, 'PUT', '/files/x/new.txt', ['Upload-Complete: ?0'], 'half');
      const upload = field(await by.read(), 'location') ?? '';
      while (unfinished(brief.directory).length > 0) await setImmediate();
      await send(by, 'HEAD', upload, []);
      assert.equal((await by.read('HEAD')).status, 404);
    } finally {
      await brief.stop();
    }
  });

  it('leaves nothing when a server stops that is there for a while only, as a share is', async () => {
    await create('x/y/new.txt', 'half');
    await create('old.txt', 'half');
    await served.server.stop(0);
    assert.deepEqual(readdirSync(served.directory), ['old.txt']);
    assert.equal(text('old.txt'), 'old');
  });

  it('is cancelled when the server turns to another folder', async () => {
    const upload = await create('x/new.txt', 'half');
    served.server.configure({ ...served.options, directory: join(served.directory, '..') });
    while (left().length > 0) await setImmediate();
    assert.equal((await ask('HEAD', upload, [])).status, 404);
  });

  it('goes on under other settings, unless these forbid to write', async () => {
    const upload = await create('new.txt', 'half ');
    served.server.configure({ ...served.options, exclude: [] });
    assert.equal((await append(upload, 5, false, 'more')).status, 204);
    served.server.configure({ ...served.options, access: 'readOnly' });
    assert.equal((await append(upload, 9, true, '')).status, 405);
    assert.ok(!existsSync(join(served.directory, 'new.txt')));
  });

  it('ends when the folder becomes a drop box, on whose terms it was not begun', async () => {
    const upload = await create('old.txt', 'half ');
    served.server.configure({ ...served.options, access: 'dropBox' });
    assert.equal((await append(upload, 5, true, 'more')).status, 404);
    assert.equal(text('old.txt'), 'old');
    assert.deepEqual(left(), []);
  });

  describe('is refused', () => {
    const state = [partial, 'Upload-Complete: ?0'];
    const rows: readonly (readonly [promise: string, fields: readonly string[], body: string, status: number])[] = [
      ['at another offset', [...state, 'Upload-Offset: 3'], 'x', 409],
      ['beyond its end', [...state, 'Upload-Offset: 5'], 'x', 409],
      ['without an offset', state, 'x', 400],
      ['with an offset that is none', [...state, 'Upload-Offset: 4.0'], 'x', 400],
      ['without completeness', [partial, 'Upload-Offset: 4'], 'x', 400],
      ['with a completeness that is none', [partial, 'Upload-Offset: 4', 'Upload-Complete: 1'], 'x', 400],
      ['with another media type', ['Content-Type: text/plain', 'Upload-Complete: ?0', 'Upload-Offset: 4'], 'x', 415],
      ['with another length', [...state, 'Upload-Offset: 4', 'Upload-Length: 9'], 'x', 400],
      ['with a wrong digest', [...state, 'Upload-Offset: 4', `Content-Digest: ${digest('y')}`], 'x', 400],
      ['with a content coding', [...state, 'Upload-Offset: 4', 'Content-Encoding: gzip'], 'x', 415],
      ['as a part of a file', [...state, 'Upload-Offset: 4', 'Content-Range: bytes 4-4/8'], 'x', 400],
      ['of a version that it has not', [...state, 'Upload-Offset: 4', 'If-Match: "1"'], 'x', 412],
      ['if it is there', [...state, 'Upload-Offset: 4', 'If-None-Match: *'], 'x', 412],
    ];
    for (const [promise, fields, body, status] of rows) {
      it(`${promise}: ${status}, and can be gone on with`, async () => {
        const upload = await create('old.txt', 'four', 'Upload-Length: 8');
        const answer = await ask('PATCH', upload, fields, body);
        assert.equal(answer.status, status);
        if (status === 409) assert.equal(field(answer, 'upload-offset'), '4');
        assert.equal(await offsetOf(upload), '4');
        assert.equal((await append(upload, 4, true, 'more')).status, 204);
        assert.equal(text('old.txt'), 'fourmore');
      });
    }

    it('when it is longer than was told: it has ended then', async () => {
      const upload = await create('old.txt', 'four', 'Upload-Length: 8');
      const chunked = [partial, 'Upload-Complete: ?0', 'Upload-Offset: 4', 'Transfer-Encoding: chunked'];
      assert.equal((await ask('PATCH', upload, chunked, '5\r\nabcde\r\n0\r\n\r\n')).status, 400);
      assert.equal((await ask('HEAD', upload, [])).status, 404);
      assert.deepEqual(left(), []);
    });

    it('when it is complete and shorter than was told: it has ended then', async () => {
      const upload = await create('old.txt', 'four', 'Upload-Length: 8');
      const chunked = [partial, 'Upload-Complete: ?1', 'Upload-Offset: 4', 'Transfer-Encoding: chunked'];
      assert.equal((await ask('PATCH', upload, chunked, '3\r\nabc\r\n0\r\n\r\n')).status, 400);
      assert.equal((await ask('HEAD', upload, [])).status, 404);
      assert.equal(text('old.txt'), 'old');
    });

    it('without a length by HTTP/1.0: 411', async () => {
      const upload = await create('old.txt', 'four');
      await client.write(`PATCH ${upload} HTTP/1.0\r\n${[...state, 'Upload-Offset: 4'].join('\r\n')}\r\n\r\n`);
      assert.equal((await client.read()).status, 411);
    });

    it('when it is too large, by what was told or by what comes: 413 with the limit', async () => {
      const told = await ask('PUT', '/files/new.txt', ['Upload-Complete: ?0', 'Upload-Length: 1001'], 'x');
      assert.deepEqual([told.status, field(told, 'upload-limit')], [413, 'max-size=1000, max-age=3600']);
      const upload = await create('new.txt', 'x'.repeat(600));
      const comes = await append(upload, 600, true, 'x'.repeat(401));
      assert.deepEqual([comes.status, field(comes, 'upload-limit')], [413, 'max-size=1000, max-age=3600']);
      assert.ok(!existsSync(join(served.directory, 'new.txt')));
    });

    it('once it is complete', async () => {
      const upload = await create('old.txt', 'whole');
      assert.equal((await append(upload, 5, true, '')).status, 204);
      for (const [offset, complete, body, status] of [
        [5, false, '', 410],
        [5, true, 'more', 400],
        [0, true, 'whole', 409],
        [9, true, '', 409],
      ] as const) {
        const answer = await append(upload, offset, complete, body);
        assert.equal(answer.status, status);
        assert.deepEqual([field(answer, 'upload-offset'), field(answer, 'upload-complete')], ['5', '?1']);
      }
      assert.equal(text('old.txt'), 'whole');
    });

    it('where no file can be stored', async () => {
      for (const [target, fields, status] of [
        ['/files/', [], 409],
        ['/files/old.txt', ['If-None-Match: *'], 412],
        ['/files/old.txt', ['Content-Encoding: gzip'], 415],
        ['/files/old.txt', ['Repr-Digest: sha-256=x'], 400],
        // It ends the connection.
        ['/files/.env', [], 403],
      ] as const) {
        assert.equal((await ask('PUT', target, ['Upload-Complete: ?0', ...fields], 'x')).status, status);
      }
    });

    it('S9: with Upload-Complete, whatever the reason', async () => {
      for (const [target, fields] of [
        ['/files/', []],
        ['/files/old.txt', ['If-None-Match: *']],
        ['/files/old.txt', ['Content-Encoding: gzip']],
        ['/files/old.txt', ['Repr-Digest: sha-256=x']],
        ['/files/old.txt', ['X-OC-Mtime: x']],
        ['/files/old.txt', ['Content-Range: bytes 0-1/2']],
        ['/files/old.txt', ['Upload-Length: 1001']],
        ['/files/old.txt', ['Upload-Length: 3', `Content-Digest: ${digest('y')}`]],
        // It ends the connection.
        ['/files/.env', []],
      ] as const) {
        const answer = await ask('PUT', target, ['Upload-Complete: ?0', ...fields], 'x');
        assert.ok(answer.status >= 400, fields.join());
        assert.equal(field(answer, 'upload-complete'), '?0', fields.join());
      }
    });

    it('when there are too many, all of them under way', async () => {
      const fields = ['Upload-Complete: ?1', version, 'Content-Length: 10'];
      for (let i = 0; i < 100; i++) {
        const busy = await served.client();
        await send(busy, 'PUT', `/files/${i}.txt`, fields, 'x');
        assert.equal((await busy.read()).status, 104);
      }
      const next = await served.client();
      await send(next, 'PUT', '/files/100.txt', ['Upload-Complete: ?0']);
      const answer = await next.read();
      assert.deepEqual([answer.status, field(answer, 'retry-after')], [503, '60']);
    });
  });

  it('F11: makes room for another, when there are too many, if nobody has gone on with it for longest', async () => {
    const uploads: string[] = [];
    for (let i = 0; i < 100; i++) uploads.push(await create(`${i}.txt`, 'x'));
    const [first = '', second = '', third = ''] = uploads;
    const { status } = await append(first, 1, false, 'y');
    assert.equal(status, 204);
    await create('100.txt');
    await create('101.txt');
    assert.deepEqual(
      [await offsetOf(first), await offsetOf(second), await offsetOf(third), await offsetOf(uploads[3] ?? '')],
      ['2', undefined, undefined, '1'],
    );
    assert.equal((await append(uploads[99] ?? '', 1, true, 'y')).status, 201);
    // What is complete goes first.
    await create('102.txt');
    assert.deepEqual([await offsetOf(uploads[99] ?? ''), await offsetOf(uploads[3] ?? '')], [undefined, '1']);
  });

  it('S8: is answered as before if it is finished once more, because the answer was lost', async () => {
    const upload = await create('new.txt', 'four', 'X-OC-Mtime: 1500000000', 'Want-Repr-Digest: sha-256=1');
    const other = await served.client();
    const fields = [partial, 'Upload-Offset: 4', 'Upload-Complete: ?1'];
    await send(other, 'PATCH', upload, fields, 'more');
    while (!existsSync(join(served.directory, 'new.txt'))) await setImmediate();
    other.reset();
    const again = await append(upload, 4, true, 'more');
    assert.deepEqual([again.status, field(again, 'upload-offset')], [409, '8']);
    for (let i = 0; i < 2; i++) {
      const final = await append(upload, 8, true, '');
      assert.deepEqual([final.status, field(final, 'location')], [201, '/files/new.txt']);
      assert.deepEqual([field(final, 'upload-offset'), field(final, 'upload-complete')], ['8', '?1']);
      assert.equal(field(final, 'repr-digest'), digest('fourmore'));
      assert.equal(field(final, 'x-oc-mtime'), 'accepted');
    }
    assert.equal(statSync(join(served.directory, 'new.txt')).mtimeMs, 1_500_000_000_000);
    assert.equal(served.events.filter(({ stored }) => stored?.[0] === 'new.txt').length, 1);
  });

  it('S9: in one request is told its offset, and its digest', async () => {
    const answer = await ask('PUT', '/files/new.txt', ['Upload-Complete: ?1', 'Want-Repr-Digest: sha-512=1'], 'whole');
    assert.deepEqual([answer.status, field(answer, 'upload-offset')], [201, '5']);
    const whole = createHash('sha512').update('whole').digest('base64');
    assert.equal(field(answer, 'repr-digest'), `sha-512=:${whole}:`);
  });

  it('S6: is verified by what comes behind its content, in part and as a whole', async () => {
    const chunked = ['Transfer-Encoding: chunked'];
    const bodyOf = (content: string, trailer: string): string =>
      `${content.length.toString(16)}\r\n${content}\r\n0\r\n${trailer}\r\n\r\n`;
    const upload = await create('old.txt', 'wh');
    const on = [partial, 'Upload-Offset: 2', 'Upload-Complete: ?0', ...chunked];
    const wrong = await ask('PATCH', upload, on, bodyOf('xx', `Content-Digest: ${digest('ol')}`));
    assert.deepEqual([wrong.status, await offsetOf(upload)], [400, '2']);
    assert.equal((await ask('PATCH', upload, on, bodyOf('ol', `Content-Digest: ${digest('ol')}`))).status, 204);
    const last = [partial, 'Upload-Offset: 4', 'Upload-Complete: ?1', ...chunked];
    const bad = await ask('PATCH', upload, last, bodyOf('e', `Repr-Digest: ${digest('other')}`));
    assert.deepEqual([bad.status, field(bad, 'upload-complete'), text('old.txt')], [400, '?1', 'old']);
    const good = ['Upload-Complete: ?1', ...chunked];
    assert.equal(
      (await ask('PUT', '/files/old.txt', good, bodyOf('whole', `Repr-Digest: ${digest('whole')}`))).status,
      204,
    );
    assert.equal(text('old.txt'), 'whole');
  });

  describe('H6: takes its fields for what they are', () => {
    const rows: readonly (readonly [line: string, status: number, isResumable: boolean])[] = [
      ['Upload-Complete: ?1', 204, true],
      ['Upload-Complete: ?1;p="foo, bar"', 204, true],
      ['Upload-Complete: ?1; a;b=1', 204, true],
      ['Upload-Complete: ?1;p="foo', 204, false],
      ['Upload-Complete: ?1 ;a', 204, false],
      ['Upload-Complete: ?1\r\nUpload-Complete: ?1', 204, false],
      ['Upload-Complete: ?1, ?1', 204, false],
      ['Upload-Complete: (?1)', 204, false],
      ['Upload-Complete: "?1"', 204, false],
    ];
    for (const [line, status, isResumable] of rows) {
      it(JSON.stringify(line), async () => {
        const answer = await ask('PUT', '/files/old.txt', [line], 'plain');
        assert.deepEqual([answer.status, field(answer, 'upload-complete')], [status, isResumable ? '?1' : undefined]);
      });
    }
    for (const [value, status] of [
      ['4', 204],
      ['4;x=y', 204],
      ['04', 204],
      ['-4', 400],
      ['4.0', 400],
      ['4 5', 400],
      ['"4"', 400],
      ['4444444444444444', 400],
    ] as const) {
      it(`Upload-Offset: ${value}`, async () => {
        const upload = await create('old.txt', 'four');
        const fields = [partial, 'Upload-Complete: ?1', `Upload-Offset: ${value}`];
        assert.equal((await ask('PATCH', upload, fields, '')).status, status);
      });
    }
  });

  it('keeps its precondition to the end, and says that it was not the transfer that failed', async () => {
    const upload = await create('new.txt', 'half', 'If-None-Match: *');
    writeFileSync(join(served.directory, 'new.txt'), 'meanwhile');
    const answer = await append(upload, 4, true, '');
    assert.deepEqual([answer.status, field(answer, 'upload-complete')], [412, '?1']);
    assert.equal(text('new.txt'), 'meanwhile');
  });

  it('is verified as a whole', async () => {
    for (const [content, status] of [
      ['whole', 204],
      ['other', 400],
    ] as const) {
      const upload = await create('old.txt', 'wh', `Repr-Digest: ${digest(content)}`);
      assert.equal((await append(upload, 2, false, 'xx', `Content-Digest: ${digest('ol')}`)).status, 400);
      assert.equal((await append(upload, 2, false, 'ol', `Content-Digest: ${digest('ol')}`)).status, 204);
      assert.equal((await append(upload, 4, true, 'e')).status, status);
      assert.equal(text('old.txt'), 'whole');
    }
  });

  it('S6: is verified as a whole by the request that completes it', async () => {
    for (const [content, status] of [
      ['other', 400],
      ['whole', 204],
    ] as const) {
      const upload = await create('old.txt', 'wh');
      const done = await append(upload, 2, true, 'ole', `Repr-Digest: ${digest(content)}`);
      assert.deepEqual([done.status, field(done, 'upload-complete')], [status, '?1']);
      assert.equal(text('old.txt'), status === 204 ? 'whole' : 'old');
    }
  });

  it('is not offered where nothing may be stored', async () => {
    const answer = await ask('OPTIONS', '/x', []);
    assert.deepEqual([field(answer, 'accept-patch'), field(answer, 'upload-limit')], [undefined, undefined]);
  });

  it('S9: is offered by OPTIONS where files may be stored, and PATCH only where it is allowed', async () => {
    for (const [target, accepts] of [
      ['/files/x', undefined],
      ['*', undefined],
      [await create('x'), 'application/partial-upload'],
    ] as const) {
      const answer = await ask('OPTIONS', target, []);
      assert.equal(field(answer, 'accept-patch'), accepts);
      assert.equal(field(answer, 'upload-limit'), 'max-size=1000, max-age=3600');
    }
  });

  it('is not what a plain upload becomes', async () => {
    for (const fields of [[], ['Upload-Complete: yes'], ['Upload-Length: 5'], [version]]) {
      await send(client, 'PUT', '/files/old.txt', fields, 'plain');
      const answer = await client.read();
      assert.deepEqual([answer.status, field(answer, 'upload-complete')], [204, undefined]);
    }
  });
});
