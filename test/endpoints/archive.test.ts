/** `GET /files/{folder}/?zip`: what real programs read is the folder, of the length that was told. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isByteSource } from '../../src/http/wire/encode';
import { defaultLimits } from '../../src/options';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs, needsProgram } from '../support/needs';
import { ask, makeRequest, respond, type Answer } from '../support/request';

describe('an archive of a folder', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('d/a.txt', 'a').write('d/sub/b.txt', 'bb').write('d/sub/deep/c.txt', '').write('top.txt', 't');
    folder.write('d/.env', 'secret').write('d/sub/key.pem', 'secret').write('../outside/o.txt', 'secret');
    mkdirSync(folder.at('d/empty'));
  });
  afterEach(() => folder.remove());

  const zip = (path = 'd/?zip'): Promise<Answer> => ask(folder.router(), 'GET', `/files/${path}`);

  /** Writes the archive beside the folder, and has `unzip` test it. */
  function tested({ body, status, text }: Answer): string {
    assert.equal(status, 200, text.slice(0, 200));
    const file = folder.at('../archive.zip');
    writeFileSync(file, body);
    execFileSync('unzip', ['-tqq', file]);
    return file;
  }

  const namesIn = (answer: Answer): string[] =>
    execFileSync('unzip', ['-Z1', tested(answer)], { encoding: 'utf8' })
      .split('\n')
      .slice(0, -1);

  /** Unpacks the archive, and returns where. */
  function unpacked(answer: Answer): string {
    const to = folder.at('../unpacked');
    execFileSync('unzip', ['-qq', tested(answer), '-d', to], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    return to;
  }

  const rows: readonly (readonly [promise: string, query: string, names: readonly string[]])[] = [
    ['all of it', 'd/?zip', ['a.txt', 'empty/', 'sub/', 'sub/b.txt', 'sub/deep/', 'sub/deep/c.txt']],
    [
      'all of it, by an empty value',
      'd/?zip=',
      ['a.txt', 'empty/', 'sub/', 'sub/b.txt', 'sub/deep/', 'sub/deep/c.txt'],
    ],
    ['beside other parameters', 'd/?x=1&zip', ['a.txt', 'empty/', 'sub/', 'sub/b.txt', 'sub/deep/', 'sub/deep/c.txt']],
    ['one file', 'd/?zip=a.txt', ['a.txt']],
    ['one folder', 'd/?zip=sub', ['sub/', 'sub/b.txt', 'sub/deep/', 'sub/deep/c.txt']],
    ['some, each once', 'd/?zip=empty&zip=a.txt&zip=a.txt', ['a.txt', 'empty/']],
    ['an empty folder', 'd/empty/?zip', []],
  ];
  for (const [promise, query, names] of rows) {
    it(`${promise}, and nothing that is excluded`, async function () {
      needsProgram(this, 'unzip');
      const answer = await zip(query);
      if (names.length === 0) {
        assert.deepEqual([answer.status, answer.body.length], [200, 22]);
        return;
      }
      assert.deepEqual(namesIn(answer), names);
    });
  }

  const refused: readonly (readonly [promise: string, query: string, status: number])[] = [
    ['an entry that is not there', 'd/?zip=none', 404],
    ['one that is there and one that is not', 'd/?zip=a.txt&zip=none', 404],
    ['an excluded entry', 'd/?zip=.env', 404],
    ['an entry of an entry', 'd/?zip=sub/b.txt', 404],
    ['an entry of an entry, encoded', 'd/?zip=sub%2Fb.txt', 404],
    ['the folder above', 'd/?zip=..', 404],
    ['the folder itself', 'd/?zip=.', 404],
    ['a backslash', 'd/?zip=sub%5Cb.txt', 404],
    ['a NUL', 'd/?zip=a%00', 404],
    ['a folder that is not there', 'none/?zip', 404],
    ['a file', 'top.txt/?zip', 404],
    ['an excluded folder', '.git/?zip', 404],
    ['outside', '../outside/?zip', 400],
  ];
  for (const [promise, query, status] of refused) {
    it(`${promise}: ${status}`, async () => assert.equal((await zip(query)).status, status));
  }

  it('is told as what it is: type, length, name; no ranges, no coding', async () => {
    const router = folder.router();
    const { fields, body } = await ask(router, 'GET', '/files/d/?zip', {
      Range: 'bytes=0-1',
      'Accept-Encoding': 'gzip',
    });
    assert.equal(fields.get('content-type'), 'application/zip');
    assert.equal(fields.get('content-disposition'), 'attachment; filename="d.zip"');
    assert.equal(fields.get('accept-ranges'), 'none');
    assert.equal(fields.get('content-encoding'), undefined);
    const response = await respond(router, makeRequest('GET', '/files/d/?zip'));
    assert.ok(isByteSource(response.body));
    assert.equal(response.body.length, body.length);
    response.body.close();
  });

  const dispositions: readonly (readonly [path: string, value: string])[] = [
    ['?zip=d', 'attachment; filename="d.zip"'],
    ['?zip', 'attachment; filename="files.zip"'],
    ['%C3%BC/?zip', 'attachment; filename="_.zip"; filename*=UTF-8\'\'%C3%BC.zip'],
    ['q%22%27%25(1)*%0A/?zip', "attachment; filename=\"q_'_(1)*_.zip\"; filename*=UTF-8''q%22%27%25%281%29%2A%0A.zip"],
  ];
  for (const [path, value] of dispositions) {
    it(`names itself after what it has: ${path}`, async function () {
      needs(this, 'a file system that takes any name', process.platform !== 'win32');
      for (const name of ['\u00fc', 'q"\'%(1)*\n']) mkdirSync(folder.at(name));
      assert.equal((await zip(path)).fields.get('content-disposition'), value);
    });
  }

  it('comes back as it was: names of any script, content, times, and what may be run', async function () {
    needsProgram(this, 'unzip');
    const names = ['\u00fc.txt', '\u65e5\u672c', '\ud83d\ude00.bin', 'a b', `${'\u00e9'.repeat(120)}.x`];
    for (const [i, name] of names.entries()) folder.write(`n/${name}`, Buffer.alloc(i * 100_003, i));
    chmodSync(folder.at('n/a b'), 0o755);
    utimesSync(folder.at('n/a b'), 1_234_567_891, 1_234_567_891);
    const to = unpacked(await zip('n/?zip'));
    assert.deepEqual(readdirSync(to).sort(), [...names].sort());
    for (const name of names) assert.deepEqual(readFileSync(join(to, name)), readFileSync(folder.at(`n/${name}`)));
    const { mode, mtimeMs } = statSync(join(to, 'a b'));
    assert.deepEqual([mode & 0o111, mtimeMs], [0o111, 1_234_567_891_000]);
  });

  it('follows no link to a folder, and has the files that links lead to, inside only', async function () {
    needsProgram(this, 'unzip');
    folder.link('l/folder', '../d').link('l/file', '../top.txt').link('l/out', '../../outside/o.txt');
    folder.link('l/hidden', '../d/.env').link('l/loop', 'loop').link('l/up', '..').link('l/nowhere', 'none');
    assert.deepEqual(namesIn(await zip('l/?zip')), ['file']);
    assert.equal(readFileSync(join(unpacked(await zip('l/?zip')), 'file'), 'utf8'), 't');
    for (const name of ['folder', 'out', 'hidden', 'up', 'nowhere'])
      assert.equal((await zip(`l/?zip=${name}`)).status, 404, name);
  });

  it('has ten thousand files, and seventy thousand, which are more than 16 bits count', async function () {
    needsProgram(this, 'unzip');
    this.timeout(600_000);
    mkdirSync(folder.at('many'));
    for (let i = 0; i < 70_000; i++) {
      if (i === 10_000) assert.equal(namesIn(await zip('many/?zip')).length, 10_000);
      closeSync(openSync(folder.at(`many/${i}`), 'w'));
    }
    assert.equal(namesIn(await zip('many/?zip')).length, 70_000);
  });

  it('tells the length of what has files and offsets of more than 32 bits', async function () {
    const large = 0x1_0000_0000 + 5;
    for (const name of ['h/1', 'h/3']) folder.write(name, 'end');
    try {
      folder.write('h/2', '');
      truncateSync(folder.at('h/2'), large);
    } catch {
      needs(this, 'a file system that keeps large files without their zeros', false);
    }
    needs(this, 'a file system that keeps large files without their zeros', statSync(folder.at('h/2')).blocks < 1000);
    const response = await respond(folder.router(), makeRequest('GET', '/files/h/?zip'));
    assert.ok(isByteSource(response.body));
    // Three local headers of 40 octets, and 20 more for Zip64, descriptors of 16, 24 and 16, central headers of 56, 76 and 68.
    const around = 3 * 40 + 20 + (16 + 24 + 16) + (56 + 76 + 68) + 98;
    assert.equal(response.body.length, 3 + large + 3 + around);
    response.body.close();
  });

  it('sends no more than two at a time: 503, until one has ended', async () => {
    const router = folder.router();
    const begin = async (): Promise<Awaited<ReturnType<typeof respond>>> =>
      respond(router, makeRequest('GET', '/files/d/?zip'));
    const [one, two, three] = [await begin(), await begin(), await begin()];
    assert.deepEqual([one.status, two.status, three.status], [200, 200, 503]);
    assert.ok(three.fields.some(([name]) => name === 'Retry-After'));
    if (isByteSource(one.body)) one.body.close();
    const four = await begin();
    assert.equal(four.status, 200);
    for (const { body } of [two, four]) if (isByteSource(body)) body.close();
    assert.equal((await zip('none/?zip')).status, 404);
    assert.equal((await begin()).status, 200);
  });

  it('has no more than so many entries: 403', async () => {
    const router = folder.router({ limits: { ...defaultLimits, archived: 5 } });
    assert.equal((await ask(router, 'GET', '/files/d/?zip')).status, 403);
    assert.equal((await ask(router, 'GET', '/files/d/?zip=sub')).status, 200);
  });

  const changes: readonly (readonly [promise: string, change: (path: string) => void])[] = [
    ['has grown', (path) => appendFileSync(path, 'x')],
    ['has shrunk', (path) => truncateSync(path, 1)],
    ['is other content of the same length', (path) => writeFileSync(path, Buffer.alloc(1_000_000, 'y'))],
    ['is gone', (path) => rmSync(path)],
    ['has become a folder', (path) => [rmSync, mkdirSync].forEach((each) => each(path))],
    [
      'has become a link out',
      (path) => {
        rmSync(path);
        symlinkSync('../../outside/o.txt', path);
      },
    ],
  ];
  for (const [promise, change] of changes) {
    for (const already of [0, 300_000]) {
      it(`ends where a file ${promise}, of which ${already} octets were sent`, async () => {
        folder.write('c/big', Buffer.alloc(1_000_000, 'x'));
        const before = openDescriptors();
        const { body } = await respond(folder.router(), makeRequest('GET', '/files/c/?zip'));
        assert.ok(isByteSource(body));
        const into = Buffer.alloc(64 * 1024);
        for (let sent = 0; sent < already;) sent += await body.read(into);
        change(folder.at('c/big'));
        const rest = async (): Promise<void> => {
          while ((await body.read(into)) > 0);
        };
        // What is open is read on, whoever takes its name away.
        if (already === 0 || !/gone|become/.test(promise)) await assert.rejects(rest());
        body.close();
        assert.equal(openDescriptors(), before);
      });
    }
  }

  it('ends with its client, while it is planned and while it is sent', async () => {
    for (let i = 0; i < 3000; i++) folder.write(`p/${i}`, '');
    const router = folder.router();
    for (let i = 0; i < 4; i++) {
      const aborter = new AbortController();
      const pending = respond(router, { ...makeRequest('GET', '/files/p/?zip'), signal: aborter.signal });
      aborter.abort(new Error('gone'));
      await pending.then(
        ({ body }) => isByteSource(body) && body.close(),
        (error: unknown) => assert.match(String(error), /gone/),
      );
    }
    assert.equal((await ask(router, 'GET', '/files/d/?zip')).status, 200);
  });

  it('crosses no mount point', async function () {
    needsProgram(this, 'unzip');
    mkdirSync(folder.at('d/mounted'));
    const mounted = spawnSync('mount', ['--bind', folder.at('../outside'), folder.at('d/mounted')]).status === 0;
    needs(this, 'the right to mount', mounted);
    try {
      assert.ok(!namesIn(await zip()).some((name) => name.startsWith('mounted')));
      assert.equal((await zip('d/?zip=mounted')).status, 404);
      assert.deepEqual(namesIn(await zip('d/mounted/?zip')), ['o.txt']);
    } finally {
      spawnSync('umount', ['-l', folder.at('d/mounted')]);
    }
  });
});
