/** What a killed server leaves is removed by the next one; what lives is left alone, whatever clocks and containers say. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs, {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { Mocks } from '../support/mocks';
import { Worker } from 'node:worker_threads';
import { Flushes } from '../../src/files/flushes';
import { pool } from '../../src/files/pool';
import { canBeSocket, ownerHere, type Owner } from '../../src/files/unfinished/owner';
import { hasLeft, ServerFolder, sweep } from '../../src/files/unfinished/serverFolder';
import { UploadRecords } from '../../src/files/unfinished/uploadRecords';
import { needs, needsLinux, needsPosix, needsSuperuser } from '../support/needs';
import { TestFolder } from '../support/folder';

const mocks = new Mocks();

const temporary = (digit: number): string => `.http-server-${String(digit).repeat(24)}.tmp`;

/** A process id that nobody has any more. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

describe("a server's own folder", () => {
  let folder: TestFolder;
  let shared: string;
  beforeEach(() => {
    folder = new TestFolder();
    shared = join(folder.outside, 'private');
    mkdirSync(shared);
  });
  afterEach(() => folder.remove());

  const own = (): string[] => readdirSync(shared);

  it('is there only when it is needed, closed to others, and gone when nothing is unfinished', () => {
    const mine = new ServerFolder(shared);
    assert.deepEqual(own(), []);
    const path = mine.claim();
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o700);
    mine.close();
    assert.equal(existsSync(shared), false);
  });

  /** Of the longest number of a process, too. */
  const needsSocket = (context: Mocha.Context): void =>
    needs(context, 'a short path for temporary files', canBeSocket(join(shared, '4194304-0123456789abcdef', 'alive')));

  it('says whose it is, to nobody else, and answers as long as it lives', async function () {
    needsPosix(this);
    needsSocket(this);
    const mine = new ServerFolder(shared);
    const path = mine.claim();
    assert.equal(mine.claim(), path);
    assert.deepEqual(readdirSync(path).sort(), ['alive', 'owner']);
    assert.deepEqual(JSON.parse(readFileSync(join(path, 'owner'), 'utf8')), ownerHere(true));
    assert.equal(statSync(join(path, 'owner')).mode & 0o777, 0o600);
    const asking = connect(join(path, 'alive'));
    // It has nothing to say.
    await once(asking.resume(), 'close');
    mine.close();
    mine.close();
    assert.equal(existsSync(shared), false);
  });

  it('does without a socket where its path is too long for one', function () {
    needsLinux(this);
    const deep = join(shared, 'x'.repeat(100));
    mkdirSync(deep);
    const mine = new ServerFolder(deep);
    const path = mine.claim();
    assert.deepEqual(readdirSync(path), ['owner']);
    assert.deepEqual(JSON.parse(readFileSync(join(path, 'owner'), 'utf8')), ownerHere(false));
    rmSync(path, { recursive: true });
    mine.lost();
    assert.equal(mine.claim(), path);
    mine.close();
    assert.deepEqual(own(), []);
  });

  it('does without a socket where something is in its place', async function () {
    needsPosix(this);
    const mine = new ServerFolder(shared);
    mkdirSync(mine.path);
    writeFileSync(join(mine.path, 'alive'), '');
    mine.claim();
    assert.deepEqual(JSON.parse(readFileSync(join(mine.path, 'owner'), 'utf8')), ownerHere(false));
    // The failure is told of later, and is no fault.
    await new Promise(setImmediate);
    mine.close();
  });

  it('keeps the records of its uploads as long as its server lives', async () => {
    const mine = new ServerFolder(shared);
    const records = new UploadRecords(shared);
    const record = { root: folder.path, ends: 1, about: {} };
    const [own, others] = ['1'.repeat(32), '2'.repeat(32)];
    records.write(own, { ...record, owner: basename(mine.claim()) });
    records.write(others, { ...record, owner: '1-0123456789abcdef' });
    await sweep(shared);
    assert.deepEqual([records.read(own)?.ends, records.read(others)], [1, undefined]);
    mine.close();
  });

  it('that was never there takes nothing with it', () => {
    new ServerFolder(shared).close();
    assert.ok(existsSync(shared));
  });

  it('is made again after it was closed', () => {
    const mine = new ServerFolder(shared);
    mine.claim();
    mine.close();
    assert.ok(existsSync(mine.claim()));
    mine.close();
    assert.equal(existsSync(shared), false);
  });

  it('goes with its process', () => {
    const module = JSON.stringify(require.resolve('../../src/files/unfinished/serverFolder'));
    const script = `const { ServerFolder } = require(${module});
      console.log(require('node:fs').existsSync(new ServerFolder(${JSON.stringify(shared)}).claim()));`;
    assert.equal(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout.trim(), 'true');
    assert.equal(existsSync(shared), false);
  });

  it('stays for the next server if something is unfinished', () => {
    const mine = new ServerFolder(shared);
    mine.journal.add(folder.at(temporary(1)));
    mine.close();
    assert.equal(own().length, 1);
  });

  it('is made again if somebody has cleared the caches', () => {
    const mine = new ServerFolder(shared);
    const path = mine.claim();
    folder.remove();
    mkdirSync(folder.outside);
    mine.lost();
    assert.equal(mine.claim(), path);
    mine.close();
  });

  /** Somebody's folder, with a file noted and one of its own. @returns the noted one */
  function other(owner: Partial<Owner>): { noted: string; path: string } {
    const path = join(shared, `${owner.pid ?? 1}-0123456789abcdef`);
    const noted = folder.write(temporary(1), 'half').at(temporary(1));
    mkdirSync(path);
    writeFileSync(join(path, 'owner'), JSON.stringify({ ...ownerHere(false), ...owner }));
    writeFileSync(join(path, 'notes'), `${noted}\0`);
    writeFileSync(join(path, temporary(2)), 'half');
    return { noted, path };
  }

  const here = ownerHere(false);
  const linux = process.platform === 'linux';
  const rows: readonly (readonly [promise: string, owner: () => Partial<Owner>, swept: boolean])[] = [
    ['a process that is no more', () => ({ pid: deadPid() }), true],
    ['a process whose number another one has now', () => ({ pid: process.ppid, start: '1' }), true],
    ['this process, before this thread', () => ({ thread: 7 }), true],
    ['this thread, which uses it no more', () => ({}), true],
    ['a process before the machine was started anew', () => ({ boot: 'other' }), linux],
    ['a process of another machine', () => ({ boot: 'other', machine: 'other', pid: deadPid() }), false],
    ['a process of another container that never answered', () => ({ namespace: 'pid:[1]', pid: deadPid() }), false],
    ['a process of another container that answers no more', () => ({ namespace: 'pid:[1]', answers: true }), true],
  ];
  for (const [promise, owner, swept] of rows) {
    it(`F8: of ${promise} is ${swept ? '' : 'not '}swept`, async function () {
      if (owner().answers === true) needsSocket(this);
      const { noted, path } = other({ ...here, ...owner() });
      await sweep(shared);
      assert.deepEqual([existsSync(noted), existsSync(path)], [!swept, !swept]);
    });
  }

  it('F8: of a process that lives is not swept, however old it looks', async function () {
    needsLinux(this);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    try {
      const { start } = await ownerOf(child.pid ?? 0);
      const { noted, path } = other({ pid: child.pid ?? 0, start });
      for (const each of [path, join(path, 'owner'), join(path, 'notes'), noted]) utimesSync(each, 1, 1);
      await sweep(shared);
      assert.deepEqual([existsSync(noted), existsSync(path)], [true, true]);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  it('F8: of another container that answers is not swept', async function () {
    needsPosix(this);
    needsSocket(this);
    const { noted, path } = other({ namespace: 'pid:[1]', pid: deadPid(), answers: true });
    const listener = createServer().listen(join(path, 'alive'));
    await sweep(shared);
    assert.ok(existsSync(noted));
    listener.close();
    await once(listener, 'close');
    await sweep(shared);
    assert.equal(existsSync(noted), false);
  });

  it('of a process that has ended, and waits for its parent to ask, is swept', async function () {
    needsLinux(this);
    // The shell is replaced by a program that never asks how its child has ended; only then does that end.
    const child = '"$0" -e "process.stdin.resume()" <&3 & echo $!';
    const after = `exec "$0" -e "console.log('begun'); setInterval(() => {}, 1_000_000)"`;
    const parent = spawn('sh', ['-c', `${child}; ${after}`, process.execPath], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    try {
      let said = '';
      for await (const piece of parent.stdout ?? []) if ((said += String(piece)).includes('begun')) break;
      const pid = Number.parseInt(said, 10);
      (parent.stdio[3] as Writable).end();
      let owner = await ownerOf(pid);
      while (owner.state !== 'Z') owner = await ownerOf(pid);
      const { noted } = other({ pid, start: owner.start });
      await sweep(shared);
      assert.equal(existsSync(noted), false);
    } finally {
      parent.kill();
      await once(parent, 'exit');
    }
  });

  it('tells threads apart, as long as they live', async () => {
    const noted = folder.write(temporary(5), 'half').at(temporary(5));
    const source = `const { ServerFolder } = require(${JSON.stringify(require.resolve('../../src/files/unfinished/serverFolder'))});
      new ServerFolder(${JSON.stringify(shared)}).journal.add(${JSON.stringify(noted)});
      const { parentPort } = require('node:worker_threads');
      parentPort.on('message', () => {});
      parentPort.postMessage('ready');`;
    const worker = new Worker(source, { eval: true });
    await once(worker, 'message');
    await sweep(shared);
    assert.ok(existsSync(noted));
    await worker.terminate();
    await sweep(shared);
    assert.deepEqual([existsSync(noted), own()], [false, []]);
  });

  it('of a server that is killed in the midst of an upload is swept, with what that has left beside its target', async () => {
    folder.write('in/there.txt', 'old').write(`in/${temporary(4)}`, 'another server’s');
    const main = (name: string): string => JSON.stringify(require.resolve(`../../src/files/${name}`));
    const script = `
      const fs = require('node:fs');
      const { Uploads } = require(${main('writing/uploads')});
      const { Staging } = require(${main('writing/staging')});
      const { Root } = require(${main('root')});
      Staging.prototype.reserve = Staging.prototype.reserveBeside;
      const rename = fs.renameSync;
      fs.renameSync = (from, to) => (to.endsWith('there.txt') ? process.kill(process.pid, 'SIGKILL') : rename(from, to));
      const root = new Root(${JSON.stringify(folder.path)}, []);
      const goal = { root, segments: ['in', 'there.txt'], check: () => undefined };
      new Uploads([${JSON.stringify(shared)}]).storeNow(goal, Buffer.from('new'));`;
    const names = (): string[] => readdirSync(folder.at('in')).sort();
    spawnSync(process.execPath, ['-e', script]);
    assert.equal(names().length, 3, names().join());
    await sweep(shared);
    assert.deepEqual([names(), own()], [[temporary(4), 'there.txt'], []]);
  });

  it('is believed only under its name, as a folder, with an owner that makes sense', async () => {
    const { noted, path } = other({ pid: deadPid() });
    writeFileSync(join(path, 'owner'), '{"pid":1}');
    const others = ['x-0123456789abcdef', 'x1-0123456789abcdef', '1-0123456789abcdef0', 'other'];
    for (const name of others) mkdirSync(join(shared, name));
    if (process.platform !== 'win32') symlinkSync(path, join(shared, '1-ffffffffffffffff'));
    await sweep(shared);
    assert.ok(existsSync(noted));
    for (const name of others) assert.ok(existsSync(join(shared, name)), name);
  });

  it('is not believed to be of another user', async function () {
    needsSuperuser(this);
    for (const name of ['.', 'owner']) {
      const { noted, path } = other({ pid: deadPid() });
      chownSync(join(path, name), 12_345, 12_345);
      await sweep(shared);
      assert.ok(existsSync(noted), name);
      chownSync(join(path, name), 0, 0);
      await sweep(shared);
      assert.ok(!existsSync(noted), name);
    }
  });

  it('hides no defect', async () => {
    const { noted, path } = other({ pid: deadPid() });
    const read = fs.readFileSync;
    const reading = mocks.method(fs, 'readFileSync', (each: string, ...rest: [BufferEncoding]) => {
      if (each === join(path, 'owner')) throw new Error('a defect');
      return read(each, ...rest);
    });
    try {
      await assert.rejects(sweep(shared), /a defect/);
    } finally {
      reading.mock.restore();
    }
    assert.ok(existsSync(noted));
  });

  it('of a server that lives is not left', async function () {
    needsLinux(this);
    const { path } = other({ pid: process.ppid, start: (await ownerOf(process.ppid)).start });
    assert.equal(await hasLeft(shared, basename(path)), false);
  });

  it('is found by nobody where there is none', async () => {
    assert.equal(await sweep(join(shared, 'none')), Infinity);
  });

  const senseless: readonly (readonly [promise: string, owner: Partial<Record<keyof Owner, unknown>>])[] = [
    ['a boot that is no text', { boot: 1 }],
    ['a machine that is no text', { machine: null }],
    ['a namespace that is no text', { namespace: undefined }],
    ['a start that is no text', { start: 5 }],
    ['a process without a number', { pid: '1' }],
    ['a thread without a number', { thread: 0.5 }],
  ];
  for (const [promise, owner] of senseless) {
    it(`is not believed to be of ${promise}`, async () => {
      const { noted, path } = other({ pid: deadPid() });
      const text = readFileSync(join(path, 'owner'), 'utf8');
      writeFileSync(join(path, 'owner'), JSON.stringify({ ...(JSON.parse(text) as Owner), ...owner }));
      await sweep(shared);
      assert.ok(existsSync(noted));
      writeFileSync(join(path, 'owner'), text);
      await sweep(shared);
      assert.ok(!existsSync(noted));
    });
  }

  it('is not believed to be of an owner that is a link', async function () {
    needsPosix(this);
    const { noted, path } = other({ pid: deadPid() });
    renameSync(join(path, 'owner'), folder.at('owner'));
    symlinkSync(folder.at('owner'), join(path, 'owner'));
    await sweep(shared);
    assert.ok(existsSync(noted));
  });

  it('is left by its server only when that is no more', async () => {
    const mine = new ServerFolder(shared);
    const name = basename(mine.claim());
    const { path } = other({ pid: deadPid() });
    const left = await Promise.all(
      [name, basename(path), '1-ffffffffffffffff', '../private', 'x'].map((owner) => hasLeft(shared, owner)),
    );
    assert.deepEqual(left, [false, true, true, false, false]);
    mine.close();
    assert.equal(await hasLeft(shared, name), true);
  });

  it('is kept on the disk once, and once more when it was lost', async () => {
    const mine = new ServerFolder(shared);
    const run = pool.run.bind(pool);
    let flushed = 0;
    pool.run = (work) => {
      flushed++;
      return run(work);
    };
    const keep = async (): Promise<number> => {
      const before = flushed;
      await mine.keep(new Flushes());
      return flushed - before;
    };
    try {
      // What says whose it is, it, and the two above.
      assert.deepEqual([await keep(), await keep()], [4, 0]);
      rmSync(mine.path, { recursive: true });
      mine.lost();
      assert.deepEqual([await keep(), await keep()], [4, 0]);
    } finally {
      pool.run = run;
      mine.close();
    }
  });

  it('is removed if its server was killed before it had an owner', async () => {
    mkdirSync(join(shared, '1-0123456789abcdef'));
    await sweep(shared);
    assert.deepEqual(own(), []);
  });

  it('stays if something of it cannot be removed', async () => {
    folder.write(`${temporary(1)}/inner`, 'x');
    const path = join(shared, '1-0123456789abcdef');
    mkdirSync(path);
    writeFileSync(join(path, 'owner'), JSON.stringify({ ...here, pid: deadPid() }));
    writeFileSync(join(path, 'notes'), `${folder.at(temporary(1))}\0`);
    await sweep(shared);
    assert.deepEqual(readdirSync(path).sort(), ['notes', 'owner']);
  });
});

/** As the kernel tells of it. */
async function ownerOf(pid: number): Promise<{ start: string; state: string }> {
  const { readFile } = await import('node:fs/promises');
  const fields = (await readFile(`/proc/${pid}/stat`, 'latin1')).split(') ').at(-1)?.split(' ') ?? [];
  return { state: fields[0] ?? '', start: fields[19] ?? '' };
}
