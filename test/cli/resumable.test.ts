/** A resumable upload outlives the program that was killed in the midst of it: the one started next goes on with it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawClient, type RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { endPrograms, TerminalProgram } from '../support/programs/terminalProgram';

const field = ({ head }: RawResponse, name: string): string =>
  new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(head)?.[1] ?? '';

describe('a resumable upload, and a program that is killed', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cache: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    cache = await temporaryFolder();
  });
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
    await cache.remove();
  });

  const start = (): TerminalProgram =>
    new TerminalProgram(['--directory', folder.path, '--port', '0'], { env: { XDG_CACHE_HOME: cache.path } });

  it('is gone on with where it was, and is what was sent', async () => {
    const content = randomBytes(4 * 1024 * 1024);
    const half = content.length / 2;
    const first = start();
    let client = await RawClient.connect(await first.port());
    const digest = createHash('sha256').update(content).digest('base64');
    const head = ['Host: localhost', 'Upload-Complete: ?0', `Repr-Digest: sha-256=:${digest}:`];
    await client.write(['PUT /files/a/big HTTP/1.1', ...head, `Content-Length: ${half}`, '', ''].join('\r\n'));
    await client.write(content.subarray(0, half));
    const upload = field(await client.read(), 'location');
    // Some of the rest is on its way when it happens.
    const patch = [...['Host: localhost', 'Content-Type: application/partial-upload', 'Upload-Complete: ?1']];
    const rest = `Content-Length: ${half}`;
    await client.write([`PATCH ${upload} HTTP/1.1`, ...patch, `Upload-Offset: ${half}`, rest, '', ''].join('\r\n'));
    await client.write(content.subarray(half, half + 100_000));
    first.child.kill('SIGKILL');
    await first.ended;
    client.close();

    const second = start();
    client = await RawClient.connect(await second.port());
    await client.write(`HEAD ${upload} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const offset = Number(field(await client.read('HEAD'), 'upload-offset'));
    assert.ok(offset >= half && offset <= half + 100_000, String(offset));
    const lines = [`PATCH ${upload} HTTP/1.1`, ...patch, `Upload-Offset: ${offset}`];
    await client.write([...lines, `Content-Length: ${content.length - offset}`, '', ''].join('\r\n'));
    await client.write(content.subarray(offset));
    assert.equal((await client.read()).status, 201);
    assert.ok(readFileSync(join(folder.path, 'a/big')).equals(content));
    client.close();
    second.child.kill('SIGKILL');
    await second.ended;

    // The answer may have been lost with the program.
    const third = start();
    client = await RawClient.connect(await third.port());
    const again = [`PATCH ${upload} HTTP/1.1`, ...patch, `Upload-Offset: ${content.length}`, 'Content-Length: 0'];
    await client.write([...again, '', ''].join('\r\n'));
    const answer = await client.read();
    assert.deepEqual([answer.status, field(answer, 'location')], [201, '/files/a/big']);
    await client.write(`DELETE ${upload} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.equal((await client.read()).status, 204);
    client.close();
    await third.stop();
    assert.deepEqual(readdirSync(folder.path), ['a']);
    assert.deepEqual(readdirSync(cache.path), []);
  });
});
