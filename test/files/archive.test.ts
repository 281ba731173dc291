/** What goes into an archive is planned before it is read, and what is read is what was planned, or nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { FileError, type FileErrorKind } from '../../src/files/fileError';
import { Archive } from '../../src/files/reading/archive';
import { planArchive, type ArchivePlan, type Planned } from '../../src/files/reading/archivePlan';
import { centralHeader, dataDescriptor, endOfArchive, localHeader } from '../../src/files/reading/zip';
import { TestFolder } from '../support/folder';
import { HeldPace } from '../support/heldPace';
import { needsLinux, needsPosix, needsProgram } from '../support/needs';
import { Mocks, systemError } from '../support/mocks';

const isKind =
  (kind: FileErrorKind, message?: string) =>
  (error: unknown): boolean =>
    error instanceof FileError && error.kind === kind && (message ?? error.message) === error.message;

const changed = isKind('busy', 'A file has changed while it was archived.');
const missing = isKind('missing', 'There is no such file.');

const mocks = new Mocks();

describe('an archive', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('d/a.txt', 'a').write('d/sub/b.txt', 'bb').write('d/sub/deep/c.txt', '').write('top.txt', 'ttt');
    folder.write('d/.env', 'secret').write('d/sub/key.pem', 'secret').write('../outside/o.txt', 'secret');
    mkdirSync(folder.at('d/empty'));
  });
  afterEach(() => {
    mocks.restore();
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  interface Wanted {
    readonly path?: string;
    readonly names?: readonly string[];
    readonly most?: number;
    readonly held?: HeldPace;
  }

  const plan = ({
    path = 'd',
    names = [],
    most = 100,
    held = new HeldPace(false),
  }: Wanted = {}): Promise<ArchivePlan> =>
    planArchive({ root: folder.root(), segments: path === '' ? [] : path.split('/'), names, most }, held.pace);
  const namesOf = async (wanted?: Wanted): Promise<string[]> => (await plan(wanted)).entries.map(({ name }) => name);

  const all = ['a.txt', 'empty/', 'sub/', 'sub/b.txt', 'sub/deep/', 'sub/deep/c.txt'];

  describe('is planned:', () => {
    it('each file and folder, with its size, its time, and whether it may be run', async () => {
      if (process.platform !== 'win32') chmodSync(folder.at('d/a.txt'), 0o700);
      utimesSync(folder.at('d/a.txt'), 1_234_567_891.5, 1_234_567_891.5);
      const { entries, top } = await plan();
      assert.deepEqual(top, ['d']);
      const stat = statSync(folder.at('d/a.txt'), { bigint: true });
      const runs = process.platform !== 'win32';
      assert.deepEqual(entries[0], {
        ...{ name: 'a.txt', size: 1, modified: 1_234_567_891_500, isExecutable: runs },
        times: [stat.mtimeNs, stat.ctimeNs],
      });
      assert.deepEqual(
        entries.map(({ name, size }) => [name, size]),
        all.map((name) => [name, { 'a.txt': 1, 'sub/b.txt': 2 }[name] ?? 0]),
      );
      if (runs) assert.equal(entries.find(({ name }) => name === 'sub/b.txt')?.isExecutable, false);
    });

    const some: readonly (readonly [promise: string, wanted: Wanted, names: readonly string[]])[] = [
      ['one folder', { names: ['sub'] }, all.slice(2)],
      ['what is at the top of the folder that is served', { path: '', names: ['top.txt'] }, ['top.txt']],
      ['an empty folder', { path: 'd/empty' }, []],
      ['as many as there may be', { most: 6 }, all],
    ];
    for (const [promise, wanted, names] of some) {
      it(promise, async () => assert.deepEqual(await namesOf(wanted), names));
    }

    const refused: readonly (readonly [promise: string, wanted: Wanted, is: (error: unknown) => boolean])[] = [
      [
        'too many',
        { most: 5 },
        isKind('denied', 'An archive has at most 5 files and folders: take some of them at a time.'),
      ],
      ['one that is not there', { names: ['a.txt', 'none'] }, missing],
      ['one that is excluded', { names: ['.env'] }, missing],
      ['a folder that is not there', { path: 'none' }, missing],
      ['a folder that is a file', { path: 'top.txt' }, isKind('missing')],
      ['a folder that is excluded', { path: '.git' }, isKind('hidden')],
    ];
    for (const [promise, wanted, is] of refused) {
      it(`not ${promise}`, () => assert.rejects(plan(wanted), is));
    }

    it('without a look into what is no folder', async () => {
      const opening = mocks.method(fs, 'openSync');
      await plan();
      const opened = opening.mock.calls.map(({ arguments: [path] }) => String(path));
      assert.ok(!opened.some((path) => path.endsWith('.txt')), opened.join());
    });

    it('no more than there may be, however many of them are empty folders', async () => {
      for (const name of ['e/1/x', 'e/1/y']) folder.write(name, '');
      for (const name of ['e/2', 'e/3']) mkdirSync(folder.at(name));
      assert.equal((await plan({ path: 'e', most: 5 })).entries.length, 5);
      await assert.rejects(plan({ path: 'e', most: 4 }), isKind('denied'));
    });

    it('files that links lead to, inside only, and no folders by links', async function () {
      needsPosix(this);
      folder.link('l/folder', '../d').link('l/file', '../top.txt').link('l/out', '../../outside/o.txt');
      folder.link('l/hidden', '../d/.env').link('l/loop', 'loop').link('l/up', '..').link('l/nowhere', 'none');
      const { entries } = await plan({ path: 'l' });
      assert.deepEqual(
        entries.map(({ name, size }) => [name, size]),
        [['file', 3]],
      );
    });

    it('by a link to the folder, which then has its real path', async function () {
      needsPosix(this);
      folder.link('way', 'd');
      assert.deepEqual((await plan({ path: 'way' })).top, ['d']);
    });

    it('nothing that is no file', async function () {
      needsProgram(this, 'mkfifo');
      execFileSync('mkfifo', [folder.at('d/pipe')]);
      assert.deepEqual(await namesOf(), all);
      await assert.rejects(plan({ names: ['pipe'] }), missing);
    });

    it('nothing that may not be read', async function () {
      needsPosix(this);
      folder.link('d/link', 'sub/b.txt');
      const access = fs.accessSync;
      mocks.method(fs, 'accessSync', (path: string, mode?: number) => {
        if (/b\.txt|link/.test(path) && mode === fs.constants.R_OK) throw systemError('EACCES', 'access');
        access(path, mode);
      });
      assert.deepEqual(
        await namesOf(),
        all.filter((name) => name !== 'sub/b.txt'),
      );
      await assert.rejects(plan({ names: ['link'] }), missing);
    });

    it('nothing that is mounted', async function () {
      needsLinux(this);
      const read = fs.readFileSync;
      mocks.method(fs, 'readFileSync', (path: string, ...rest: [BufferEncoding]) =>
        path === '/proc/self/mountinfo' ? `1 1 0:1 / ${folder.at('d/sub')} rw - tmpfs x rw\n` : read(path, ...rest),
      );
      assert.deepEqual(await namesOf(), ['a.txt', 'empty/']);
      await assert.rejects(plan({ names: ['sub'] }), missing);
      assert.deepEqual(await namesOf({ path: 'd/sub' }), ['b.txt', 'deep/', 'deep/c.txt']);
    });

    it('nothing that another file system has', async function () {
      needsLinux(this);
      const stat = fs.fstatSync as (fd: number, options: { bigint: true }) => fs.BigIntStats;
      const { ino } = lstatSync(folder.at('d/sub'), { bigint: true });
      mocks.method(fs, 'fstatSync', (fd: number, options: { bigint: true }) => {
        const there = stat(fd, options);
        return there.ino === ino ? Object.assign(there, { dev: there.dev + 1n }) : there;
      });
      assert.deepEqual(await namesOf(), ['a.txt', 'empty/']);
    });

    /** Of what becomes of `d/sub` after it was seen. */
    const replaced: readonly (readonly [promise: string, change: (path: string) => void])[] = [
      ['is gone', (path) => rmSync(path, { recursive: true })],
      [
        'is a file',
        (path) => {
          rmSync(path, { recursive: true });
          folder.write('d/sub', '');
        },
      ],
      [
        'is a link to another folder',
        (path) => {
          renameSync(path, folder.at('elsewhere'));
          folder.link('d/sub', '../elsewhere');
        },
      ],
      [
        'is a link out',
        (path) => {
          rmSync(path, { recursive: true });
          folder.link('d/sub', '../../outside');
        },
      ],
    ];
    for (const [promise, change] of replaced) {
      it(`without a folder that ${promise} when it is looked into`, async function () {
        needsPosix(this);
        let count = 0;
        const held = new HeldPace(false, { ask: () => ++count === 3 && change(folder.at('d/sub')) });
        // Two files, and two folders, of which one is hidden.
        assert.deepEqual((await namesOf({ held, names: ['a.txt', 'empty', 'sub'] })).slice(0, 3), ['a.txt', 'empty/']);
      });
    }

    const failures: readonly (readonly [code: string, kind: FileErrorKind | undefined])[] = [
      ['EACCES', undefined],
      ['ENOENT', undefined],
      ['EBUSY', 'busy'],
      ['EIO', 'failed'],
    ];
    for (const [code, kind] of failures) {
      it(`${kind === undefined ? 'without' : 'not at all with'} an entry of which the system says ${code}`, async () => {
        const stat = fs.lstatSync as (path: string, ...rest: unknown[]) => unknown;
        mocks.method(fs, 'lstatSync', (path: string, ...rest: unknown[]) => {
          if (path.endsWith('a.txt')) throw systemError(code);
          return stat(path, ...rest);
        });
        if (kind === undefined) assert.deepEqual(await namesOf(), all.slice(1));
        else await assert.rejects(plan(), isKind(kind));
      });

      it(`${kind === undefined ? 'without' : 'not at all with'} a folder of which it says ${code}`, async function () {
        needsLinux(this);
        const { ino } = lstatSync(folder.at('d/sub'));
        const stat = fs.fstatSync as (fd: number, options: { bigint: true }) => fs.BigIntStats;
        mocks.method(fs, 'fstatSync', (fd: number, options: { bigint: true }) => {
          const there = stat(fd, options);
          if (there.ino === BigInt(ino)) throw systemError(code);
          return there;
        });
        if (kind === undefined) assert.deepEqual(await namesOf(), ['a.txt', 'empty/']);
        else await assert.rejects(plan(), isKind(kind));
      });
    }

    it('with a rest whenever one is due, and until it ends the work', async () => {
      const held = new HeldPace(true);
      await plan({ held });
      assert.equal(held.rests, held.asked);
      assert.ok(held.rests >= 8, `${held.rests} rests`);
      const idle = new HeldPace(false);
      await plan({ held: idle });
      assert.equal(idle.rests, 0);
      const ending = new HeldPace(true, {
        rest: () => {
          throw new Error('nobody waits');
        },
      });
      await assert.rejects(plan({ held: ending }), /nobody waits/);
    });
  });

  describe('is read:', () => {
    /** All of it, by so many octets at a time. */
    async function read(archive: Archive, size: number): Promise<Buffer> {
      const pieces: Buffer[] = [];
      const into = Buffer.alloc(size);
      for (;;) {
        const count = await archive.read(into);
        if (count === 0) return Buffer.concat(pieces);
        pieces.push(Buffer.from(into.subarray(0, count)));
        assert.ok(pieces.length <= archive.length, 'It has no end.');
      }
    }

    const archived = (planned: ArchivePlan, held = new HeldPace(false), onClose = (): void => undefined): Archive =>
      new Archive(planned, held.pace, onClose);

    /** What it has to be, by what its parts are. */
    function expected({ top, entries }: ArchivePlan): Buffer {
      const [places, central]: [Buffer[], Buffer[]] = [[], []];
      let offset = 0;
      for (const entry of entries) {
        const path = folder.at([...top, entry.name].join('/'));
        const content = entry.name.endsWith('/') ? Buffer.alloc(0) : fs.readFileSync(path);
        const checksum = crc32(content);
        central.push(centralHeader(entry, checksum, offset));
        const place = Buffer.concat([localHeader(entry), content, dataDescriptor(entry, checksum)]);
        places.push(place);
        offset += place.length;
      }
      const headers = Buffer.concat(central);
      return Buffer.concat([...places, headers, endOfArchive(entries.length, offset, headers.length)]);
    }

    beforeEach(() => {
      folder.write('d/sub/large', Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251)));
      for (let i = 0; i < 70; i++) folder.write(`many/${i}.txt`, String(i));
    });

    const steps: readonly (readonly [path: string, size: number])[] = [
      ['many', 1],
      ['many', 1000],
      ['d', 1000],
      ['d', 65_536],
      ['d', 1_000_000],
    ];
    for (const [path, size] of steps) {
      it(`${path} by ${size} octets at a time, of the length that was told`, async () => {
        const planned = await plan({ path, most: 200 });
        const archive = archived(planned);
        const whole = expected(planned);
        assert.equal(archive.length, whole.length);
        assert.ok((await read(archive, size)).equals(whole));
        archive.close();
      });
    }

    it('an empty one', async () => {
      const archive = archived(await plan({ path: 'd/empty' }));
      assert.equal((await read(archive, 5)).toString('latin1'), `PK\u0005\u0006${'\0'.repeat(18)}`);
      assert.equal(archive.length, 22);
      archive.close();
    });

    it('with a rest before each piece, which is whole as long as none is due', async () => {
      const planned = await plan();
      const [idle, busy] = [new HeldPace(false), new HeldPace(true)];
      const one = archived(planned, idle);
      const into = Buffer.alloc(64 * 1024);
      assert.deepEqual([await one.read(into), idle.rests], [into.length, 1]);
      one.close();
      const other = archived(planned, busy);
      assert.ok((await read(other, into.length)).equals(expected(planned)));
      assert.ok(busy.rests > 10, `${busy.rests} rests`);
      other.close();
    });

    it('until it is closed, which is told of, and lets go of its file', async () => {
      let closed = 0;
      const archive = archived(await plan({ path: 'd/sub' }), undefined, () => closed++);
      // More than what is before the content of the largest file, and less than that.
      assert.ok((await archive.read(Buffer.alloc(50_000))) > 0);
      assert.equal(closed, 0);
      archive.close();
      assert.deepEqual([closed, folder.opened()], [1, []]);
      assert.equal(await archive.read(Buffer.alloc(5)), 0);
    });

    it('not on, when what the work is for has ended', async () => {
      const ending = new HeldPace(false, {
        rest: () => {
          throw new Error('nobody waits');
        },
      });
      const archive = archived(await plan(), ending);
      await assert.rejects(archive.read(Buffer.alloc(5)), /nobody waits/);
      archive.close();
    });

    const others: readonly (readonly [promise: string, other: (entry: Planned) => Partial<Planned>])[] = [
      ['another size', ({ size }) => ({ size: size + 1 })],
      ['another time of its content', ({ times: [modified, at] }) => ({ times: [modified + 1n, at] })],
      ['another time of its last change', ({ times: [modified, at] }) => ({ times: [modified, at + 1n] })],
      ['the name of a folder', () => ({ name: 'sub' })],
    ];
    for (const [promise, other] of others) {
      it(`not with a file that has ${promise} than was planned`, async () => {
        const planned = await plan();
        const entries = planned.entries.map((entry, i) => (i === 0 ? { ...entry, ...other(entry) } : entry));
        const archive = archived({ ...planned, entries });
        await assert.rejects(read(archive, 100), changed);
        archive.close();
      });
    }

    it('not at all of a file that is not what was planned, not even what comes before it', async () => {
      const { entries, ...rest } = await plan({ names: ['a.txt'] });
      const archive = archived({ ...rest, entries: entries.map((entry) => ({ ...entry, size: 2 })) });
      await assert.rejects(archive.read(Buffer.alloc(10)), changed);
      archive.close();
    });

    const midst: readonly (readonly [promise: string, change: (path: string) => void])[] = [
      ['grows', (path) => fs.appendFileSync(path, 'x')],
      ['shrinks', (path) => truncateSync(path, 100)],
      ['is touched', (path) => utimesSync(path, 1, 1)],
    ];
    for (const [promise, change] of midst) {
      it(`not to the end of a file that ${promise} meanwhile`, async () => {
        const archive = archived(await plan({ names: ['sub'] }));
        await archive.read(Buffer.alloc(1000));
        change(folder.at('d/sub/large'));
        await assert.rejects(read(archive, 1000), changed);
        archive.close();
      });
    }

    it('not with a file that is gone', async () => {
      const archive = archived(await plan());
      rmSync(folder.at('d/a.txt'));
      await assert.rejects(read(archive, 100), missing);
      archive.close();
    });
  });
});
