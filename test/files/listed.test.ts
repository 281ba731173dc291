/** What a folder's listing has: every name that may be shown, in order, and what is there now. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { FileError, type FileErrorKind } from '../../src/files/fileError';
import { isLocal } from '../../src/files/mounts';
import { listFolder, sorted, type Listing } from '../../src/files/reading/list';
import { TestFolder } from '../support/folder';
import { HeldPace } from '../support/heldPace';
import { needs, needsLinux, needsPosix, needsProgram } from '../support/needs';
import { Mocks, systemError } from '../support/mocks';

const isKind =
  (kind: FileErrorKind) =>
  (error: unknown): boolean =>
    error instanceof FileError && error.kind === kind;

const time = 1_234_567_891_500;

const mocks = new Mocks();

describe('a listing', () => {
  let folder: TestFolder;
  let ahead: number;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('d/b.txt', 'bb').write('d/a.txt', 'a').write('d/.env', 'secret').write('../outside/o.txt', 'secret');
    mkdirSync(folder.at('d/c'));
    for (const name of ['a.txt', 'b.txt', 'c']) utimesSync(folder.at(`d/${name}`), time / 1000, time / 1000);
    ahead = 0;
  });
  afterEach(() => {
    mocks.restore();
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const list = (path = 'd', earlier?: Listing, held = new HeldPace(false)): Promise<Listing> =>
    listFolder(folder.root(), path.split('/'), held.pace, earlier);

  const plain = [
    { name: 'a.txt', type: 'file', size: 1, modified: time },
    { name: 'b.txt', type: 'file', size: 2, modified: time },
    { name: 'c', type: 'directory', size: 0, modified: time },
  ];

  /** As if so many milliseconds had gone by since anything has changed. */
  const later = (ms: number): void => {
    const now = Date.now();
    ahead += ms;
    if (ahead === ms) mocks.method(Date, 'now', () => now + ahead);
  };

  /** Has the system fail with one path alone. */
  function failing(call: 'lstatSync' | 'realpathSync' | 'statSync', name: string, code: string | undefined): void {
    const real = fs[call] as (path: string, ...rest: unknown[]) => unknown;
    mocks.method(fs, call, (path: string, ...rest: unknown[]) => {
      if (path.endsWith(name)) throw code === undefined ? new Error('a defect') : systemError(code);
      return real(path, ...rest);
    });
  }

  it('has what is there, by name, without what is hidden', async () => {
    const { entries, looks } = await list();
    assert.deepEqual([entries, looks], [plain, plain]);
  });

  it('has what links lead to, and the names of those that lead nowhere one may go', async function () {
    needsPosix(this);
    folder.link('d/link', '../top').link('d/loop', 'loop').link('d/none', 'gone').link('d/out', '../../outside/o.txt');
    folder.link('d/folder', 'c').link('d/secret', '.env').write('top', 'top!');
    utimesSync(folder.at('top'), time / 1000, time / 1000);
    const { entries, looks } = await list();
    const linked = [
      { name: 'folder', type: 'directory', size: 0, modified: time },
      { name: 'link', type: 'file', size: 4, modified: time },
    ];
    assert.deepEqual(entries, [...plain, ...linked]);
    assert.deepEqual(looks, [...plain, ...linked, ...['loop', 'none', 'out', 'secret'].map((name) => ({ name }))]);
  });

  it('has the name alone of what is no file', async function () {
    needsProgram(this, 'mkfifo');
    execFileSync('mkfifo', [folder.at('d/pipe')]);
    const { entries, looks } = await list();
    assert.deepEqual([entries, looks], [plain, [...plain, { name: 'pipe' }]]);
  });

  for (const code of ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG']) {
    it(`has the name alone of that of which the system says ${code}`, async () => {
      failing('lstatSync', 'b.txt', code);
      const { entries, looks } = await list();
      assert.deepEqual([entries.length, looks[1]], [2, { name: 'b.txt' }]);
    });
  }

  it('is none where the system fails otherwise, or we do', async () => {
    failing('lstatSync', 'b.txt', 'EIO');
    await assert.rejects(list(), isKind('failed'));
    mocks.restore();
    failing('lstatSync', 'b.txt', undefined);
    await assert.rejects(list(), /a defect/);
  });

  it('is none of a file, of nothing, and of what is hidden', async () => {
    await assert.rejects(list('d/a.txt'), isKind('missing'));
    await assert.rejects(list('none'), isKind('missing'));
    await assert.rejects(list('.git'), isKind('hidden'));
  });

  describe('that is made again', () => {
    beforeEach(function () {
      needs(this, 'a file system of this machine to be known', isLocal(folder.path));
    });

    it('is the same as long as nothing has changed', async () => {
      later(10_000);
      const first = await list();
      assert.equal(await list('d', first), first);
      assert.equal(first.proof?.ino, statSync(folder.at('d'), { bigint: true }).ino);
    });

    it('is not the same where the folder proves nothing, and has the same looks', async () => {
      const first = await list();
      later(10_000);
      const second = await list('d', first);
      assert.notEqual(second, first);
      assert.deepEqual(second.entries, first.entries);
    });

    it('proves nothing soon after a change', async () => {
      mkdirSync(folder.at('d/new'));
      mocks.method(Date, 'now', () => Math.floor(statSync(folder.at('d')).ctimeMs));
      assert.equal((await list()).proof, undefined);
    });

    it('proves nothing by another path than the real one', async function () {
      needsPosix(this);
      folder.link('way', 'd');
      later(10_000);
      assert.equal((await list('way')).proof, undefined);
      assert.notEqual((await list('d')).proof, undefined);
    });

    it('proves nothing where a server elsewhere has its own mind about times', async () => {
      later(10_000);
      mocks.method(fs, 'statfsSync', () => ({ type: 0x6969 }));
      assert.equal((await list()).proof, undefined);
    });

    const inPlace: readonly (readonly [promise: string, change: () => void, now: object])[] = [
      [
        'that grew',
        () => {
          fs.appendFileSync(folder.at('d/b.txt'), 'b');
          utimesSync(folder.at('d/b.txt'), time / 1000, time / 1000);
        },
        { size: 3 },
      ],
      ['that was touched', () => utimesSync(folder.at('d/b.txt'), 1, 1), { modified: 1000 }],
    ];
    for (const [promise, change, now] of inPlace) {
      it(`shows a file ${promise}, without its names being read`, async () => {
        later(10_000);
        const first = await list();
        change();
        const reading = mocks.method(fs, 'opendirSync');
        const second = await list('d', first);
        assert.deepEqual(second.entries, [plain[0], { ...plain[1], ...now }, plain[2]]);
        assert.equal(second.looks[0], first.looks[0]);
        assert.equal(reading.mock.callCount(), 0);
        assert.equal(second.proof?.ctimeNs, first.proof?.ctimeNs);
      });
    }

    it('shows what a link leads to by now, and what it led to no more', async function () {
      needsPosix(this);
      folder.link('d/x', '../top').write('top', '');
      later(10_000);
      const first = await list();
      rmSync(folder.at('top'));
      const second = await list('d', first);
      assert.deepEqual(second.looks.at(-1), { name: 'x' });
      assert.equal(await list('d', second), second);
      mkdirSync(folder.at('top'));
      assert.equal((await list('d', second)).entries.at(-1)?.type, 'directory');
    });

    it('has the names that came since', async () => {
      later(10_000);
      const first = await list();
      folder.write('d/0', '');
      later(10_000);
      assert.deepEqual(
        (await list('d', first)).entries.map(({ name }) => name),
        ['0', 'a.txt', 'b.txt', 'c'],
      );
    });
  });

  it('is of the folder that was opened, whatever is in its place by now', async function () {
    needsLinux(this);
    let count = 0;
    const replace = (): void => {
      if (++count !== 1) return;
      renameSync(folder.at('d'), folder.at('old'));
      folder.write('d/a.txt', 'of another folder');
    };
    const { entries } = await list('d', undefined, new HeldPace(false, { ask: replace }));
    assert.deepEqual(entries, plain);
  });

  it('rests whenever that is due, and ends with what it is for', async () => {
    const held = new HeldPace(true);
    await list('d', undefined, held);
    // Each name that is read, the one run of names that is sorted, and each look.
    assert.deepEqual([held.asked, held.rests], [4 + 1 + 3, 8]);
    const idle = new HeldPace(false);
    await list('d', undefined, idle);
    assert.deepEqual([idle.asked, idle.rests], [8, 0]);
    const rest = (): void => {
      throw new Error('nobody waits');
    };
    await assert.rejects(list('d', undefined, new HeldPace(true, { rest })), /nobody waits/);
  });
});

describe('names that are sorted', () => {
  // One rest for each run of 1024, and one for each 1024 of what is merged, at each step.
  const rows: readonly (readonly [count: number, rests: number])[] = [
    ...([
      [0, 0],
      [1, 1],
      [2, 1],
      [1023, 1],
      [1024, 1],
      [1025, 3],
      [3000, 7],
      [5121, 21],
    ] as const),
  ];
  for (const [count, rests] of rows) {
    it(`are in the order of their code units, ${count} of them, with ${rests} rests in between`, async () => {
      const names = Array.from({ length: count }, (_, i) => `${((i + 1) * 7919) % 5147}`);
      const entries = names.map((name) => ({ name }));
      const [busy, idle] = [new HeldPace(true), new HeldPace(false)];
      const all = await sorted(entries, busy.pace);
      assert.deepEqual(
        all.map(({ name }) => name),
        [...names].sort(),
      );
      await sorted(entries, idle.pace);
      assert.deepEqual([busy.asked, busy.rests, idle.asked, idle.rests], [rests, rests, rests, 0]);
    });
  }
});
