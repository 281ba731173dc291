/** Storing over a real socket: refusals come before the upload, and are readable to whoever sends it all the same. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { needsPosix } from '../support/needs';
import { unfinished } from '../support/disk/unfinished';

const digest = (algorithm: 'sha256' | 'sha512', text: string): string =>
  `:${createHash(algorithm).update(text).digest('base64')}:`;

describe('storing over a socket', () => {
  let served: Served;
  let client: RawClient;
  before(async () => (served = await startServed({ access: 'full' })));
  after(() => served.stop());
  beforeEach(async () => {
    client = await served.client();
    writeFileSync(join(served.directory, 'old.txt'), 'old');
    mkdirSync(join(served.directory, 'dir'), { recursive: true });
  });
  afterEach(() => {
    const left = unfinished(served.directory);
    assert.deepEqual(left, []);
  });

  const text = (path: string): string => readFileSync(join(served.directory, path), 'utf8');
  const head = (method: string, path: string, fields: readonly string[]): string =>
    [`${method} /files/${path} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');

  /** The answer to a whole request. */
  async function send(method: string, path: string, body: string, ...fields: string[]): Promise<RawResponse> {
    await client.write(head(method, path, [`Content-Length: ${Buffer.byteLength(body)}`, ...fields]) + body);
    return client.read(method);
  }

  const form = 'Content-Type: multipart/form-data; boundary=b';
  const refusals: readonly (readonly [
    promise: string,
    method: string,
    path: string,
    fields: string[],
    status: number,
  ])[] = [
    ['a folder', 'PUT', 'dir', [], 409],
    ['a folder by its slash', 'POST', 'dir/', [], 409],
    ['below a file', 'PUT', 'old.txt/x', [], 409],
    ['a name that is too long', 'PUT', 'x'.repeat(256), [], 400],
    ['a path that climbs out', 'PUT', '..%2fx', [], 400],
    ['what is excluded', 'PUT', '.git/hooks/post-checkout', [], 403],
    ['a key', 'POST', 'a/server.key', [], 403],
    ['what is there, to one who creates', 'PUT', 'old.txt', ['If-None-Match: *'], 412],
    ['what is not there, to one who replaces', 'PUT', 'gone.txt', ['If-Match: *'], 412],
    ['another version', 'PUT', 'old.txt', ['If-Match: "other"'], 412],
    ['what is newer', 'PUT', 'old.txt', ['If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT'], 412],
    ['an unknown content coding', 'PUT', 'old.txt', ['Content-Encoding: rot13'], 415],
    ['a part', 'PUT', 'old.txt', ['Content-Range: bytes 0-3/8'], 400],
    ['a malformed digest', 'PUT', 'old.txt', ['Content-Digest: sha-256=abc'], 400],
    ['too much', 'PUT', 'old.txt', ['Content-Length: 9999999999999'], 413],
    ['too much in all', 'PUT', 'old.txt', ['Upload-Complete: ?0', 'Upload-Length: 9999999999999'], 413],
    ['a form to a file', 'POST', 'old.txt/', [form], 409],
    ['a form to below a file', 'POST', 'old.txt/a/', [form], 409],
    ['a form to what is excluded', 'POST', 'a/.git/', [form], 403],
    ['a form to a name that is too long', 'POST', `${'x'.repeat(256)}/`, [form], 400],
    ['a form without a boundary', 'POST', 'dir/', ['Content-Type: multipart/form-data'], 400],
    ['a form in an unknown content coding', 'POST', 'dir/', [form, 'Content-Encoding: rot13'], 415],
    ['a form with a malformed digest', 'POST', 'dir/', [form, 'Content-Digest: sha-256=abc'], 400],
  ];
  for (const [promise, method, path, fields, status] of refusals) {
    const length = fields.some((line) => line.startsWith('Content-Length')) ? [] : ['Content-Length: 300000'];
    it(`refuses ${promise} before the upload: ${status}`, async () => {
      await client.write(head(method, path, [...length, ...fields, 'Expect: 100-continue']));
      assert.equal((await client.read()).status, status);
      assert.equal(text('old.txt'), 'old');
    });

    it(`refuses ${promise} readably to one who sends it all the same: ${status}`, async () => {
      await client.write(head(method, path, [...length, ...fields]));
      await client.write(Buffer.alloc(300_000));
      const answer = await client.read();
      assert.equal(answer.status, status);
      assert.ok(answer.body.length > 10);
      assert.equal(text('old.txt'), 'old');
    });
  }

  it('says how much would not be too much, to one who says beforehand and to one who does not', async () => {
    const small = await startServed({}, { body: 10 });
    const rows = [
      ['plain', ['Content-Length: 11'], ''],
      ['one that could be gone on with', ['Content-Length: 11', 'Upload-Complete: ?1'], ''],
      ['in chunks', ['Transfer-Encoding: chunked'], 'b\r\n'],
      ['in chunks that could be gone on with', ['Transfer-Encoding: chunked', 'Upload-Complete: ?0'], 'b\r\n'],
    ] as const;
    for (const [name, fields, body] of rows) {
      const by = await small.client();
      await by.write(head('PUT', 'new.txt', fields) + body);
      const answer = await by.read();
      assert.deepEqual([answer.status, field(answer, 'upload-limit')], [413, 'max-size=10, max-age=3600'], name);
      by.close();
    }
    assert.deepEqual(readdirSync(small.directory), []);
    await small.stop();
  });

  it('keeps the mode of what it replaces, but for the bits that lend rights', async function () {
    needsPosix(this);
    for (const [mode, kept] of [
      [0o600, 0o600],
      [0o444 | 0o200, 0o644],
      [0o4755, 0o755],
    ] as const) {
      chmodSync(join(served.directory, 'old.txt'), mode);
      assert.equal((await send('PUT', 'old.txt', 'new')).status, 204);
      assert.equal(statSync(join(served.directory, 'old.txt')).mode & 0o7777, kept);
    }
  });

  it('says where what it made is', async () => {
    const made = await send('POST', 'a/b%20c/%C3%BC.txt', 'x');
    assert.deepEqual([made.status, field(made, 'location')], [201, '/files/a/b%20c/%C3%BC.txt']);
    assert.equal(text('a/b c/ü.txt'), 'x');
    assert.deepEqual(
      [(await send('POST', 'old.txt', '1')).status, (await send('PUT', 'old.txt', '2')).status],
      [201, 204],
    );
    assert.equal((await send('DELETE', 'a/b%20c/%C3%BC.txt', '')).status, 204);
  });

  it('says so in a way that leads to the same server, however many slashes the path begins with', async () => {
    await client.write('POST //files//a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx');
    const made = await client.read();
    assert.deepEqual([made.status, field(made, 'location')], [201, '/files//a.txt']);
  });

  it('asks one who speaks HTTP/1.0 for a length: without it, nobody knows of the content', async () => {
    for (const method of ['PUT', 'POST']) {
      const old = await served.client();
      await old.write(`${method} /files/old.txt HTTP/1.0\r\n\r\nnew content`);
      assert.equal((await old.read()).status, 411);
      assert.equal(text('old.txt'), 'old');
    }
    await client.write('PUT /files/old.txt HTTP/1.0\r\nContent-Length: 0\r\n\r\n');
    assert.equal((await client.read()).status, 204);
  });

  it('by two at once: both are stored whole, and the later one stays', async () => {
    const other = await served.client();
    await client.write(head('PUT', 'old.txt', ['Content-Length: 6']));
    await client.write('sl');
    await other.write(`${head('PUT', 'old.txt', ['Content-Length: 4'])}fast`);
    assert.equal((await other.read()).status, 204);
    assert.equal(text('old.txt'), 'fast');
    await client.write('ower');
    assert.equal((await client.read()).status, 204);
    assert.equal(text('old.txt'), 'slower');
  });

  it('by one whose precondition held at first, but not at the end', async () => {
    const version = field(await send('GET', 'old.txt', ''), 'etag') ?? '';
    await client.write(`${head('PUT', 'old.txt', ['Content-Length: 6', `If-Match: ${version}`])}sl`);
    const other = await served.client();
    await other.write(`${head('PUT', 'old.txt', ['Content-Length: 4', `If-Match: ${version}`])}fast`);
    assert.equal((await other.read()).status, 204);
    await client.write('ower');
    assert.equal((await client.read()).status, 412);
    assert.equal(text('old.txt'), 'fast');
  });

  describe('with a digest', () => {
    const right256 = digest('sha256', 'new');
    const right512 = digest('sha512', 'new');
    const wrong = digest('sha256', 'other');
    const rows: readonly (readonly [promise: string, fields: readonly string[], status: number])[] = [
      ['sha-256', [`Content-Digest: sha-256=${right256}`], 204],
      ['sha-512', [`Content-Digest: sha-512=${right512}`], 204],
      ['of the representation', [`Repr-Digest: sha-256=${right256}`], 204],
      ['both', [`Content-Digest: sha-256=${right256}, sha-512=${right512}`, `Repr-Digest: sha-512=${right512}`], 204],
      ['an unknown algorithm', ['Content-Digest: md5=:AAAA:'], 204],
      ['an unknown one and a right one', [`Content-Digest: md5=:AAAA:,sha-256=${right256}`], 204],
      ['a wrong one', [`Content-Digest: sha-256=${wrong}`], 400],
      ['a wrong one of the representation', [`Repr-Digest: sha-256=${wrong}`], 400],
      ['a right one and a wrong one', [`Content-Digest: sha-512=${right512}, sha-256=${wrong}`], 400],
      [
        'a right one and a wrong one in two fields',
        [`Content-Digest: sha-256=${right256}`, `Repr-Digest: sha-256=${wrong}`],
        400,
      ],
      [
        'a wrong one on a line of its own',
        [`Content-Digest: sha-512=${right512}`, `Content-Digest: sha-256=${wrong}`],
        400,
      ],
      ['one that is cut', ['Content-Digest: sha-256=:AAAA:'], 400],
      ['one without colons', [`Content-Digest: sha-256=${right256.slice(1, -1)}`], 400],
      ['in capitals', [`Content-Digest: SHA-256=${right256}`], 400],
      ['one with a parameter', [`Content-Digest: sha-256=${right256};a;b="c;d";e=?1; f=:AA==:`], 204],
      ['a wrong one with a parameter', [`Content-Digest: sha-256=${wrong};a=1`], 400],
      ['one with a malformed parameter', [`Content-Digest: sha-256=${right256};=1`], 400],
      ['one without its padding', [`Content-Digest: sha-256=${right256.replace(/=+:$/, ':')}`], 204],
      ['an empty one', ['Content-Digest: sha-256=::'], 400],
      ['one that only begins right', [`Content-Digest: sha-256=${right256.slice(0, 20)}:`], 400],
    ];
    for (const [promise, fields, status] of rows) {
      it(`${promise}: ${status}`, async () => {
        assert.equal((await send('PUT', 'old.txt', 'new', ...fields)).status, status);
        assert.equal(text('old.txt'), status === 204 ? 'new' : 'old');
      });
    }

    it('that is wrong makes no folder', async () => {
      assert.equal((await send('POST', 'n/e/w.txt', 'new', `Content-Digest: sha-256=${wrong}`)).status, 400);
      assert.ok(!readdirSync(served.directory).includes('n'));
    });
  });

  it('is never seen half done, by disk or by GET', async () => {
    const contents = Array.from({ length: 200 }, (_, i) =>
      String.fromCharCode(33 + (i % 90)).repeat((i * 1237) % 150_000),
    );
    const whole = (seen: string): boolean => seen === 'old' || contents.includes(seen);
    const reader = await served.client();
    let done = false;
    let looks = 0;
    const read = async (): Promise<void> => {
      for (; !done; looks++) {
        await reader.write('GET /files/old.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
        assert.ok(whole((await reader.read()).body.toString()));
        assert.ok(whole(text('old.txt')));
      }
    };
    const write = async (): Promise<void> => {
      for (const content of contents) assert.equal((await send('PUT', 'old.txt', content)).status, 204);
      done = true;
    };
    await Promise.all([read(), write().finally(() => (done = true))]);
    assert.ok(looks > 10, `only ${looks} looks`);
    assert.equal(text('old.txt'), contents.at(-1));
  });

  it('makes events that name what is stored', async () => {
    const before = served.events.length;
    await send('PUT', 'dir/named.txt', 'new');
    await send('PUT', 'dir', 'new');
    await send('GET', 'old.txt', '');
    // Of the tests before, something may still be told.
    const told = served.events.slice(before).filter(({ target }) => target.startsWith('/files/dir'));
    assert.deepEqual(
      told.map(({ stored }) => stored),
      [['dir/named.txt'], undefined],
    );
  });
});
