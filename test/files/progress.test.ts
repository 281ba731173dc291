/** Uploads that take a while are told of a few times a second, those of one source together. */
import assert from 'node:assert/strict';
import { Mocks } from '../support/mocks';
import { cancelled, Progress, type UploadProgress, type UploadSource } from '../../src/files/writing/progress';
import type { Upload } from '../../src/files/writing/write';

const mocks = new Mocks();

describe('the progress of uploads', () => {
  let uploads: Map<number, Upload>;
  let told: (readonly UploadProgress[])[];
  let progress: Progress;
  let now: number;

  beforeEach(() => {
    mocks.timers.enable({ apis: ['setTimeout'] });
    now = 100_000;
    mocks.method(performance, 'now', () => now);
    uploads = new Map();
    told = [];
    progress = new Progress(uploads, (all) => told.push(all));
  });
  afterEach(() => {
    progress.end();
    mocks.restore();
  });

  const sourceOf = (length?: number, idle?: () => number): UploadSource => {
    const source = { length, fail: () => undefined };
    return idle === undefined ? source : Object.defineProperty(source, 'idle', { get: idle });
  };
  interface Fake {
    begun: number;
    size: number;
    path: string;
    source: UploadSource | undefined;
  }
  function begin(id: number, source: UploadSource | undefined = sourceOf(), path = `file${id}`): Fake {
    const upload: Fake = { begun: now, size: 0, path, source };
    uploads.set(id, upload as never);
    progress.watch();
    return upload;
  }
  function pass(ms: number): void {
    now += ms;
    mocks.timers.tick(ms);
  }
  const last = (): UploadProgress | undefined => told.at(-1)?.[0];

  it('is told after two seconds, and then twice a second', () => {
    const upload = begin(7, sourceOf(5000));
    upload.size = 1000;
    pass(1999);
    assert.equal(told.length, 0);
    pass(1);
    const expected = { upload: 7, path: 'file7', files: 1, received: 1000, length: 5000, rate: 500 };
    assert.deepEqual(told, [[expected]]);
    pass(499);
    assert.equal(told.length, 1);
    pass(1);
    assert.equal(told.length, 2);
    for (let i = 0; i < 4; i++) pass(500);
    assert.equal(told.length, 6);
  });

  it('is told of none that are quick, and of none any more when they are done', () => {
    begin(1);
    pass(1000);
    uploads.delete(1);
    begin(2);
    pass(1000);
    assert.equal(told.length, 0);
    pass(500);
    assert.equal(told.length, 0);
    pass(500);
    assert.deepEqual(
      told.map((all) => all.map(({ upload }) => upload)),
      [[2]],
    );
    uploads.clear();
    pass(500);
    assert.deepEqual(told.slice(1), [[]]);
    pass(5000);
    assert.equal(told.length, 2);
  });

  it('has no timer while there is none, and looks again when there is', () => {
    const upload = begin(1);
    pass(2000);
    uploads.clear();
    pass(500);
    told = [];
    for (const ms of [10_000, 100]) pass(ms);
    upload.begun = now;
    begin(2);
    for (let i = 0; i < 20; i++) pass(100);
    assert.deepEqual(
      told.map((all) => all.length),
      [1],
    );
  });

  it('is looked at once, however many begin', () => {
    for (let id = 0; id < 5; id++) begin(id);
    pass(2000);
    assert.deepEqual(
      told.map((all) => all.map(({ upload }) => upload)),
      [[0, 1, 2, 3, 4]],
    );
  });

  it('keeps no process from its end', () => {
    const timer = mocks.method(globalThis, 'setTimeout', () => ({ unref: () => 'unreferenced' }) as never).mock;
    begin(1);
    assert.equal(timer.callCount(), 1);
    timer.restore();
  });

  it('is of all files of one source together, by its first number and its last path', () => {
    const source = sourceOf(100);
    const first = begin(3, source, 'first');
    first.size = 10;
    begin(4, sourceOf(), 'other');
    pass(1500);
    begin(5, source, 'second').size = 30;
    pass(500);
    assert.deepEqual(told, [
      [
        { upload: 3, path: 'second', files: 2, received: 40, length: 100, rate: 20 },
        { upload: 4, path: 'other', files: 1, received: 0, length: undefined, rate: 0 },
      ],
    ]);
  });

  it('is not of what nobody can be asked about, or what waits for its next part', () => {
    let idle = 5000;
    uploads.set(1, { begun: now, size: 0, path: '', source: undefined } as never);
    const upload = begin(
      2,
      sourceOf(undefined, () => idle),
    );
    pass(2000);
    assert.equal(told.length, 0);
    idle = 4999;
    progress.watch();
    pass(2000);
    assert.equal(told.length, 1);
    assert.equal(last()?.upload, 2);
    upload.source = undefined;
    pass(500);
    assert.deepEqual(told.at(-1), []);
  });

  it('has the rate since its beginning at first, and then that of late', () => {
    const upload = begin(1);
    upload.size = 2000;
    pass(2000);
    assert.equal(last()?.rate, 1000);
    // A sixth of what is smoothed over: (4000 − 1000) / 6 is added.
    upload.size += 2000;
    pass(500);
    assert.equal(last()?.rate, 1500);
    pass(500);
    assert.equal(last()?.rate, 1250);
    // A look that comes late tells of its own time alone.
    now += 6000;
    upload.size += 6000;
    mocks.timers.tick(500);
    assert.equal(last()?.rate, 1000);
  });

  it('has a rate though no time has passed', () => {
    const upload = begin(1);
    pass(2000);
    upload.size = 10;
    mocks.timers.tick(500);
    assert.equal(last()?.rate, 0);
    assert.equal(last()?.received, 10);
  });

  it('ends with the news that there is none, if any was told of', () => {
    begin(1);
    progress.end();
    assert.equal(told.length, 0);
    pass(5000);
    assert.equal(told.length, 0);
    progress.watch();
    pass(2000);
    assert.equal(told.length, 1);
    progress.end();
    assert.deepEqual(told.slice(1), [[]]);
    progress.end();
    pass(5000);
    assert.equal(told.length, 2);
  });

  it('has an end that the user of the editor wants', () => {
    const { kind, message } = cancelled();
    assert.deepEqual([kind, message], ['cancelled', 'The upload was cancelled by the user of the editor.']);
  });
});
