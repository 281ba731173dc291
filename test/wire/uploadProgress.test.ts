/** Who runs the server hears of uploads that take a while, and can cancel them: then it is as if they had never been. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { UploadProgress } from '../../src/messages';
import { MiB } from '../../src/options';
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { unfinished } from '../support/disk/unfinished';

const said = 'The upload was cancelled by the user of the editor.\n';

/** A form with one whole file, and another one that is not whole yet. */
const formHead = 'POST /files/a/b/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
const part = (name: string, content: string): string =>
  `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}`;
const form = `${formHead}Content-Type: multipart/form-data; boundary=x\r\n\r\n${part('one', 'four')}\r\n${part('two', 'half')}`;

const put = (path: string, ...fields: string[]): string =>
  [`PUT /files/${path} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');

describe('uploads that take a while', function () {
  this.slow(20_000);
  let served: Served;
  let client: RawClient;
  /** What was told, in its order, and when. */
  let told: { readonly uploads: readonly UploadProgress[]; readonly at: number }[];
  let wake: () => void;

  beforeEach(async () => {
    told = [];
    wake = () => undefined;
    const onUploads = (uploads: readonly UploadProgress[]): void => {
      told.push({ uploads, at: performance.now() });
      wake();
    };
    served = await startServed({}, {}, { onUploads });
    writeFileSync(join(served.directory, 'old'), 'old');
    client = await served.client();
  });
  afterEach(() => served.stop());

  /** What is told next, if not already last, that `wanted` says yes to. */
  async function next(wanted: (uploads: readonly UploadProgress[]) => boolean): Promise<readonly UploadProgress[]> {
    for (;;) {
      const last = told.at(-1);
      if (last !== undefined && wanted(last.uploads)) return last.uploads;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  const some = (uploads: readonly UploadProgress[]): boolean => uploads.length > 0;
  const none = (uploads: readonly UploadProgress[]): boolean => uploads.length === 0;
  const entries = (): string[] => (readdirSync(served.directory, { recursive: true }) as string[]).sort();

  async function first(): Promise<UploadProgress> {
    const [upload] = await next(some);
    return upload ?? assert.fail();
  }

  /** The answer to a request that asks for the state of an upload. */
  async function head(path: string): Promise<RawResponse> {
    const by = await served.client();
    await by.write(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return by.read('HEAD');
  }

  /** Path of a fresh upload that can be gone on with. */
  async function create(): Promise<string> {
    await client.write(put('a/new', 'Upload-Complete: ?0', 'Upload-Length: 8', 'Content-Length: 2') + 'ha');
    return field(await client.read(), 'location') ?? '';
  }

  const patch = (path: string, offset: number, length: number): string =>
    [
      `PATCH ${path} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/partial-upload',
      `Upload-Offset: ${offset}`,
      'Upload-Complete: ?1',
      `Content-Length: ${length}`,
      '',
      '',
    ].join('\r\n');

  const rows: readonly (readonly [
    promise: string,
    request: string,
    wanted: Pick<UploadProgress, 'path' | 'files' | 'received' | 'length'>,
  ])[] = [
    [
      'of known length',
      `${put('a/new', 'Content-Length: 8')}half`,
      { path: 'a/new', files: 1, received: 4, length: 8 },
    ],
    [
      'in chunks',
      `${put('old', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`,
      { path: 'old', files: 1, received: 4, length: undefined },
    ],
    ['of a form, together', form, { path: 'a/b/two', files: 2, received: 8, length: 1000 }],
    [
      'that can be gone on with',
      `${put('new', 'Upload-Complete: ?1', 'Content-Length: 8')}half`,
      { path: 'new', files: 1, received: 4, length: 8 },
    ],
  ];
  for (const [promise, request, wanted] of rows) {
    it(`are told of after two seconds, and cancelled as if they had never been: one ${promise}`, async () => {
      const begun = performance.now();
      await client.write(request);
      const upload = await first();
      assert.ok((told[0]?.at ?? 0) - begun >= 1900);
      const { path, files, received, length, rate } = upload;
      assert.deepEqual({ path, files, received, length }, wanted);
      assert.ok(rate > 0 && rate < 4, `${rate} octets per second`);

      served.server.cancelUpload(upload.upload);
      const answer = await client.read();
      assert.deepEqual([answer.status, answer.body.toString()], [403, said]);
      assert.deepEqual(entries(), ['old']);
      assert.equal(readFileSync(join(served.directory, 'old'), 'utf8'), 'old');
      assert.equal((await served.logged(({ status }) => status === 403)).reason, said.trim());
      await next(none);
    });
  }

  it('are told of a few times a second, as they come, and once more when there are none', async () => {
    await client.write(`${put('new', 'Content-Length: 8')}1`);
    await first();
    const before = told.length;
    await client.write('23');
    const [more] = await next(([upload]) => upload?.received === 3);
    assert.equal(more?.length, 8);
    await next(() => told.length >= before + 3);
    const spans = told.slice(1).map(({ at }, i) => at - (told[i]?.at ?? 0));
    // A busy machine may be late with one, and then in time with the next.
    const mean = spans.reduce((sum, ms) => sum + ms, 0) / spans.length;
    assert.ok(mean > 200, `after ${spans.join(', ')} ms`);
    await client.write('45678');
    assert.equal((await client.read()).status, 201);
    await next(none);
    assert.equal(told.filter(({ uploads }) => none(uploads)).length, 1);
  });

  it('several at once, are told of together; the one that is cancelled ends, the others go on', async () => {
    const other = await served.client();
    await client.write(`${put('one', 'Content-Length: 8')}half`);
    await other.write(`${put('two', 'Content-Length: 8')}half`);
    const uploads = await next((each) => each.length === 2);
    served.server.cancelUpload(uploads.find(({ path }) => path === 'one')?.upload ?? 0);
    assert.equal((await client.read()).status, 403);
    await other.write('more');
    assert.equal((await other.read()).status, 201);
    assert.deepEqual(entries(), ['old', 'two']);
  });

  it('are cancelled under a client that goes on sending: it gets its answer, and the connection ends', async () => {
    await client.write(put('old', `Content-Length: ${1024 * MiB}`));
    // At a pace at which it takes longer than the two seconds.
    const sending = setInterval(() => void client.write(Buffer.alloc(MiB)), 10);
    try {
      served.server.cancelUpload((await first()).upload);
      const answer = await client.read();
      assert.deepEqual([answer.status, field(answer, 'connection')], [403, 'close']);
    } finally {
      clearInterval(sending);
      client.close();
    }
    assert.deepEqual(entries(), ['old']);
  });

  it('in several requests are told of while they come, not while nobody sends, and again when they are gone on with', async () => {
    const path = await create();
    await client.write(`${patch(path, 2, 6)}lf`);
    await next(([upload]) => upload?.received === 4 && upload.length === 8);
    client.reset();
    await next(none);
    client = await served.client();
    await client.write(`${patch(path, 4, 4)}me`);
    await next(([upload]) => upload?.received === 6);
    served.server.cancelUpload((await first()).upload);
    assert.equal((await client.read()).status, 403);
    assert.equal((await head(path)).status, 404);
    assert.deepEqual(entries(), ['old']);
  });

  it('are cancelled also between two requests', async () => {
    const path = await create();
    const { upload } = await first();
    assert.equal(unfinished(served.directory).length, 1);
    served.server.cancelUpload(upload);
    while (unfinished(served.directory).length > 0) await setImmediate();
    assert.equal((await head(path)).status, 404);
    assert.ok(!existsSync(join(served.directory, 'a')));
  });

  it('and have ended, are not cancelled any more', async () => {
    await client.write(`${put('new', 'Content-Length: 8')}half`);
    const { upload } = await first();
    await client.write('more');
    assert.equal((await client.read()).status, 201);
    served.server.cancelUpload(upload);
    await client.write(`${put('newer', 'Content-Length: 8')}half`);
    served.server.cancelUpload(upload);
    await client.write('more');
    assert.equal((await client.read()).status, 201);
    assert.deepEqual(entries(), ['new', 'newer', 'old']);
  });

  it('are all that is told of: quick ones are not', async () => {
    const other = await served.client();
    await other.write(`${put('slow', 'Content-Length: 8')}half`);
    const until = performance.now() + 2500;
    while (performance.now() < until) {
      await client.write(`${put('quick', 'Content-Length: 1')}x`);
      assert.ok((await client.read()).status < 300);
    }
    await first();
    assert.ok(told.flatMap(({ uploads }) => uploads).every(({ path }) => path === 'slow'));
  });
});
