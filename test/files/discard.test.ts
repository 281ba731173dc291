/** What cannot be taken away hides nothing, holds up nobody, is tried again, and stays noted. */
import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { FileError } from '../../src/files/fileError';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import { sweep } from '../../src/files/unfinished/serverFolder';
import { Uploads } from '../../src/files/writing/uploads';
import type { Upload } from '../../src/files/writing/write';
import { firstUpload } from '../support/disk/firstUpload';
import { openDescriptors, TestFolder } from '../support/folder';
import { Mocks, systemError } from '../support/mocks';

const nothing = (): void => undefined;

describe('an unfinished upload that cannot be taken away', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  let told: string[];

  before(firstUpload);
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('dir/x.txt', 'old');
    told = [];
    uploads = new Uploads(folder.places, { onLeftover: (_, code) => told.push(code) });
  });
  afterEach(() => folder.remove());

  const files = (): string[] => folder.unfinished().filter((path) => lstatSync(path).isFile());

  /** Has folders stand where the unfinished files were: those cannot be unlinked, whoever asks. */
  function obstruct(): string[] {
    const paths = files();
    for (const path of paths) {
      unlinkSync(path);
      mkdirSync(path);
    }
    return paths;
  }

  const isRefusal = (error: unknown): boolean => error instanceof FileError && error.kind === 'cancelled';
  const broken = async (upload: Upload): Promise<void> => {
    await upload.write(Buffer.from('half'));
    obstruct();
    throw new FileError('cancelled', 'gone');
  };

  it('F9: fails for the reason that it fails for, and is told of', async () => {
    const descriptors = openDescriptors();
    await assert.rejects(
      uploads.store({ root: folder.root(), segments: ['dir', 'y.txt'], check: nothing }, broken),
      isRefusal,
    );
    assert.equal(told.length, 1);
    await uploads.end();
    assert.equal(openDescriptors(), descriptors);
  });

  it('takes those of its form with it', async () => {
    const root = folder.root();
    const failing = uploads.storeAll(async (list) => {
      for (const name of ['1', '2', '3']) {
        list.push(uploads.begin({ root, segments: ['dir', name], check: nothing }));
        if (name === '2') obstruct();
      }
      await Promise.reject(new FileError('cancelled', 'gone'));
    }, assert.ifError);
    await assert.rejects(failing, isRefusal);
    await uploads.end();
    assert.equal(folder.left(), 2);
  });

  it('F9: is removed when the server stops, if that works by then', async () => {
    await assert.rejects(
      uploads.store({ root: folder.root(), segments: ['dir', 'y.txt'], check: nothing }, broken),
      isRefusal,
    );
    for (const path of folder.unfinished()) {
      rmdirSync(path);
      writeFileSync(path, 'half');
    }
    await uploads.end();
    assert.equal(folder.left(), 0);
  });

  it('is removed by the server that starts next', async () => {
    await assert.rejects(
      uploads.store({ root: folder.root(), segments: ['dir', 'y.txt'], check: nothing }, broken),
      isRefusal,
    );
    await uploads.end();
    for (const path of folder.unfinished()) {
      rmdirSync(path);
      writeFileSync(path, 'half');
    }
    const [place = ''] = folder.places;
    await sweep(place);
    assert.equal(folder.left(), 0);
  });
});

describe('a leftover', () => {
  /** Fails so many times. */
  const failing = (times: number): { calls: number; remove: () => void } => {
    const own = {
      calls: 0,
      remove: () => {
        if (++own.calls <= times) throw systemError('EIO');
      },
    };
    return own;
  };

  it('F9: is told of once, with its reason, and tried again while the server runs', async () => {
    const told: (readonly [string, string])[] = [];
    const leftovers = new Leftovers((path, code) => told.push([path, code]));
    const { remove } = failing(1);
    // Nothing else keeps this process.
    const alive = setInterval(nothing, 1000);
    await new Promise<void>((resolve) => leftovers.remove('/a', resolve, remove));
    clearInterval(alive);
    assert.deepEqual([told, leftovers.count], [[['/a', 'EIO']], 0]);
  });

  it('F9: is tried once more at the end', () => {
    const leftovers = new Leftovers(nothing);
    const own = failing(1);
    let removed = 0;
    leftovers.remove('/a', () => removed++, own.remove);
    assert.equal(removed, 0);
    leftovers.end();
    assert.deepEqual([removed, own.calls, leftovers.count], [1, 2, 0]);
  });

  it('F9: that goes at once is told of to nobody', () => {
    const leftovers = new Leftovers(() => assert.fail());
    let removed = 0;
    leftovers.remove('/a', () => removed++, nothing);
    assert.equal(removed, 1);
  });

  describe('that stays', () => {
    const mocks = new Mocks();
    let waits: number[];
    let cleared: unknown[];
    let timer: object;
    let go: () => void;
    beforeEach(() => {
      [waits, cleared] = [[], []];
      mocks.method(globalThis, 'setTimeout', (next: () => void, ms: number) => {
        waits.push(ms);
        go = next;
        timer = { unref: () => timer };
        return timer;
      });
      mocks.method(globalThis, 'clearTimeout', (each: unknown) => cleared.push(each));
    });
    afterEach(() => mocks.restore());

    it('is tried after twice as long each time, up to a minute, and then as at first for the next one', () => {
      const leftovers = new Leftovers(nothing);
      const own = failing(9);
      leftovers.remove('/a', nothing, own.remove);
      for (let i = 0; i < 8; i++) go();
      assert.deepEqual(
        waits,
        [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000),
      );
      assert.equal(leftovers.count, 1);
      go();
      assert.deepEqual([leftovers.count, waits.length], [0, 9]);
      leftovers.remove('/b', nothing, failing(1).remove);
      assert.deepEqual(waits.slice(9), [1000]);
    });

    it('waits for one timer, however many there are, and is not tried by it after the end', () => {
      const leftovers = new Leftovers(nothing);
      const [one, other] = [failing(1), failing(3)];
      leftovers.remove('/a', nothing, one.remove);
      leftovers.remove('/b', nothing, other.remove);
      assert.deepEqual([waits.length, leftovers.count], [1, 2]);
      const first = timer;
      leftovers.end();
      assert.deepEqual([cleared, leftovers.count, one.calls, other.calls], [[first], 1, 2, 2]);
      leftovers.remove('/c', nothing, failing(1).remove);
      assert.equal(waits.length, 2);
      go();
      assert.deepEqual([leftovers.count, other.calls, waits.length], [1, 3, 3]);
    });
  });

  it('is a file, if nothing else is said', () => {
    const folder = new TestFolder().write('a', '');
    try {
      new Leftovers(nothing).remove(folder.at('a'), nothing);
      assert.equal(lstatSync(folder.at('a'), { throwIfNoEntry: false }), undefined);
    } finally {
      folder.remove();
    }
  });

  it('hides no other fault', () => {
    const fault = new Error('not of the system');
    const remove = (): void => {
      throw fault;
    };
    assert.throws(() => new Leftovers(nothing).remove('/a', nothing, remove), fault);
  });
});
