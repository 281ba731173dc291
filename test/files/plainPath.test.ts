/** A plain path is taken only where no other user can make it lead elsewhere. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { Mocks } from '../support/mocks';
import { knowsDescriptors } from '../../src/files/descriptor';
import { localTypes } from '../../src/files/mounts';
import { holdFolder, letGo } from '../../src/files/writing/folderCache';
import { PlainPaths, type Look } from '../../src/files/writing/plainPath';
import { TestFolder } from '../support/folder';
import { needs } from '../support/needs';

const mocks = new Mocks();

const [directory, link] = [0o040000, 0o120000];
const [ext4, nfs, fuse] = [0xef53, 0x6969, 0x65735546];
const [root, me, other] = [0, 1000, 1001];

interface Entry {
  readonly uid: number;
  readonly mode: number;
  readonly type?: number;
  readonly dev?: number;
}
type Way = Readonly<Record<string, Entry>>;

const top: Entry = { uid: root, mode: directory | 0o755 };
const usual: Way = {
  '/': top,
  '/home': { uid: root, mode: directory | 0o755 },
  '/home/me': { uid: me, mode: directory | 0o700 },
  '/home/me/project': { uid: me, mode: directory | 0o755 },
};
const changed = (path: string, change: Partial<Entry>): Way => ({
  ...usual,
  [path]: { uid: me, mode: directory | 0o755, ...usual[path], ...change },
});

/** The number of an entry is its place on the way. */
function lookAt(way: Way): Look {
  const at = (path: string): Entry => {
    const entry = way[path];
    if (entry === undefined) throw Object.assign(new Error('nothing'), { code: 'ENOENT', syscall: 'lstat', errno: -2 });
    return entry;
  };
  return {
    lstat: (path) => ({ dev: 1, ...at(path) }),
    fileSystem: (path) => at(path).type ?? ext4,
    identity: (path) => ({ dev: BigInt(at(path).dev ?? 1), ino: BigInt(Object.keys(way).indexOf(path)) }),
  };
}

function isSafe(way: Way, path = '/home/me/project', self = me): boolean {
  const look = lookAt(way);
  return new PlainPaths(look, self).leadTo({ path, stat: look.identity(path) as BigIntStats });
}

const deep = (count: number): Way =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => ['/' + Array.from({ length: i }, () => 'a').join('/'), top]),
  );
const deepest = (way: Way): string => Object.keys(way).at(-1) ?? '';

describe('the plain path of a held folder', () => {
  const rows: readonly [promise: string, expected: boolean, way: Way, path?: string, self?: number][] = [
    ['is taken where all above is ours or the superuser’s', true, usual],
    ['is taken at the top', true, usual, '/'],
    ['is not taken below a folder of somebody else', false, changed('/home/me', { uid: other })],
    ['is not taken for a folder of somebody else', false, changed('/home/me/project', { uid: other })],
    ['is not taken by the superuser below what is somebody’s', false, usual, '/home/me/project', root],
    ['is not taken below what all may write', false, changed('/home', { mode: directory | 0o777 })],
    ['is not taken below what a group may write', false, changed('/home/me', { mode: directory | 0o770 })],
    ['is not taken for what a group may write', false, changed('/home/me/project', { mode: directory | 0o775 })],
    ['is taken for what is ours in a sticky folder', true, changed('/home', { mode: directory | 0o1777 })],
    [
      'is not taken for what is somebody’s in a sticky folder',
      false,
      { ...changed('/home', { mode: directory | 0o1777 }), '/home/me': { uid: other, mode: directory | 0o755 } },
    ],
    ['is not taken by way of a link', false, changed('/home/me', { mode: link | 0o777 })],
    ['is not taken by way of a link that nobody else may write', false, changed('/home/me', { mode: link | 0o755 })],
    ['is not taken on a file system of another machine', false, changed('/home/me/project', { dev: 2, type: nfs })],
    ['is not taken by way of a file system of another machine', false, changed('/home', { dev: 2, type: nfs })],
    ['is not taken on a file system that a program makes up', false, changed('/home/me', { dev: 3, type: fuse })],
    ['is taken by way of several file systems of this machine', true, changed('/home', { dev: 2 })],
    ['is taken where 11 folders are above', true, deep(12), deepest(deep(12))],
    ['is not taken where more are', false, deep(13), deepest(deep(13))],
  ];
  for (const [promise, expected, way, path, self] of rows) {
    it(promise, () => assert.equal(isSafe(way, path, self), expected));
  }

  it('is not taken if another folder is there by now', () => {
    const look = lookAt(usual);
    const stat = look.identity('/home/me') as BigIntStats;
    assert.equal(new PlainPaths(look, me).leadTo({ path: '/home/me/project', stat }), false);
  });

  it('is not taken if it is on another file system by now', () => {
    const look = lookAt(usual);
    const stat = { ...look.identity('/home/me/project'), dev: 2n } as BigIntStats;
    assert.equal(new PlainPaths(look, me).leadTo({ path: '/home/me/project', stat }), false);
  });

  it('is taken as the system says', function () {
    const stat = lstatSync('/', { bigint: true });
    const isOurs = stat.uid === 0n || Number(stat.uid) === process.geteuid?.();
    const isSafeTop = isOurs && (stat.mode & 0o022n) === 0n && localTypes.has(statfsSync('/').type);
    needs(this, 'a top folder that is safe', process.platform === 'linux' && isSafeTop);
    assert.equal(new PlainPaths().leadTo({ path: '/', stat }), true);
    const other = lstatSync('/proc', { bigint: true });
    assert.equal(new PlainPaths().leadTo({ path: '/proc', stat: other }), false);
  });

  describe('of a file system', () => {
    let now: number;
    let asked: string[];
    let paths: PlainPaths;
    let type: number;
    const way: Record<string, Entry> = {};
    beforeEach(() => {
      now = 1000;
      mocks.method(performance, 'now', () => now);
      [asked, type] = [[], ext4];
      const look = lookAt(way);
      paths = new PlainPaths({ ...look, fileSystem: (path) => (asked.push(path), type) }, me);
    });
    afterEach(() => mocks.restore());
    /** At the top of the file system of that number. */
    const isTaken = (dev: number): boolean => {
      way['/'] = { ...top, dev };
      return paths.leadTo({ path: '/', stat: lookAt(way).identity('/') as BigIntStats });
    };

    it('is known for ten seconds', () => {
      assert.deepEqual([isTaken(1), isTaken(1), asked.length], [true, true, 1]);
      type = nfs;
      assert.deepEqual([isTaken(2), isTaken(2), isTaken(1), asked.length], [false, false, true, 2]);
      now += 9999;
      assert.deepEqual([isTaken(1), asked.length], [true, 2]);
      now++;
      assert.deepEqual([isTaken(1), asked.length], [false, 3]);
      assert.deepEqual([isTaken(1), asked.length], [false, 3]);
    });

    it('is known of a hundred', () => {
      for (let dev = 0; dev < 100; dev++) isTaken(dev);
      assert.equal(asked.length, 100);
      for (let dev = 0; dev < 100; dev++) isTaken(dev);
      assert.equal(asked.length, 100);
      isTaken(100);
      isTaken(100);
      assert.equal(asked.length, 101);
      isTaken(0);
      assert.equal(asked.length, 102);
    });
  });

  it('is not taken if a folder above cannot be looked at', () => {
    const { '/home': _, ...rest } = usual;
    assert.equal(isSafe(rest), false);
  });

  it('is not taken if it leaves no room for names', () => {
    for (const [length, expected] of [
      [1000, true],
      [1001, false],
    ] as const) {
      const long = `/${'x'.repeat(length - 1)}`;
      assert.equal(isSafe({ '/': top, [long]: top }, long), expected);
    }
  });
});

describe('a folder that uploads of one batch hold', () => {
  let folder: TestFolder;
  beforeEach(function () {
    needs(this, '/proc', knowsDescriptors);
    folder = new TestFolder();
    mkdirSync(folder.at('in'));
    chmodSync(folder.at('in'), 0o755);
  });
  afterEach(() => {
    letGo();
    folder.remove();
  });

  /** Holds it twice, and lets go once. */
  function held(): ReturnType<typeof holdFolder> {
    const root = folder.root();
    holdFolder(root, ['in']).close();
    return holdFolder(root, ['in']);
  }

  it('is reached by its descriptor where others may write, so that nothing goes where somebody puts a link', () => {
    chmodSync(folder.at('in'), 0o777);
    const hold = held();
    renameSync(folder.at('in'), folder.at('away'));
    symlinkSync(folder.outside, folder.at('in'));
    writeFileSync(hold.entry('new.txt'), 'x');
    hold.close();
    assert.equal(readFileSync(folder.at('away/new.txt'), 'utf8'), 'x');
  });

  it('is reached by its path where nobody else may write, and by its descriptor once that is over', function () {
    const hold = held();
    needs(this, 'a folder for tests below which nobody else writes', new PlainPaths().leadTo(hold));
    assert.equal(hold.base, hold.path);
    letGo();
    assert.match(hold.base, /^\/proc\/self\/fd\/\d+$/);
    hold.close();
  });
});
