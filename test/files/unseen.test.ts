/** F13: what is unfinished is seen by nobody: not by git, nor by who watches the folder or lists it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { watch as chokidar } from 'chokidar';
import { Root } from '../../src/files/root';
import { Uploads } from '../../src/files/writing/uploads';
import { defaultOptions } from '../../src/options';
import { needs, needsLinux, needsPosix, needsSuperuser } from '../support/needs';
import { modulesFolder } from '../bench/modules';
import { TestFolder } from '../support/folder';
import { unfinishedIn } from '../support/disk/unfinishedIn';

const nothing = (): void => undefined;
const asItIs = (error: unknown): unknown => error;
const names = (path: string): string[] => readdirSync(path).sort();

function git(folder: string, ...args: string[]): string {
  const own = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  const { stdout, stderr, status } = spawnSync('git', [...own, ...args], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const hasGit = spawnSync('git', ['--version']).status === 0;

/** What a bundler makes of `index.js` in `folder`, whatever is there. @param webpack its folder */
function bundled(webpack: string, folder: string, outside: string): string {
  const program = `require(process.argv[1])(
    { mode: 'none', context: process.argv[2], entry: './index.js', output: { path: process.argv[3] } },
    (error, stats) => console.log(JSON.stringify(error ? [String(error)] : stats.toJson({ all: false, errors: true }).errors)),
  )`;
  const output = join(outside, 'bundle');
  const { stdout } = spawnSync(process.execPath, ['-e', program, webpack, folder, output], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout), []);
  return readFileSync(join(output, 'main.js'), 'utf8');
}

describe('an unfinished upload', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old');
  });
  afterEach(async () => {
    await uploads.end();
    assert.deepEqual(folder.unfinished(), []);
    folder.remove();
  });

  /** Where the private folder cannot be: then what is unfinished lies in the folder that is served. */
  const within = (): Uploads => new Uploads([]);
  const away = (): Uploads => new Uploads(folder.places);

  it('F13: changes nothing in the folder until it takes its place, its folders neither', async function () {
    needsPosix(this);
    uploads = away();
    const seen: (string | null)[] = [];
    const watcher = watch(folder.path, (_, name) => seen.push(name));
    const before = statSync(folder.path).mtimeMs;
    const upload = uploads.begin({ root: folder.root(), segments: ['a', 'b', 'new.txt'], check: nothing });
    await upload.write(Buffer.alloc(1_000_000));
    for (let i = 0; i < 20; i++) await setImmediate();
    assert.deepEqual([names(folder.path), statSync(folder.path).mtimeMs, seen], [['old.txt'], before, []]);
    assert.deepEqual(upload.finish(), { created: true, path: 'a/b/new.txt' });
    watcher.close();
    assert.deepEqual(names(folder.at('a/b')), ['new.txt']);
  });

  it('F13: of which there are many shares one folder at the top, which goes with the last', async () => {
    uploads = within();
    const root = folder.root();
    const all = ['a/1', 'a/2', 'old.txt'].map((path) =>
      uploads.begin({ root, segments: path.split('/'), check: nothing }),
    );
    const [top = '', ...more] = names(folder.path).filter((name) => name !== 'old.txt');
    assert.deepEqual(more, []);
    assert.match(top, /^\.http-server-[0-9a-f]{24}\.tmp$/);
    assert.equal(readFileSync(folder.at(`${top}/.gitignore`), 'utf8'), '*\n');
    assert.equal(names(folder.at(top)).length, 4);
    for (const upload of all) await upload.write(Buffer.from('new'));
    for (const upload of all.slice(0, 2)) upload.finish();
    assert.ok(existsSync(folder.at(top)));
    all[2]?.discard();
    assert.deepEqual(names(folder.path), ['a', 'old.txt']);
  });

  it('F13: is no change to git, and is not stashed away', async function () {
    needs(this, 'git', hasGit);
    uploads = within();
    git(folder.path, 'init', '-q');
    git(folder.path, 'add', '-A');
    git(folder.path, 'commit', '-qm', 'first');
    const upload = uploads.begin({ root: folder.root(), segments: ['new', 'file.txt'], check: nothing });
    await upload.write(Buffer.from('half'));
    assert.equal(git(folder.path, 'status', '--porcelain', '-uall'), '');
    folder.write('mine.txt', 'mine');
    git(folder.path, 'stash', '-u', '-q');
    git(folder.path, 'add', '-A');
    await upload.write(Buffer.from('whole'));
    assert.equal(upload.finish().created, true);
    assert.equal(git(folder.path, 'status', '--porcelain', '-uall'), '?? new/file.txt\n');
  });

  it('F13: is nothing that a watcher is told of which looks at no hidden files', async () => {
    uploads = within();
    const seen: string[] = [];
    const told = new EventEmitter();
    const watcher = chokidar(folder.path, { ignored: (path) => basename(path).startsWith('.'), ignoreInitial: true });
    watcher.on('all', (_, path) => {
      seen.push(relative(folder.path, path));
      told.emit('path');
    });
    await once(watcher, 'ready');
    const upload = uploads.begin({ root: folder.root(), segments: ['a', 'new.txt'], check: nothing });
    await upload.write(Buffer.alloc(100_000));
    folder.write('mine.txt', '');
    while (!seen.includes('mine.txt')) await once(told, 'path');
    assert.deepEqual(seen, ['mine.txt']);
    upload.finish();
    while (!seen.includes(join('a', 'new.txt'))) await once(told, 'path');
    await watcher.close();
    assert.deepEqual(seen.sort(), ['a', join('a', 'new.txt'), 'mine.txt']);
  });

  it('F13: is not in the bundle of who bundles all of a folder', async function () {
    const webpack = join(modulesFolder, 'webpack');
    needs(this, 'webpack, which the benchmark installs', existsSync(webpack));
    uploads = away();
    folder.write('index.js', `const all = require.context('.', true); all.keys().forEach(all);`);
    rmSync(folder.at('old.txt'));
    folder.write('part.js', `console.log('part')`);
    const upload = uploads.begin({ root: folder.root(), segments: ['half.js'], check: nothing });
    await upload.write(Buffer.from('this is no script ('));
    try {
      const bundle = bundled(webpack, folder.path, folder.outside);
      assert.match(bundle, /console\.log\('part'\)/);
      assert.doesNotMatch(bundle, /this is no script/);
    } finally {
      upload.discard();
    }
  });

  it('of which somebody clears away the folder leaves room for the next one', async () => {
    uploads = within();
    const root = folder.root();
    const upload = uploads.begin({ root, segments: ['1'], check: nothing });
    for (const path of folder.unfinished()) rmSync(path, { recursive: true, force: true });
    const next = uploads.begin({ root, segments: ['2'], check: nothing });
    assert.throws(() => upload.finish(), /Somebody has removed/);
    upload.discard();
    await next.write(Buffer.from('x'));
    next.finish();
    assert.deepEqual(names(folder.path), ['2', 'old.txt']);
  });

  it('lies beside its target where a folder grants more to others than the root', async function () {
    needsLinux(this);
    needsSuperuser(this);
    uploads = away();
    folder.write('team/x.txt', '');
    chownSync(folder.at('team'), 0, 12_345);
    chmodSync(folder.at('team'), 0o2755);
    const upload = uploads.begin({ root: folder.root(), segments: ['team', 'new.txt'], check: nothing });
    await upload.write(Buffer.from('x'));
    upload.finish();
    assert.equal(statSync(folder.at('team/new.txt')).gid, 12_345);
  });

  it('takes its place from another file system, too, with the other files of its form', async function () {
    const memory = '/dev/shm';
    needsLinux(this);
    needs(this, 'a second file system', statSync(memory).dev !== statSync(folder.path).dev);
    uploads = away();
    const path = mkdtempSync(join(memory, 'http-server-'));
    try {
      mkdirSync(join(path, 'a'));
      const root = new Root(path, defaultOptions.exclude);
      for (let i = 0; i < 2; i++) {
        const stored = await uploads.storeAll(async (list) => {
          for (const file of [
            ['a', '1'],
            ['a', '2'],
            ['b', '3'],
          ]) {
            const upload = uploads.begin({ root, segments: file, check: nothing });
            list.push(upload);
            await upload.write(Buffer.from('x'));
            upload.close();
          }
        }, asItIs);
        assert.equal(stored.length, 3);
        assert.deepEqual(unfinishedIn(path), []);
      }
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});
