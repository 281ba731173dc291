/** A worker that dies in the midst of uploads: the next one in the same process cleans up behind it. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FromWorker } from '../../src/messages';
import { defaultOptions, type Options } from '../../src/options';
import { openDescriptors } from '../support/folder';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { defaultTls } from '../support/tls';
import { unfinished } from '../support/disk/unfinished';

const head = (line: string, ...fields: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');

const part = '--x\r\nContent-Disposition: form-data; name="f"; filename="new/form.txt"\r\n\r\nhalf';

/** Each has sent some of its content. */
const uploads = {
  'a plain one': `${head('PUT /files/old.txt', 'Content-Length: 1000')}half`,
  'one in chunks': `${head('POST /files/a/b/c.txt', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`,
  'a form': head('POST /files/', 'Content-Length: 999999', 'Content-Type: multipart/form-data; boundary=x') + part,
  'one in several requests': `${head('PUT /files/d/parts.txt', 'Upload-Complete: ?0', 'Content-Length: 4')}half`,
};

describe('a worker that dies in the midst of uploads', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let options: Options;
  let workers: Worker[];
  let clients: RawClient[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    options = { ...defaultOptions, directory: folder.path, host: '127.0.0.1', port: 0, tls: await defaultTls() };
    [workers, clients] = [[], []];
    writeFileSync(join(folder.path, 'old.txt'), 'old');
    mkdirSync(join(folder.path, 'kept'));
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    for (const worker of workers) await worker.terminate();
    for (const path of unfinished(folder.path)) rmSync(path);
    await folder.remove();
  });

  /** Resolves to the port. */
  function start(): Promise<number> {
    const worker = new Worker(join(__dirname, '../../src/worker.js'));
    workers.push(worker);
    worker.postMessage({ type: 'start', id: 1, options });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'listening') resolve(message.listening.port);
        if (message.type === 'failed') reject(new Error(message.failure.message));
      });
    });
  }

  const entries = (): string[] => (readdirSync(folder.path, { recursive: true }) as string[]).sort();
  const begun = (): string[] =>
    unfinished(folder.path).filter((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);

  it('leaves the old file, and nothing else once the next one has started', async () => {
    const port = await start();
    const descriptors = openDescriptors() ?? 0;
    for (const bytes of Object.values(uploads)) {
      const client = await RawClient.connect(port);
      clients.push(client);
      await client.write(bytes);
    }
    // The last one is answered when what it sent is kept.
    while (((await clients.at(-1)?.read())?.status ?? 200) < 200);
    while (begun().length < 3 || unfinished(folder.path).length < 4) await setImmediate();
    await workers[0]?.terminate();
    assert.ok(begun().length >= 3, 'the files are left for the next one');
    assert.equal(readFileSync(join(folder.path, 'old.txt'), 'utf8'), 'old');
    assert.ok((openDescriptors() ?? 0) <= descriptors + clients.length, 'the descriptors of the uploads are closed');

    await start();
    assert.deepEqual(entries(), ['kept', 'old.txt']);
    // What its client can go on with.
    assert.deepEqual(
      unfinished(folder.path).map((path) => readFileSync(path, 'utf8')),
      ['half'],
    );
    assert.equal(readFileSync(join(folder.path, 'old.txt'), 'utf8'), 'old');
  });
});
