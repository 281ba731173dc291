/** Every upload of a server is finished or gone when it stops, or left for the next one to go on with. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Mocks, systemError } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import { knowsDescriptors } from '../../src/files/descriptor';
import type { FileError } from '../../src/files/fileError';
import { pool } from '../../src/files/pool';
import { Root } from '../../src/files/root';
import type { UploadProgress, UploadSource } from '../../src/files/writing/progress';
import { Uploads, type Goal, type Ledger } from '../../src/files/writing/uploads';
import { checkParent, type Upload } from '../../src/files/writing/write';
import { firstUpload } from '../support/disk/firstUpload';
import { openDescriptors, TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';
import { soon } from '../support/soon';

const mocks = new Mocks();

const nothing = (): void => undefined;
const asItIs = (error: unknown): unknown => error;
const text = (content: string): Buffer => Buffer.from(content);
const fault = new Error('not of the system');

describe('the uploads of a server', () => {
  let folder: TestFolder;
  let root: Root;
  let all: Uploads[];
  let uploads: Uploads;
  let descriptors: number | undefined;
  const run = pool.run.bind(pool);

  const server = (...args: ConstructorParameters<typeof Uploads>): Uploads => {
    const one = new Uploads(...args);
    all.push(one);
    return one;
  };
  before(firstUpload);
  beforeEach(() => {
    folder = new TestFolder().write('old.txt', 'old').write('dir/old.txt', 'old');
    root = folder.root();
    all = [];
    descriptors = openDescriptors();
    uploads = server(folder.places);
  });
  afterEach(async () => {
    mocks.restore();
    pool.run = run;
    await soon(Promise.all(all.map((one) => one.end())));
    assert.equal(openDescriptors(), descriptors);
    assert.equal(folder.left(), 0);
    folder.remove();
  });

  const goal = (path: string, other: Partial<Goal> = {}): Goal => ({
    root,
    segments: path.split('/'),
    check: nothing,
    ...other,
  });
  const content = (path: string): string => readFileSync(folder.at(path), 'utf8');
  const entries = (): string[] => (readdirSync(folder.path, { recursive: true }) as string[]).sort();
  const untouched = ['dir', 'dir/old.txt', 'old.txt'];
  /** A check that fails at its `time`th call. */
  const failingAt = (time: number): (() => void) => {
    let calls = 0;
    return () => {
      if (++calls === time) throw fault;
    };
  };

  describe('store', () => {
    for (const isSynced of [false, true])
      describe(isSynced ? 'on the disk' : 'without waiting for the disk', () => {
        let flushed: number;
        beforeEach(() => {
          root = folder.root({ sync: isSynced });
          flushed = 0;
          pool.run = (work) => {
            flushed++;
            return run(work);
          };
        });

        it('what comes', async () => {
          const stored = await uploads.store(goal('a/new.txt'), (upload) => upload.write(text('new')));
          assert.deepEqual(stored, { created: true, path: 'a/new.txt' });
          assert.equal(content('a/new.txt'), 'new');
          // The file, its folder, and the root, which lists that.
          assert.equal(flushed, isSynced ? 3 : 0);
        });

        it('several files, all or none', async () => {
          const fill = async (list: Upload[]): Promise<void> => {
            for (const name of ['old.txt', 'a/new.txt']) {
              const upload = uploads.begin(goal(name));
              list.push(upload);
              await upload.write(text('new'));
            }
          };
          const stored = await uploads.storeAll(fill, asItIs);
          assert.deepEqual(stored, [
            { created: false, path: 'old.txt' },
            { created: true, path: 'a/new.txt' },
          ]);
          assert.equal(flushed > 0, isSynced);
          await assert.rejects(
            uploads.storeAll(async (list) => {
              await fill(list);
              throw fault;
            }, asItIs),
            fault,
          );
          assert.deepEqual(await uploads.storeAll(async () => Promise.resolve(), asItIs), []);
        });

        it('nothing if its content does not come, or its check fails then', async () => {
          await assert.rejects(
            uploads.store(goal('a/new.txt'), () => Promise.reject(fault)),
            fault,
          );
          await assert.rejects(
            uploads.store(goal('a/new.txt', { check: failingAt(2) }), (upload) => upload.write(text('new'))),
            fault,
          );
          await assert.rejects(
            uploads.store(goal('a/new.txt', { check: failingAt(1) }), () => assert.fail()),
            fault,
          );
          assert.deepEqual(entries(), untouched);
          assert.equal(folder.left(), 0);
        });
      });

    it('little content at once, and look at its folder once', async () => {
      const [first, second] = [uploads.storeNow(goal('old.txt'), text('1')), uploads.storeNow(goal('a/b'), text('2'))];
      assert.deepEqual([first.created, second.created, content('old.txt'), content('a/b')], [false, true, '1', '2']);
      await Promise.resolve();
      assert.deepEqual(folder.opened(), []);
      let calls = 0;
      const check = (): void => {
        calls++;
      };
      uploads.storeNow(goal('old.txt', { check }), text('3'));
      assert.equal(calls, 1);
    });

    it('little content on the disk', async () => {
      root = folder.root({ sync: true });
      const stored = await uploads.storeOnDisk(goal('a/new.txt'), text('new'));
      assert.deepEqual([stored, content('a/new.txt')], [{ created: true, path: 'a/new.txt' }, 'new']);
    });

    it('nothing of little content if that fails', async () => {
      assert.throws(() => uploads.storeNow(goal('a/x', { check: failingAt(1) }), text('x')), fault);
      await assert.rejects(uploads.storeOnDisk(goal('a/x', { check: failingAt(1) }), text('x')), fault);
      const written = mocks.method(fs, 'writeSync', () => {
        throw systemError('ENOSPC', 'write');
      });
      assert.throws(() => uploads.storeNow(goal('a/x'), text('x')), { kind: 'full' });
      await assert.rejects(uploads.storeOnDisk(goal('a/x'), text('x')), { kind: 'full' });
      await assert.rejects(
        uploads.store(goal('a/x'), (upload) => upload.write(text('x'))),
        { kind: 'full' },
      );
      written.mock.restore();
      const placed = mocks.method(fs, 'renameSync', () => {
        throw systemError('EACCES', 'rename');
      });
      assert.throws(() => uploads.storeNow(goal('old.txt'), text('x')), { kind: 'denied' });
      placed.mock.restore();
      assert.deepEqual(entries(), untouched);
    });
  });

  describe('may be on their way', () => {
    it('to a name that no other is on its way to, if they are numbered', () => {
      const [first, second] = [1, 2].map(() => uploads.begin(goal('a/new.txt', { isNumbered: true })));
      assert.deepEqual([first?.path, second?.path], ['a/new.txt', 'a/new (2).txt']);
      assert.deepEqual(second?.finish(), { created: true, path: 'a/new (2).txt' });
      assert.deepEqual(first?.finish(), { created: true, path: 'a/new.txt' });
    });

    it('to another if that is taken by then, which is not told by themselves', async () => {
      const upload = uploads.begin(goal('new.txt', { isNumbered: true }));
      folder.write('new.txt', 'mine');
      assert.equal((await uploads.finish(upload)).path, 'new (2).txt');
      assert.equal(content('new.txt'), 'mine');
    });

    it('to one that is not the same where case is not told apart', function () {
      needsPosix(this);
      for (const [platform, expected] of [
        ['linux', 'NEW.txt'],
        ['darwin', 'NEW (2).txt'],
      ] as const) {
        root = new Root(folder.path, [], platform);
        const one = uploads.begin(goal('new.txt', { isNumbered: true }));
        const other = uploads.begin(goal('NEW.txt', { isNumbered: true }));
        assert.equal(other.path, expected);
        for (const each of [one, other]) each.discard();
      }
    });

    it('but nowhere if their folder cannot be held while they come', function () {
      needs(this, '/proc', knowsDescriptors);
      const first = uploads.begin(goal('dir/1'));
      const refused = mocks.method(fs, 'readlinkSync', () => {
        throw systemError('EIO', 'readlink');
      }).mock;
      assert.throws(() => uploads.begin(goal('dir/2')), { name: 'FileError', kind: 'failed' });
      refused.restore();
      assert.equal(folder.left(), 1);
      first.discard();
    });
  });

  describe('are cancelled by their number', () => {
    it('with what is to come of their source', () => {
      const failed: Error[] = [];
      const source: UploadSource = { length: 1, fail: (error) => failed.push(error) };
      const told: (readonly UploadProgress[])[] = [];
      mocks.timers.enable({ apis: ['setTimeout'] });
      try {
        const one = server(folder.places, { onProgress: (each) => told.push(each) });
        const upload = one.begin(goal('new.txt'), source);
        let now = performance.now();
        mocks.method(performance, 'now', () => (now += 3000));
        mocks.timers.tick(2000);
        const number = told[0]?.[0]?.upload ?? assert.fail();
        one.cancel(number + 1);
        one.cancel(number);
        assert.deepEqual(
          failed.map((error) => (error as FileError).kind),
          ['cancelled'],
        );
        upload.discard();
        one.cancel(number);
        assert.equal(failed.length, 1);
      } finally {
        mocks.timers.reset();
      }
    });

    it('unless nothing is to come', () => {
      const one = uploads.begin(goal('new.txt'));
      for (let i = 0; i < 10_000; i++) uploads.cancel(i);
      one.discard();
    });
  });

  describe('are all over at its end', () => {
    it('which waits for them', async () => {
      const [first, second] = [uploads.begin(goal('1')), uploads.begin(goal('2'))];
      let ended = 0;
      const ends = [1, 2].map(async () => {
        await soon(uploads.end());
        ended++;
      });
      first.finish();
      await setImmediate();
      assert.equal(ended, 0);
      second.discard();
      await soon(Promise.all(ends));
      assert.equal(ended, 2);
    });

    it('which leaves nothing of what is for them', async () => {
      uploads.storeNow(goal('new.txt'), text('x'));
      assert.ok(existsSync(folder.places[0] ?? ''));
      await soon(uploads.end());
      assert.equal(existsSync(folder.places[0] ?? ''), false);
    });
  });

  describe('have a folder of their own', () => {
    it('or it is told that they have none, once for each root', () => {
      let told = 0;
      const one = server([], { onNoPrivateFolder: () => told++ });
      for (let i = 0; i < 2; i++) one.storeNow(goal('new.txt'), text('x'));
      assert.equal(told, 1);
      root = folder.root();
      one.storeNow(goal('new.txt'), text('x'));
      assert.equal(told, 2);
      assert.equal(one.ledger(root), undefined);
      server([]).storeNow(goal('new.txt'), text('x'));
    });

    it('that is not told of', () => {
      const one = server(folder.places, { onNoPrivateFolder: () => assert.fail() });
      one.storeNow(goal('new.txt'), text('x'));
      assert.notEqual(one.ledger(root), undefined);
    });

    it('which is one for all roots', async () => {
      const other = new TestFolder();
      const open = [uploads.begin(goal('new.txt')), uploads.begin({ ...goal('new.txt'), root: other.root() })];
      assert.equal(readdirSync(folder.places[0] ?? '').length, 1);
      for (const each of open) each.discard();
      await soon(uploads.end());
      other.remove();
    });

    it('which is cleared of what others have left, and is gone if nothing is', async () => {
      const [place = ''] = folder.places;
      mkdirSync(join(place, '1-0123456789abcdef'), { recursive: true, mode: 0o700 });
      fs.chmodSync(place, 0o700);
      await uploads.prepare(root);
      assert.equal(existsSync(place), false);
      await server([]).prepare(root);
    });
  });

  describe('outlive it', () => {
    const id = '0123456789abcdef0123456789abcdef';
    const later = (): number => Date.now() + 1e7;
    const noted = (other: object = {}): { size: undefined; ends: number; about: string } => ({
      ...{ size: undefined, ends: later(), about: 'about' },
      ...other,
    });
    const ledgerOf = (one: Uploads, of = root): Ledger => one.ledger(of) ?? assert.fail();
    const recordPath = (): string => join(folder.places[0] ?? '', 'uploads', `${id}.json`);
    const record = (): Record<string, unknown> => JSON.parse(readFileSync(recordPath(), 'utf8')) as never;

    /** Half of it has come when its server ends. */
    async function left(path = 'a/new.txt', other: object = {}): Promise<void> {
      const upload = uploads.begin(goal(path));
      await upload.write(text('half'));
      ledgerOf(uploads).write(id, upload, noted(other));
      assert.equal(record().temporary, upload.temporaryPath);
      upload.park();
      await soon(uploads.end());
      assert.deepEqual(entries(), untouched);
    }

    it('and are gone on with by the next', async () => {
      await left('a/new.txt', { size: 3 });
      const next = server(folder.places);
      await next.prepare(root);
      const ledger = ledgerOf(next);
      assert.equal(ledger.knows(id), true);
      const found = await ledger.find(id);
      assert.deepEqual([found?.about, found?.size], ['about', 3]);
      assert.equal(found?.owner, record().owner);
      const { temporary, size } = found ?? assert.fail();
      const upload = next.adopt(goal('a/new.txt'), { temporary: temporary ?? assert.fail(), size });
      assert.equal(upload.size, 3);
      await upload.write(text('f and half'));
      assert.deepEqual(upload.finish(), { created: true, path: 'a/new.txt' });
      assert.equal(content('a/new.txt'), 'half and half');
      ledger.remove(id);
      assert.deepEqual([ledger.knows(id), existsSync(recordPath())], [false, false]);
      // What its server had made around it goes then.
      while (existsSync(dirname(temporary ?? ''))) await setImmediate();
    });

    it('and are gone on with by one alone', async () => {
      await left();
      const [one, other] = [server(folder.places), server(folder.places)];
      const found = await Promise.all([ledgerOf(one).find(id), ledgerOf(other).find(id)]);
      assert.equal(found.filter((each) => each !== undefined).length, 1);
      for (const each of [one, other]) assert.equal(await ledgerOf(each).find(id), undefined);
      assert.equal(ledgerOf(other).knows(id), true);
      one.abandon({ temporary: found.find((each) => each !== undefined)?.temporary ?? assert.fail(), size: undefined });
      ledgerOf(one).remove(id);
      await Promise.all([one, other].map((each) => each.end()));
      await server(folder.places).prepare(root);
    });

    it('but not to what serves another folder, nor beyond their end', async () => {
      await left();
      const next = server(folder.places);
      folder.write('x/y', '');
      const ledger = ledgerOf(next, new Root(folder.at('x'), []));
      assert.deepEqual([ledger.knows(id), await ledger.find(id)], [false, undefined]);
      const own = ledgerOf(next);
      const now = Date.now();
      writeFileSync(recordPath(), JSON.stringify({ ...record(), ends: new Date(now).toISOString() }));
      mocks.method(Date, 'now', () => now);
      assert.deepEqual([own.knows(id), await own.find(id)], [true, undefined]);
      assert.deepEqual([own.knows('x'), await own.find('x')], [false, undefined]);
      rmSync(folder.at('x'), { recursive: true });
      await next.prepare(root);
      assert.equal(own.knows(id), false);
    });

    it('and are left alone while it is there', async () => {
      const upload = uploads.begin(goal('new.txt'));
      ledgerOf(uploads).write(id, upload, noted());
      assert.equal(await ledgerOf(server(folder.places)).find(id), undefined);
      upload.discard();
      ledgerOf(uploads).remove(id);
    });

    it('and are noted once they are complete', async () => {
      ledgerOf(uploads).write(id, undefined, noted({ size: 7 }));
      const { owner, root: path, about, size, temporary } = record();
      assert.deepEqual([path, about, size, temporary], [root.path, 'about', 7, undefined]);
      assert.match(String(owner), /^\d+-[0-9a-f]{16}$/);
      await soon(uploads.end());
      const next = server(folder.places);
      assert.equal((await ledgerOf(next).find(id))?.temporary, undefined);
      ledgerOf(next).remove(id);
    });

    it('and what they wait in is not removed if it cannot be taken over', async () => {
      await left('old.txt/x'.slice(0, 7));
      const next = server(folder.places);
      const found = (await ledgerOf(next).find(id)) ?? assert.fail();
      const unfinished = { temporary: found.temporary ?? assert.fail(), size: undefined };
      assert.throws(() => next.adopt(goal('dir'), unfinished), { kind: 'folder' });
      const refused = mocks.method(fs, 'accessSync', () => {
        throw systemError('EROFS', 'access');
      }).mock;
      assert.throws(() => next.adopt(goal('new.txt'), unfinished), { kind: 'denied' });
      refused.restore();
      assert.equal(existsSync(unfinished.temporary), true);
      next.abandon(unfinished);
      assert.equal(existsSync(unfinished.temporary), false);
      next.abandon(unfinished);
      ledgerOf(next).remove(id);
      await next.prepare(root);
    });

    describe('on the disk', () => {
      let placed: string[];
      beforeEach(() => {
        placed = [];
        const place = uploads.flushes.placeOwn.bind(uploads.flushes);
        mocks.method(uploads.flushes, 'placeOwn', (path: string, top: string) => {
          placed.push(`${path} below ${top}`);
          return place(path, top);
        });
      });

      it('with all that leads to them', async () => {
        const [private_ = ''] = folder.places;
        const upload = uploads.begin(goal('new.txt'));
        await upload.write(text('half'));
        await ledgerOf(uploads).keep(id, upload, noted({ size: 2 }));
        assert.equal(upload.isOnDisk, true);
        const own = dirname(upload.temporaryPath);
        assert.deepEqual(record(), {
          ...{ owner: basename(own), root: root.path, temporary: upload.temporaryPath, size: 2, about: 'about' },
          ends: record().ends,
        });
        assert.deepEqual(placed, [
          `${own} below ${dirname(private_)}`,
          `${own} below ${dirname(private_)}`,
          `${join(private_, 'uploads')} below ${dirname(private_)}`,
        ]);
        upload.discard();
        ledgerOf(uploads).remove(id);
      });

      it('those that lie below what is served, too', async function () {
        needsPosix(this);
        const upload = uploads.begin(goal('new.txt'));
        const beside = folder.at('.http-server-0123456789abcdef01234567.tmp');
        mocks.method(upload, 'flush', () => Promise.resolve());
        Object.defineProperty(upload, 'temporaryPath', { value: beside });
        await ledgerOf(uploads).keep(id, upload, noted());
        assert.equal(placed[1], `${folder.path} below ${folder.path}`);
        upload.discard();
        ledgerOf(uploads).remove(id);
      });

      it('or are not promised to be', async () => {
        const upload = uploads.begin(goal('new.txt'));
        await upload.write(text('half'));
        pool.run = () => Promise.reject(systemError('EIO', 'fsync'));
        await assert.rejects(ledgerOf(uploads).keep(id, upload, noted()), { name: 'FileError', kind: 'failed' });
        upload.discard();
      });
    });

    describe('are cleared when they end', () => {
      /** What is waited for, in milliseconds, and what is done then. */
      let waits: { readonly ms: number; readonly act: () => void; isReferenced: boolean }[];
      const real = setTimeout;
      beforeEach(() => {
        waits = [];
        mocks.method(globalThis, 'setTimeout', (act: () => void, ms: number) => {
          if (ms < 1000) return real(act, ms);
          const wait = { ms, act, isReferenced: true };
          waits.push(wait);
          const timer = { unref: () => ((wait.isReferenced = false), timer) };
          return timer;
        });
      });

      let now: number;
      beforeEach(() => {
        now = Date.now();
        mocks.method(Date, 'now', () => now);
      });

      for (const [promise, ends, expected] of [
        ['which is a second late', 500_000, 501_000],
        ['which may be over in a moment', 1, 1001],
        ['which is looked at again within an hour', 3_599_000, 3_600_000],
        ['which is looked at again within an hour, if that is later', 3_599_001, 3_600_000],
      ] as const) {
        it(`${promise}: ${ends}`, async () => {
          await left('new.txt', { ends: now + ends });
          const next = server(folder.places);
          await next.prepare(root);
          assert.deepEqual(
            waits.map(({ ms, isReferenced }) => [ms, isReferenced]),
            [[expected, false]],
          );
          const path = String(record().temporary);
          assert.equal(existsSync(path), true);
          now += ends;
          waits[0]?.act();
          while (existsSync(dirname(path))) await setImmediate();
          assert.equal(waits.length, 1);
        });
      }

      it('which may be over before that is waited for', async () => {
        await left('new.txt', { ends: now + 1 });
        const times = [now, now + 5000];
        mocks.restore();
        mocks.method(Date, 'now', () => times.shift() ?? now);
        mocks.method(globalThis, 'setTimeout', (act: () => void, ms: number) => {
          waits.push({ ms, act, isReferenced: true });
          return { unref: nothing };
        });
        await server(folder.places).prepare(root);
        assert.equal(waits[0]?.ms, 1000);
        rmSync(folder.places[0] ?? '', { recursive: true });
      });

      it('which are none where none was left', async () => {
        await server(folder.places).prepare(root);
        assert.equal(waits.length, 0);
      });

      it('unless the server has ended by then', async () => {
        await left('new.txt', { ends: Date.now() + 500_000 });
        const next = server(folder.places);
        const preparing = next.prepare(root);
        const ended = next.end();
        await Promise.all([preparing, ended]);
        assert.equal(waits.length, 0);
        const last = server(folder.places);
        await last.prepare(root);
        assert.equal(waits.length, 1);
        const cleared = mocks.method(globalThis, 'clearTimeout').mock;
        await soon(last.end());
        assert.ok(cleared.callCount() > 0);
        rmSync(folder.places[0] ?? '', { recursive: true });
      });
    });
  });
});

describe('whether files may be stored in a folder', () => {
  it('is told beforehand, in the words of a writer', () => {
    const folder = new TestFolder().write('in/old.txt', 'old').link('out', '..');
    const root = folder.root();
    checkParent(root, ['in', 'a', 'b']);
    assert.throws(() => checkParent(root, ['out']), { name: 'FileError', kind: 'protected' });
    assert.throws(() => checkParent(root, ['out', 'gone', 'x']), { name: 'FileError', kind: 'protected' });
    assert.throws(() => checkParent(root, ['in', 'old.txt']), { name: 'FileError', kind: 'parentIsFile' });
    folder.remove();
  });
});
