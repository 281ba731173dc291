/** F7: the folder for what outlives a server is the user's alone, and never below what is served. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  claimPrivateFolder,
  leavePrivateFolder,
  ownPrivateFolders,
  privateFolders,
} from '../../src/files/unfinished/privateFolder';
import type { Platform } from '../../src/files/names';
import { defaultOptions } from '../../src/options';
import { serve } from '../../src/serve';
import { needs, needsPosix, needsSuperuser } from '../support/needs';
import { TestFolder } from '../support/folder';

const name = 'workspace-http-server';

describe('where the private folder may be', () => {
  type Row = readonly [
    promise: string,
    platform: Platform,
    env: NodeJS.ProcessEnv,
    home: string | undefined,
    places: string[],
  ];
  const rows: readonly Row[] = [
    ['the cache', 'linux', {}, '/home/me', [`/home/me/.cache/${name}`]],
    ['the cache that is told of', 'linux', { XDG_CACHE_HOME: '/c' }, '/home/me', [`/c/${name}`]],
    ['the cache, then the session', 'linux', { XDG_RUNTIME_DIR: '/r' }, '/h', [`/h/.cache/${name}`, `/r/${name}`]],
    ['no relative cache', 'linux', { XDG_CACHE_HOME: 'c' }, '/h', [`/h/.cache/${name}`]],
    ['no empty one', 'linux', { XDG_CACHE_HOME: '', XDG_RUNTIME_DIR: '' }, '/h', [`/h/.cache/${name}`]],
    ['nowhere without a home', 'linux', {}, '', []],
    ['nowhere without a user', 'linux', {}, undefined, []],
    ['nowhere without a home of macOS', 'darwin', {}, '', []],
    ['what Windows tells of', 'win32', { LOCALAPPDATA: '/local' }, '/h', [`/local/${name}`]],
    ['nowhere if Windows tells of nothing', 'win32', {}, '/h', []],
    ['the session without a home', 'linux', { XDG_RUNTIME_DIR: '/r' }, '', [`/r/${name}`]],
    ['never the temporary folder', 'linux', { TMPDIR: '/t' }, '', []],
    ['the caches of macOS', 'darwin', { XDG_CACHE_HOME: '/c' }, '/Users/me', [`/Users/me/Library/Caches/${name}`]],
  ];
  for (const [promise, platform, env, home, places] of rows) {
    it(`F7: is ${promise}`, function () {
      needsPosix(this);
      assert.deepEqual(privateFolders(env, platform, home), places);
    });
  }
  it('F7: is that of the user whose process this is', function () {
    needsPosix(this);
    const kept = { ...process.env };
    try {
      process.env.HOME = '/home/of/me';
      process.env.XDG_CACHE_HOME = '/cache/of/me';
      assert.deepEqual(ownPrivateFolders(), privateFolders(process.env, process.platform, '/home/of/me'));
      delete process.env.XDG_CACHE_HOME;
      const [first] = ownPrivateFolders();
      assert.ok(first?.startsWith('/home/of/me/'), first);
    } finally {
      for (const each of ['HOME', 'XDG_CACHE_HOME']) {
        if (kept[each] === undefined) Reflect.deleteProperty(process.env, each);
        else process.env[each] = kept[each];
      }
    }
  });

  it('F7: is what Windows has for programs of this machine', function () {
    needs(this, 'Windows', process.platform === 'win32');
    assert.deepEqual(privateFolders({ LOCALAPPDATA: 'C:\\me\\Local' }, 'win32', ''), [`C:\\me\\Local\\${name}`]);
  });
});

describe('the private folder', () => {
  let folder: TestFolder;
  let place: string;
  beforeEach(() => {
    folder = new TestFolder();
    place = join(folder.outside, 'cache', name);
  });
  afterEach(() => folder.remove());
  const claim = (...places: string[]): string | undefined => claimPrivateFolder(places, folder.root());

  it('F7: is made for nobody else to look into, and goes when it is empty', function () {
    needsPosix(this);
    assert.equal(claim(place), place);
    assert.equal(lstatSync(place).mode & 0o777, 0o700);
    leavePrivateFolder(place);
    assert.equal(existsSync(place), false);
  });

  it('F7: stays if it is not empty', () => {
    assert.equal(claim(place), place);
    writeFileSync(join(place, 'kept'), '');
    leavePrivateFolder(place);
    assert.deepEqual(readdirSync(place), ['kept']);
  });

  it('F7: is closed to others if it was open', function () {
    needsPosix(this);
    mkdirSync(place, { recursive: true });
    chmodSync(place, 0o777);
    assert.equal(claim(place), place);
    assert.equal(lstatSync(place).mode & 0o777, 0o700);
  });

  /** What is not believed, and what is done with the place: nothing. */
  const refused: readonly (readonly [promise: string, make: () => void])[] = [
    ['a link', () => symlinkSync(folder.outside, place)],
    ['a link that leads nowhere', () => symlinkSync('gone', place)],
    ['a file', () => writeFileSync(place, '')],
    [
      "another user's",
      () => {
        mkdirSync(place);
        chownSync(place, 12_345, 12_345);
      },
    ],
  ];
  for (const [promise, make] of refused) {
    it(`F7: is not ${promise}: the next place is taken`, function () {
      needsPosix(this);
      if (promise.includes('user')) needsSuperuser(this);
      mkdirSync(join(folder.outside, 'cache'));
      make();
      const before = lstatSync(place).mode;
      const next = join(folder.outside, 'next', name);
      assert.equal(claim(place), undefined);
      assert.equal(claim(place, next), next);
      assert.equal(lstatSync(place).mode, before);
    });
  }

  it('F7: is not made below a home that is not there, nor below a file', () => {
    writeFileSync(join(folder.outside, 'file'), '');
    assert.equal(claim(folder.at('../no/home/.cache/x'), join(folder.outside, 'file', '.cache', name)), undefined);
    assert.deepEqual(readdirSync(folder.outside).sort(), ['file', 'site']);
  });

  it('F7: is never below what is served, not even by a link, and nothing is made there', function () {
    needsPosix(this);
    symlinkSync(folder.path, join(folder.outside, 'link'));
    mkdirSync(folder.at('.cache'));
    const below = [folder.at(`.cache/${name}`), join(folder.outside, 'link', name), join(folder.outside, 'link/a/b')];
    assert.equal(claim(...below), undefined);
    assert.deepEqual(readdirSync(folder.path, { recursive: true }), ['.cache']);
  });
});

describe('a server without a private folder', () => {
  const kept = { ...process.env };
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => {
    for (const name of ['HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'TMPDIR', 'LOCALAPPDATA']) {
      if (kept[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = kept[name];
    }
    folder.remove();
  });

  const rows: readonly (readonly [promise: string, path: () => string])[] = [
    ['is not there', () => folder.at('../gone/deep')],
    ['is a file', () => folder.write('../file', '').at('../file')],
    ['is below what is served', () => folder.path],
  ];
  for (const [promise, path] of rows) {
    it(`F7: starts all the same, and says so, where the home ${promise}`, async () => {
      delete process.env.XDG_CACHE_HOME;
      delete process.env.XDG_RUNTIME_DIR;
      for (const name of ['HOME', 'TMPDIR', 'LOCALAPPDATA']) process.env[name] = path();
      let told = 0;
      const surroundings = { onExchange: () => undefined, onNoPrivateFolder: () => void told++ };
      const options = { ...defaultOptions, directory: folder.path, port: 0 };
      const server = await serve(options, surroundings);
      const { address } = server;
      const url = `http://localhost:${address.port}/files/a/b.txt`;
      const answer = await fetch(url, { method: 'PUT', body: 'content' });
      await server.stop();
      assert.deepEqual([answer.status, told], [201, 1]);
      assert.deepEqual(readdirSync(folder.path), ['a']);
    });
  }
});
