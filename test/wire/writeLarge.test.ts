/** A big upload streams to the disk: memory stays as it is, however it comes. */
import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultOptions, MiB } from '../../src/options';
import type { RawClient, RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { ServerProcess } from '../support/programs/serverProcess';

const piece = Buffer.alloc(MiB, 'piece');

interface Way {
  readonly promise: string;
  /** The head and what is before the content, given the content's length. */
  readonly begin: (octets: number) => string;
  readonly around?: readonly [before: string, after: string];
  readonly end: string;
}

const put = (...fields: string[]): string =>
  ['PUT /files/big HTTP/1.1', 'Host: localhost', ...fields, '', ''].join('\r\n');
const partHead = '--x\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n';
const formEnd = '\r\n--x--\r\n';
const form = (octets: number): string =>
  [
    'POST /files/ HTTP/1.1',
    'Host: localhost',
    'Content-Type: multipart/form-data; boundary=x',
    `Content-Length: ${partHead.length + octets + formEnd.length}`,
    '',
    partHead,
  ].join('\r\n');

const ways: readonly Way[] = [
  { promise: 'of known length', begin: (octets) => put(`Content-Length: ${octets}`), end: '' },
  {
    promise: 'in chunks',
    begin: () => put('Transfer-Encoding: chunked'),
    around: [`${MiB.toString(16)}\r\n`, '\r\n'],
    end: '0\r\n\r\n',
  },
  { promise: 'of a form', begin: form, end: formEnd },
  {
    promise: 'that can be gone on with',
    begin: (octets) => put(`Content-Length: ${octets}`, 'Upload-Complete: ?1'),
    end: '',
  },
  {
    promise: 'with a digest of it',
    begin: (octets) => put(`Content-Length: ${octets}`, 'Content-Digest: sha-256=:AAAA:'),
    end: '',
  },
];

describe('a big upload', function () {
  this.timeout(600_000);
  this.slow(20_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: ServerProcess;
  let client: RawClient;
  beforeEach(async () => {
    folder = await temporaryFolder();
    server = await ServerProcess.start({ ...defaultOptions, directory: folder.path });
    client = await server.client();
  });
  afterEach(async () => {
    client.close();
    await server.stop();
    await folder.remove();
  });

  async function upload({ begin, around: [before, after] = ['', ''], end }: Way, pieces: number): Promise<RawResponse> {
    await client.write(begin(pieces * MiB));
    for (let i = 0; i < pieces; i++) {
      if (before !== '') void client.write(before);
      await client.write(piece);
      if (after !== '') void client.write(after);
    }
    await client.write(end);
    return client.read();
  }

  for (const way of ways) {
    it(`${way.promise} takes no more memory than a small one`, async () => {
      const expected = way.promise.includes('digest') ? 400 : 201;
      assert.equal((await upload(way, 64)).status, expected);
      const file = join(folder.path, 'big');
      rmSync(file, { force: true });
      const before = await server.peakMemory();
      assert.equal((await upload(way, 192)).status, expected);
      const grown = (await server.peakMemory()) - before;
      // What is garbage, and not collected yet, depends on the machine's load.
      assert.ok(grown < 64 * MiB, `${Math.round(grown / MiB)} MiB more`);
      if (expected === 201) assert.equal(statSync(file).size, 192 * MiB);
    });
  }
});
