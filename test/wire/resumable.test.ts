/** Resumable uploads over real sockets, as draft-ietf-httpbis-resumable-upload (interop version 8) describes them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';

const version = 'Upload-Draft-Interop-Version: 8';
const partial = 'Content-Type: application/partial-upload';
const digest = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;

describe('a resumable upload', () => {
  let served: Served;
  let client: RawClient;
  beforeEach(async () => {
    served = await startServed({}, { body: 1000, resumeTimeout: 3_600_000 });
    client = await served.client();
    writeFileSync(join(served.directory, 'old.txt'), 'old');
  });
  afterEach(async () => {
    await served.server.stop(0);
    assert.deepEqual(unfinished(), []);
    await served.stop();
  });

  const unfinished = (): string[] => readdirSync(served.directory).filter((name) => name.startsWith('.http-server-'));
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
      if (answer.status >= 200) return answer;
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
    assert.deepEqual(unfinished(), []);
    await served.logged(({ stored }) => stored === 'old.txt');
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
    while (!existsSync(join(served.directory, 'x'))) await setImmediate();
    other.reset();
    while (existsSync(join(served.directory, 'x'))) await setImmediate();
  });

  it('that is cancelled leaves nothing', async () => {
    const upload = await create('x/y/new.txt', 'half');
    assert.ok(existsSync(join(served.directory, 'x/y')));
    assert.equal((await ask('DELETE', upload, [])).status, 204);
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
      while (existsSync(join(brief.directory, 'x'))) await setImmediate();
      await send(by, 'HEAD', upload, []);
      assert.equal((await by.read('HEAD')).status, 404);
    } finally {
      await brief.stop();
    }
  });

  it('leaves nothing when the server stops', async () => {
    await create('x/y/new.txt', 'half');
    await create('old.txt', 'half');
    await served.server.stop(0);
    assert.deepEqual(readdirSync(served.directory), ['old.txt']);
    assert.equal(text('old.txt'), 'old');
  });

  it('is cancelled when the server turns to another folder', async () => {
    const upload = await create('x/new.txt', 'half');
    served.server.configure({ ...served.options, directory: join(served.directory, '..') });
    while (existsSync(join(served.directory, 'x'))) await setImmediate();
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
      assert.deepEqual(unfinished(), []);
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
      assert.equal((await append(upload, 5, true, '')).status, 410);
      assert.equal((await append(upload, 5, true, 'more')).status, 400);
      assert.equal(text('old.txt'), 'whole');
    });

    it('where no file can be stored', async () => {
      for (const [target, fields, status] of [
        ['/files/', [], 409],
        ['/files/.env', [], 403],
        ['/files/old.txt', ['If-None-Match: *'], 412],
        ['/files/old.txt', ['Content-Encoding: gzip'], 415],
        ['/files/old.txt', ['Repr-Digest: sha-256=x'], 400],
      ] as const) {
        assert.equal((await ask('PUT', target, ['Upload-Complete: ?0', ...fields], 'x')).status, status);
      }
    });

    it('when there are too many', async () => {
      for (let i = 0; i < 100; i++) await create(`${i}.txt`);
      const answer = await ask('PUT', '/files/100.txt', ['Upload-Complete: ?0']);
      assert.deepEqual([answer.status, field(answer, 'retry-after')], [503, '60']);
    });
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

  it('is offered by OPTIONS where files may be stored', async () => {
    for (const [target, accepts] of [
      ['/files/x', 'application/partial-upload'],
      ['*', 'application/partial-upload'],
      ['/x', undefined],
    ] as const) {
      const answer = await ask('OPTIONS', target, []);
      assert.equal(field(answer, 'accept-patch'), accepts);
      assert.equal(field(answer, 'upload-limit'), accepts && 'max-size=1000, max-age=3600');
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
