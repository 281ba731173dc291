/** A resumable upload outlives its server: the next one of this user goes on with it until its end, and judges it anew. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ownPrivateFolders } from '../../src/files/unfinished/privateFolder';
import { sweep } from '../../src/files/unfinished/serverFolder';
import { defaultLimits, defaultOptions, type Limits, type Options } from '../../src/options';
import { serve, type Server } from '../../src/serve';
import { RawClient, type RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { defaultTls } from '../support/tls';
import { needsPosix, needsProgram, needsSuperuser } from '../support/needs';
import { unfinished } from '../support/disk/unfinished';

const field = ({ head }: RawResponse, name: string): string | undefined =>
  new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(head)?.[1];

describe('a resumable upload outlives its server', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let directory: string;
  let server: Server | undefined;
  let client: RawClient;
  beforeEach(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'site');
    mkdirSync(directory);
    writeFileSync(join(directory, 'old.txt'), 'old');
    await start();
  });
  afterEach(async () => {
    await stop();
    rmSync(ownPrivateFolders()[0] ?? '', { recursive: true, force: true });
    await folder.remove();
  });

  async function start(options: Partial<Options> = {}, limits: Partial<Limits> = {}, isPassing = false): Promise<void> {
    const tls = await defaultTls();
    const all = {
      ...defaultOptions,
      tls,
      directory,
      host: '127.0.0.1',
      port: 0,
      limits: { ...defaultLimits, ...limits },
    };
    server = await serve({ ...all, ...options }, { onExchange: () => undefined, isPassing });
    client = await RawClient.connect(server.address.port);
  }

  async function stop(): Promise<void> {
    client.close();
    await server?.stop(0);
    server = undefined;
  }

  async function restart(options: Partial<Options> = {}, limits: Partial<Limits> = {}): Promise<void> {
    await stop();
    await start(options, limits);
  }

  async function ask(method: string, target: string, fields: readonly string[], body = ''): Promise<RawResponse> {
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', `Content-Length: ${body.length}`, ...fields];
    await client.write([...lines, '', body].join('\r\n'));
    return client.read(method);
  }

  const create = async (path: string, body: string, ...fields: string[]): Promise<string> => {
    const answer = await ask('PUT', `/files/${path}`, ['Upload-Complete: ?0', ...fields], body);
    assert.equal(answer.status, 201, answer.body.toString());
    return field(answer, 'location') ?? '';
  };

  const append = (upload: string, offset: number, body: string, ...fields: string[]): Promise<RawResponse> => {
    const own = [`Upload-Offset: ${offset}`, 'Content-Type: application/partial-upload', 'Upload-Complete: ?1'];
    return ask('PATCH', upload, [...own, ...fields], body);
  };

  const offsetOf = async (upload: string): Promise<string> => {
    const answer = await ask('HEAD', upload, []);
    return answer.status === 204 ? (field(answer, 'upload-offset') ?? '') : String(answer.status);
  };

  const text = (path: string): string => readFileSync(join(directory, path), 'utf8');
  const left = (): string[] => unfinished(directory);
  const digest = (content: string): string => createHash('sha256').update(content).digest('base64');
  const records = (): string => join(ownPrivateFolders()[0] ?? '', 'uploads');

  it('and is completed at the next, or the one after that', async () => {
    const upload = await create('a/new.txt', 'one, ', 'Upload-Length: 15');
    assert.equal(existsSync(join(directory, 'a')), false);
    await restart();
    assert.equal(await offsetOf(upload), '5');
    await restart();
    assert.equal(field(await ask('HEAD', upload, []), 'upload-length'), '15');
    const done = await append(upload, 5, 'two, three');
    assert.deepEqual([done.status, field(done, 'location')], [201, '/files/a/new.txt']);
    assert.equal(text('a/new.txt'), 'one, two, three');
    assert.deepEqual(left(), []);
  });

  it('and when it is complete, says so to a client that has not heard of it, whatever is there by now', async () => {
    const fields = ['If-None-Match: *', 'X-OC-Mtime: 1000000000', 'Want-Repr-Digest: sha-256=1'];
    const upload = await create('new.txt', 'one, ', ...fields);
    const done = await append(upload, 5, 'two');
    for (const isAnotherServer of [false, true]) {
      if (isAnotherServer) await restart();
      const state = await ask('HEAD', upload, []);
      const told = ['upload-complete', 'upload-offset', 'upload-length'].map((name) => field(state, name));
      assert.deepEqual([state.status, ...told], [204, '?1', '8', '8']);
      const again = await append(upload, 8, '');
      const names = ['location', 'x-oc-mtime', 'repr-digest', 'upload-offset', 'upload-complete'];
      assert.deepEqual(
        [again.status, ...names.map((name) => field(again, name))],
        [201, ...names.map((name) => field(done, name))],
      );
      assert.deepEqual([(await append(upload, 5, 'two')).status, (await append(upload, 8, 'x')).status], [409, 400]);
    }
    assert.equal(text('new.txt'), 'one, two');
    assert.equal((await ask('DELETE', upload, [])).status, 204);
    await restart();
    assert.deepEqual([left(), existsSync(records()), await offsetOf(upload)], [[], false, '404']);
    assert.equal(text('new.txt'), 'one, two');
  });

  it('and is not noted if it was complete at once, so that nobody was told of it', async () => {
    assert.equal((await ask('PUT', '/files/new.txt', ['Upload-Complete: ?1'], 'all')).status, 201);
    await restart();
    assert.equal(existsSync(records()), false);
  });

  it('with nothing of it below the served folder but its content, if that has to be there', async () => {
    await create('new.txt', 'half');
    await stop();
    const found = readdirSync(directory, { recursive: true }).filter((name) => name !== 'old.txt');
    assert.ok(
      found.every((name) => String(name).startsWith('.http-server-')),
      found.join(),
    );
    assert.equal(readdirSync(records()).length, 1);
  });

  it('with its digest, which is made again of the file', async () => {
    for (const [told, status] of [
      ['one, two', 201],
      ['another', 400],
    ] as const) {
      const upload = await create(
        'new.txt',
        'one, ',
        `Repr-Digest: sha-256=:${digest(told)}:`,
        'Want-Repr-Digest: sha-256=1',
      );
      await restart();
      const done = await append(upload, 5, 'two');
      assert.equal(done.status, status);
      if (status === 201) assert.equal(field(done, 'repr-digest'), `sha-256=:${digest(told)}:`);
      rmSync(join(directory, 'new.txt'), { force: true });
      assert.deepEqual(left(), []);
    }
  });

  it('without what had come of a part whose digest was never checked', async () => {
    const upload = await create('new.txt', 'one, ');
    const fields = [`Content-Digest: sha-256=:${digest('two, three')}:`, 'Upload-Offset: 5', 'Upload-Complete: ?0'];
    const lines = [
      `PATCH ${upload} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/partial-upload',
      ...fields,
    ];
    await client.write([...lines, 'Content-Length: 10', '', 'two, '].join('\r\n'));
    while (readFileSync(left()[0] ?? '').length < 10) await setImmediate();
    const [path = ''] = readdirSync(records());
    const record = readFileSync(join(records(), path), 'utf8');
    assert.equal((JSON.parse(record) as { size: number }).size, 5);
    const temporary = left()[0] ?? '';
    const content = readFileSync(temporary);
    await stop();
    // As a server leaves it that is killed.
    writeFileSync(join(records(), path), record);
    writeFileSync(temporary, content);
    await start();
    assert.equal(await offsetOf(upload), '5');
    assert.equal((await append(upload, 5, 'two')).status, 201);
    assert.equal(text('new.txt'), 'one, two');
  });

  it('and keeps its preconditions, and the time it was to have', async () => {
    const upload = await create('new.txt', 'half ', 'If-None-Match: *', 'X-OC-Mtime: 1000000000');
    const other = await create('other.txt', 'half ', 'If-None-Match: *');
    await restart();
    writeFileSync(join(directory, 'other.txt'), 'theirs');
    assert.equal((await append(other, 5, 'more')).status, 412);
    assert.equal(text('other.txt'), 'theirs');
    assert.equal(field(await append(upload, 5, 'more'), 'x-oc-mtime'), 'accepted');
  });

  const anew: readonly (readonly [
    promise: string,
    status: number,
    change: () => Partial<Options>,
    limits?: Partial<Limits>,
  ])[] = [
    ['what is excluded by now', 403, () => ({ exclude: ['*.txt'] })],
    ['another folder', 404, () => ({ directory: folder.path })],
    ['a size that is not allowed any more', 413, () => ({}), { body: 2 }],
    ['a folder of its name', 409, () => (mkdirSync(join(directory, 'new.txt')), {})],
    ['a link that leads out of its name', 403, () => (symlinkSync('../x', join(directory, 'new.txt')), {})],
    ['a server that only reads', 404, () => ({ access: 'readOnly' })],
  ];
  for (const [promise, status, change, limits] of anew) {
    it(`but not to ${promise}: ${status}`, async () => {
      const upload = await create('new.txt', 'half ');
      await stop();
      await start(change(), limits);
      const answer = await append(upload, 5, 'more');
      assert.ok(
        status === answer.status || (promise.includes('only reads') && answer.status === 405),
        String(answer.status),
      );
      if (status !== 404 && status !== 413) assert.equal(field(answer, 'upload-complete'), '?0');
      assert.equal(existsSync(join(directory, '../x')), false);
    });
  }

  it('and gets a number in what is a drop box by now, rather than replace anything', async () => {
    const answer = await ask('POST', '/files/old.txt', ['Upload-Complete: ?0'], 'half ');
    await restart({ access: 'dropBox' });
    const done = await append(field(answer, 'location') ?? '', 5, 'more');
    assert.deepEqual([done.status, field(done, 'location')], [201, '/files/old%20%282%29.txt']);
    assert.equal(text('old.txt'), 'old');
  });

  for (const method of ['POST', 'PUT']) {
    it(`but not what a drop box has begun, where files are replaced by now: ${method}`, async () => {
      await restart({ access: 'dropBox' });
      const answer = await ask(method, '/files/new.txt', ['Upload-Complete: ?0'], 'half ');
      writeFileSync(join(directory, 'new.txt'), 'mine');
      await restart();
      assert.equal((await append(field(answer, 'location') ?? '', 5, 'more')).status, 404);
      assert.equal(text('new.txt'), 'mine');
      assert.deepEqual(left(), []);
    });
  }

  it('until its end, which is a date; any server clears it then', async () => {
    const upload = await create('new.txt', 'half ');
    await stop();
    const [name = ''] = readdirSync(records());
    const record = JSON.parse(readFileSync(join(records(), name), 'utf8')) as { ends: string };
    assert.ok(Math.abs(Date.parse(record.ends) - Date.now() - defaultLimits.resumeTimeout) < 3_600_000);
    writeFileSync(join(records(), name), JSON.stringify({ ...record, ends: new Date(Date.now() - 1).toISOString() }));
    // Of another folder, but of the same user.
    await start({ directory: folder.path });
    assert.deepEqual([left(), existsSync(records())], [[], false]);
    await restart();
    assert.equal(await offsetOf(upload), '404');
  });

  it('and is left alone as long as its server lives', async () => {
    const upload = await create('new.txt', 'half ');
    const [first, firstClient] = [server, client];
    await start();
    assert.equal(await offsetOf(upload), '404');
    assert.equal(left().length, 1);
    await stop();
    [server, client] = [first, firstClient];
    assert.equal((await append(upload, 5, 'more')).status, 201);
  });

  it('and is gone on with by one alone of those who ask at the same time', async () => {
    const upload = await create('new.txt', 'half ');
    await stop();
    await start();
    const [first, firstClient] = [server, client];
    await start();
    const second = client;
    const head = `HEAD ${upload} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    await Promise.all([firstClient.write(head + head), second.write(head + head)]);
    const statuses = [
      await firstClient.read('HEAD'),
      await firstClient.read('HEAD'),
      await second.read('HEAD'),
      await second.read('HEAD'),
    ];
    assert.deepEqual(statuses.map(({ status }) => status).sort(), [204, 204, 404, 404]);
    firstClient.close();
    await first?.stop(0);
  });

  it('but not what was cancelled, is gone, or was never there', async () => {
    const cancelled = await create('1.txt', 'half ');
    const gone = await create('2.txt', 'half ');
    await restart();
    assert.equal((await ask('DELETE', cancelled, [])).status, 204);
    for (const path of left()) rmSync(path);
    await restart();
    for (const upload of [cancelled, gone, `/.http-server/uploads/${'0'.repeat(32)}`])
      assert.equal(await offsetOf(upload), '404');
  });

  const replaced: readonly (readonly [
    promise: string,
    status: number,
    replace: (path: string, other: string) => void,
    needed: (context: Mocha.Context) => void,
  ])[] = [
    ['that has a second name by now', 404, (path, other) => linkSync(path, other), needsPosix],
    [
      'in whose place is a link',
      403,
      (path, other) => {
        renameSync(path, other);
        symlinkSync(other, path);
      },
      needsPosix,
    ],
    [
      'in whose place is a pipe',
      404,
      (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
      (context) => needsProgram(context, 'mkfifo'),
    ],
    ['that is somebody else’s by now', 404, (path) => chownSync(path, 65_534, 65_534), needsSuperuser],
  ];
  for (const [promise, status, replace, needed] of replaced) {
    it(`but not one ${promise}: ${status}`, async function () {
      needed(this);
      const upload = await create('new.txt', 'half ');
      await stop();
      const [path = ''] = left();
      const other = join(folder.path, 'other');
      replace(path, other);
      await start();
      assert.equal((await append(upload, 5, 'more')).status, status);
      assert.equal(existsSync(join(directory, 'new.txt')), false);
      if (existsSync(other)) assert.equal(readFileSync(other, 'utf8'), 'half ');
      assert.deepEqual(left(), []);
    });
  }

  it('but not that of a share', async () => {
    await stop();
    await start({}, {}, true);
    const upload = await create('new.txt', 'half ');
    await restart();
    assert.deepEqual([left(), await offsetOf(upload)], [[], '404']);
  });

  it('and what cannot be read of it is nothing', async () => {
    const upload = await create('new.txt', 'half ');
    await stop();
    const [name = ''] = readdirSync(records());
    truncateSync(join(records(), name), 20);
    await start();
    assert.equal(await offsetOf(upload), '404');
    await sweep(ownPrivateFolders()[0] ?? '');
    assert.deepEqual(left(), []);
  });
});
