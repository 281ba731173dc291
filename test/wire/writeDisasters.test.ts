/** A server that is killed, and a disk that is full. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { defaultOptions, MiB, type Options } from '../../src/options';
import type { RawClient, RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { ServerProcess } from '../support/programs/serverProcess';
import { needs, needsLinux, needsPosix } from '../support/needs';
import { unfinished } from '../support/disk/unfinished';

const put = (length: number, path = 'file'): string =>
  `PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

describe('storing', function () {
  this.slow(2000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let options: Options;
  let servers: ServerProcess[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    options = { ...defaultOptions, directory: folder.path };
    servers = [];
    writeFileSync(join(folder.path, 'file'), 'old');
  });
  afterEach(async () => {
    for (const server of servers) await server.stop();
    await folder.remove();
  });

  async function start(wrapper: readonly string[] = []): Promise<ServerProcess> {
    const server = await ServerProcess.start(options, wrapper);
    servers.push(server);
    return server;
  }

  /** Resolves when so many unfinished files have some content. */
  async function begun(count: number): Promise<void> {
    const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    while (unfinished(folder.path).filter((path) => size(path) > 0).length < count) await setImmediate();
  }

  it('in a server that is killed leaves the old file, and nothing once the next server has started', async () => {
    const server = await start();
    mkdirSync(join(folder.path, 'sub/new'), { recursive: true });
    mkdirSync(join(folder.path, 'empty'));
    const clients = await Promise.all([1, 2, 3, 4].map(() => server.client()));
    for (const client of clients.slice(0, 2)) await client.write(`${put(MiB)}new`);
    await clients[2]?.write(`${put(MiB, 'sub/new/file')}new`);
    await clients[3]?.write(`${put(MiB, 'empty/made/for/it')}new`);
    await begun(4);
    assert.deepEqual(readdirSync(folder.path, { recursive: true }).sort(), ['empty', 'file', 'sub', 'sub/new']);
    servers = [];
    await server.kill();
    clients.forEach((client) => client.close());
    assert.equal(unfinished(folder.path).length, 4);

    await start();
    assert.deepEqual(unfinished(folder.path), []);
    assert.deepEqual(readdirSync(join(folder.path, 'empty')), []);
    assert.equal(readFileSync(join(folder.path, 'file'), 'utf8'), 'old');
  });

  it('goes on in a server while another one starts', async () => {
    const server = await start();
    const client = await server.client();
    await client.write(`${put(6)}new`);
    await begun(1);
    await start();
    assert.equal(unfinished(folder.path).length, 1);
    await client.write('est');
    assert.equal((await client.read()).status, 204);
    client.close();
    assert.equal(readFileSync(join(folder.path, 'file'), 'utf8'), 'newest');
  });

  /** The answer to an upload of so many octets, whether or not they all could be sent. */
  async function upload(client: RawClient, octets: number, path: string): Promise<RawResponse> {
    await client.write(put(octets, path));
    const sent = client.write(Buffer.alloc(octets, 'x'));
    const answer = await client.read();
    if (answer.status < 300) await sent;
    return answer;
  }

  async function fillUp(server: ServerProcess, directory: string): Promise<void> {
    const all = (): string[] => readdirSync(directory).sort();
    for (const path of ['file', 'new', 'a/b/new']) {
      const before = all();
      const client = await server.client();
      assert.equal((await upload(client, 4 * MiB, path)).status, 507);
      client.close();
      assert.deepEqual(all(), before);
    }
    // There is as much room as before.
    const client = await server.client();
    assert.equal((await upload(client, MiB / 2, 'fits')).status, 201);
    assert.equal((await upload(client, MiB / 4, 'file')).status, 204);
    client.close();
    assert.deepEqual(all(), ['file', 'fits']);
    assert.equal(statSync(join(directory, 'file')).size, MiB / 4);
  }

  it('more than the disk takes: 507, and nothing is changed', async function () {
    const namespace = ['unshare', '--user', '--map-root-user', '--mount'];
    const script = `mount -t tmpfs -o size=1m none "$0" && echo old > "$0/file" && exec "$@"`;
    const wrapper = [...namespace, 'sh', '-c', script, folder.path];
    needsLinux(this);
    const isAllowed = spawnSync('unshare', [...wrapper.slice(1), 'true']).status === 0;
    needs(this, 'unshare, and leave to use it', isAllowed);
    const server = await start(wrapper);
    await fillUp(server, `/proc/${server.pid}/root${folder.path}`);
  });

  it('more than a file may have: 507, and nothing is changed', async function () {
    needsPosix(this);
    const server = await start(['sh', '-c', 'ulimit -f 2048 && exec "$@"', 'sh']);
    await fillUp(server, folder.path);
  });
});
