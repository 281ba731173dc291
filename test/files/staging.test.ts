/** What is unfinished lies where nobody sees it, as far as a rename leads from there, and as far as it would be the same file. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, type BigIntStats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Mocks, systemError } from '../support/mocks';
import { knowsDescriptors } from '../../src/files/descriptor';
import * as ownFolder from '../../src/files/folder';
import type { Folder } from '../../src/files/folder';
import * as ownRoot from '../../src/files/root';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import type { ServerFolder } from '../../src/files/unfinished/serverFolder';
import { letGo } from '../../src/files/writing/folderCache';
import { Rights } from '../../src/files/writing/rights';
import * as ownStaging from '../../src/files/writing/staging';
import type { UploadTarget } from '../../src/files/writing/uploadTarget';
import { loadedOn, loadedWithoutDescriptors } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';

const mocks = new Mocks();

const failure = (code: string | undefined): Error =>
  code === undefined ? new Error('no') : systemError(code, 'mkdir');
const newName = /^\.http-server-[0-9a-f]{24}\.tmp$/;

const names = [
  'files/writing/staging',
  'files/folder',
  'files/root',
  'files/writing/folderCache',
  'files/writing/rights',
];
type Loaded = [typeof ownStaging, typeof ownFolder, typeof ownRoot, { letGo: typeof letGo }, { Rights: typeof Rights }];

for (const [how, [{ Staging }, { Folder: Holding }, { Root }, cache, rights]] of [
  ['as this platform has it', [ownStaging, ownFolder, ownRoot, { letGo }, { Rights }]],
  ['without paths for descriptors', loadedWithoutDescriptors(...names) as Loaded],
] as const) {
  describe(`where what is unfinished lies, ${how}`, () => {
    let folder: TestFolder;
    let root: ownRoot.Root;
    let staging: ownStaging.Staging;
    let leftovers: Leftovers;
    /** What its journal and the server's folder are told. */
    let told: string[];
    let own: Pick<ServerFolder, 'path' | 'claim' | 'lost'> & { journal: object };
    let held: Folder[];
    let descriptors: number | undefined;

    const isByDescriptor = knowsDescriptors && Staging === ownStaging.Staging;

    beforeEach(function () {
      needsPosix(this);
      folder = new TestFolder().write('in/deep/old.txt', 'old').write('../own/x', '');
      root = new Root(folder.path, []);
      leftovers = new Leftovers(() => undefined);
      told = [];
      const tell = (what: string) => (path: string) => void told.push(`${what} ${path}`);
      const path = folder.at('../own');
      own = {
        path,
        claim: () => path,
        lost: () => void told.push('lost'),
        journal: {
          ...{ prefix: '.http-server-0123456789ab', add: tell('add'), delete: tell('delete') },
          ...{ enter: tell('enter'), leave: tell('leave') },
        },
      };
      held = [];
      staging = new Staging(root, own as never, leftovers);
      descriptors = openDescriptors();
    });
    afterEach(() => {
      mocks.restore();
      for (const each of held) each.close();
      cache.letGo();
      assert.equal(openDescriptors(), descriptors);
      folder.remove();
    });

    const hold = (...segments: string[]): Folder => {
      const one = Holding.open(root, segments);
      held.push(one);
      return one;
    };
    const toward = (near: Folder): UploadTarget => ({ near }) as UploadTarget;
    const inside = (): UploadTarget => toward(hold('in', 'deep'));
    /** As if it were on another file system. */
    const elsewhere = (near: Folder): UploadTarget =>
      toward(Object.create(near, { stat: { value: { dev: near.stat.dev + 1n } as BigIntStats } }) as Folder);
    const placeOf = ({ path }: ownStaging.Spot): string => {
      if (dirname(path) === own.path) return 'away';
      return dirname(path) === folder.at('in/deep') ? 'beside' : 'below';
    };
    const withoutOwn = (): ownStaging.Staging => (staging = new Staging(root, undefined, leftovers));
    const unclaimed = (code: string | undefined): void => {
      own.claim = () => {
        throw failure(code);
      };
    };

    describe('is away from what is served', () => {
      for (const isWhole of [true, false]) {
        it(`where it can be: ${isWhole ? 'whole' : 'to come'}`, () => {
          const target = inside();
          const spot = staging.reserve(target, isWhole);
          assert.equal(placeOf(spot), 'away');
          assert.match(basename(spot.path), newName);
          assert.equal(spot.pathFrom(target), spot.path);
          spot.release();
          assert.deepEqual(told, []);
          spot.lost?.();
          assert.deepEqual(told, ['lost']);
        });
      }

      it('looks once at where that is', () => {
        const opened = mocks.method(fs, 'openSync').mock;
        const times = (): number => opened.calls.filter(({ arguments: [path] }) => path === own.path).length;
        for (let i = 0; i < 3; i++) staging.reserve(inside(), true);
        // Once more for its rights.
        assert.equal(times(), 2);
      });

      it('by names that are never the same', () => {
        const all = Array.from({ length: 1000 }, () => basename(staging.reserve(toward(hold()), true).path));
        for (const one of held.splice(0)) one.close();
        assert.equal(new Set(all).size, 1000);
        assert.deepEqual(
          all.filter((name) => !newName.test(name)),
          [],
        );
      });
    });

    describe('is below the root', () => {
      const spotBelow = (): ownStaging.Spot => {
        const spot = staging.reserve(inside(), false);
        assert.equal(placeOf(spot), 'below');
        return spot;
      };
      const top = (): string[] => readdirSync(folder.path).filter((name) => name !== 'in');

      it('if the server can have no folder of its own', () => {
        withoutOwn();
        const spot = spotBelow();
        spot.release();
        assert.deepEqual([top(), told], [[], []]);
      });

      it('if the system lets that not be, or not any more, which hides no other fault', () => {
        assert.equal(placeOf(staging.reserve(inside(), false)), 'away');
        unclaimed('EROFS');
        spotBelow().release();
        unclaimed(undefined);
        assert.throws(() => staging.reserve(inside(), false), { message: 'no' });
      });

      it('in one folder for all, noted, which goes with the last of them', () => {
        unclaimed('EROFS');
        const target = inside();
        const spots = [spotBelow(), spotBelow(), spotBelow()];
        const [name = ''] = top();
        assert.match(name, newName);
        assert.deepEqual([top(), told], [[name], [`add ${folder.at(name)}/`]]);
        assert.equal(readFileSync(folder.at(`${name}/.gitignore`), 'utf8'), '*\n');
        assert.equal(fs.statSync(folder.at(name)).mode & 0o077, 0);
        assert.equal(new Set(spots.map(({ path }) => path)).size, 3);
        for (const { path, pathFrom } of spots) {
          assert.equal(pathFrom(target), path);
          assert.equal(dirname(dirname(path)), isByDescriptor ? '/proc/self/fd' : folder.path);
          writeFileSync(path, 'x');
          assert.equal(existsSync(folder.at(`${name}/${basename(path)}`)), true);
          rmSync(path);
        }
        for (const { release } of spots.slice(1)) release();
        assert.deepEqual(top(), [name]);
        spots[0]?.release();
        assert.deepEqual([top(), told.at(-1)], [[], `delete ${folder.at(name)}/`]);
        const next = spotBelow();
        assert.equal(next.path.includes(name), false);
        next.release();
      });

      it('in another folder once somebody has cleared that away', () => {
        unclaimed('EROFS');
        const [first, second] = [spotBelow(), spotBelow()];
        const [name = ''] = top();
        rmSync(folder.at(name), { recursive: true });
        first.lost?.();
        second.lost?.();
        first.release();
        const [third, fourth] = [spotBelow(), spotBelow()];
        const [other = ''] = top();
        assert.notEqual(other, name);
        for (const each of [first, second, first, second]) each.release();
        first.lost?.();
        third.release();
        assert.deepEqual(top(), [other]);
        fourth.release();
        assert.deepEqual(top(), []);
      });

      for (const [promise, method] of [
        ['takes no folder', 'mkdirSync'],
        ['takes no file', 'writeFileSync'],
      ] as const) {
        it(`or beside it if the root ${promise}, which leaves nothing`, () => {
          unclaimed('EROFS');
          mocks.method(fs, method, () => {
            throw failure('EACCES');
          });
          assert.equal(placeOf(staging.reserve(inside(), false)), 'beside');
          assert.deepEqual([top(), told.map((each) => each.split(' ')[0])], [[], ['add', 'delete', 'enter']]);
        });
      }

      it('or nowhere if there is another fault', () => {
        withoutOwn();
        mocks.method(fs, 'mkdirSync', () => {
          throw failure(undefined);
        });
        assert.throws(() => staging.reserve(inside(), false), { message: 'no' });
      });
    });

    describe('is beside it', () => {
      it('if it is whole, and the server has no folder of its own', () => {
        withoutOwn();
        const spot = staging.reserve(inside(), true);
        assert.equal(placeOf(spot), 'beside');
        assert.match(basename(spot.path), newName);
        spot.release();
      });

      for (const isWhole of [true, false]) {
        it(`if its folder is on another file system: ${isWhole ? 'whole' : 'to come'}`, () => {
          assert.equal(placeOf(staging.reserve(elsewhere(hold('in', 'deep')), isWhole)), 'beside');
        });

        it(`if a file would be another there: ${isWhole ? 'whole' : 'to come'}`, () => {
          mocks.method(rights.Rights.prototype, 'of', (path: string) => String(path.endsWith('deep')));
          assert.equal(placeOf(staging.reserve(inside(), isWhole)), 'beside');
        });

        it(`if no rename leads there: ${isWhole ? 'whole' : 'to come'}`, () => {
          staging.avoid(inside());
          staging.avoid(toward(hold('in')));
          assert.equal(placeOf(staging.reserve(inside(), isWhole)), 'beside');
          assert.equal(dirname(staging.reserve(toward(hold()), isWhole).path), own.path);
        });
      }

      it('if the file system is mounted there once more, unless it is whole', function () {
        needs(this, '/proc', isByDescriptor);
        const read = fs.readFileSync.bind(fs) as (...args: unknown[]) => unknown;
        let id = 0;
        mocks.method(fs, 'readFileSync', (...args: unknown[]) =>
          String(args[0]).includes('/fdinfo/') ? `pos:\t0\nmnt_id:\t${++id}\n` : read(...args),
        );
        assert.equal(placeOf(staging.reserve(inside(), true)), 'away');
        assert.equal(placeOf(staging.reserve(inside(), false)), 'beside');
      });

      it('of which a thousand folders are remembered', () => {
        const near = (path: string): UploadTarget => toward({ path } as Folder);
        for (let i = 0; i < 999; i++) staging.avoid(near(`/${i}`));
        staging.avoid(inside());
        assert.equal(placeOf(staging.reserve(inside(), true)), 'beside');
        staging.avoid(near('/other'));
        assert.equal(placeOf(staging.reserve(inside(), true)), 'away');
      });

      it('by a name that its journal knows it by, which is told of', () => {
        const spot = staging.reserveBeside(inside());
        assert.match(basename(spot.path), /^\.http-server-0123456789ab[0-9a-f]{12}\.tmp$/);
        assert.deepEqual(told, [`enter ${folder.at('in/deep')}`]);
        spot.release();
        assert.deepEqual(told[1], `leave ${folder.at('in/deep')}`);
      });

      it('by a path of the folder that is held then, or by its own', () => {
        const near = hold('in', 'deep');
        const { path, pathFrom } = staging.reserveBeside(toward(near));
        assert.equal(path, folder.at(`in/deep/${basename(path)}`));
        const again = hold('in', 'deep');
        assert.equal(pathFrom(toward(near)), near.entry(basename(path)));
        assert.equal(pathFrom(toward(again)), again.entry(basename(path)));
        mkdirSync(folder.at('in/deep/more'));
        assert.equal(pathFrom(toward(hold('in', 'deep', 'more'))), path);
      });
    });
  });
}

describe('where what is unfinished lies', () => {
  let folder: TestFolder;
  beforeEach(function () {
    needsPosix(this);
    folder = new TestFolder().write('in/old.txt', 'old').write('../own/x', '');
  });
  afterEach(() => {
    mocks.restore();
    folder.remove();
  });

  /** Where the first file of a server lies that is on its way to `in`. */
  function first(platform: NodeJS.Platform): string {
    const [{ Staging }, { Folder: Holding }, { Root }, cache] = loadedOn(platform, ...names) as Loaded;
    const root = new Root(folder.path, []);
    const path = folder.at('../own');
    const near = Holding.open(root, ['in']);
    const staging = new Staging(root, { path, claim: () => path } as never, new Leftovers(() => undefined));
    const spot = staging.reserve({ near } as UploadTarget, true);
    near.close();
    cache.letGo();
    assert.match(basename(spot.path), newName);
    return basename(dirname(spot.path));
  }

  it('is away from what is served', () => {
    assert.equal(first(process.platform), fs.existsSync('/sys/fs/selinux/enforce') ? 'in' : 'own');
  });

  it('is beside it on Windows, where it would keep the access control list of another folder', () => {
    assert.equal(first('win32'), 'in');
  });

  it('is beside it where files keep the label of another folder', () => {
    const exists = fs.existsSync.bind(fs);
    mocks.method(fs, 'existsSync', (path: string) => path === '/sys/fs/selinux/enforce' || exists(path));
    assert.equal(first(process.platform), 'in');
  });
});
