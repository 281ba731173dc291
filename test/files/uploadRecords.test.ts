/** What is known of uploads that outlive their server: whole or not at all, for nobody else to read, and gone when it ends. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Flushes } from '../../src/files/flushes';
import { pool } from '../../src/files/pool';
import { UploadRecords, type UploadRecord } from '../../src/files/unfinished/uploadRecords';
import { openPaths, TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';

const idOf = (number: number): string => number.toString(16).padStart(32, '0');
const temporary = (number: number): string => `/site/.http-server-${number.toString(16).padStart(24, '0')}.tmp`;

const record = (number: number, rest: Partial<UploadRecord> = {}): UploadRecord => ({
  owner: '1-0123456789abcdef',
  root: '/site',
  temporary: temporary(number),
  size: 3,
  ends: 1_000_000,
  about: { path: '/a' },
  ...rest,
});

describe('the records of uploads', () => {
  let folder: TestFolder;
  let shared: string;
  let records: UploadRecords;
  beforeEach(() => {
    folder = new TestFolder();
    shared = folder.at('../private');
    mkdirSync(shared);
    records = new UploadRecords(shared);
  });
  afterEach(() => {
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const names = (): string[] =>
    existsSync(join(shared, 'uploads')) ? readdirSync(join(shared, 'uploads')).sort() : [];
  const pathOf = (id: string): string => join(shared, 'uploads', `${id}.json`);
  const put = (id: string, text: string): void => {
    mkdirSync(join(shared, 'uploads'), { recursive: true });
    writeFileSync(pathOf(id), text);
  };

  it('are read as they were written, and nothing else is there', () => {
    for (const each of [record(1), record(2, { temporary: undefined, size: undefined })]) {
      records.write(idOf(1), each);
      assert.deepEqual(records.read(idOf(1)), each);
      assert.deepEqual(names(), [`${idOf(1)}.json`]);
    }
    assert.match(readFileSync(pathOf(idOf(1)), 'utf8'), /"ends":"1970-01-01T00:16:40.000Z"/);
    assert.equal(records.read(idOf(2)), undefined);
  });

  it('are for nobody else to read', function () {
    needsPosix(this);
    records.write(idOf(1), record(1));
    const modes = [join(shared, 'uploads'), pathOf(idOf(1))].map((path) => statSync(path).mode & 0o777);
    assert.deepEqual(modes, [0o700, 0o600]);
  });

  it('are as good when they are kept on the disk, whatever was there', async () => {
    const modes = (): number[] => [join(shared, 'uploads'), pathOf(idOf(1))].map((path) => statSync(path).mode & 0o777);
    const run = pool.run.bind(pool);
    let flushed = 0;
    pool.run = (work) => {
      flushed++;
      return run(work);
    };
    try {
      for (const size of [3, 2]) {
        const before = flushed;
        await records.keep(idOf(1), record(1, { size }), new Flushes());
        assert.deepEqual([records.read(idOf(1)), names()], [record(1, { size }), [`${idOf(1)}.json`]]);
        assert.deepEqual(
          openPaths().filter((path) => path.startsWith(shared)),
          [],
        );
        // It, and its folder with the two above.
        assert.equal(flushed - before, 4);
      }
    } finally {
      pool.run = run;
    }
    if (process.platform !== 'win32') assert.deepEqual(modes(), [0o700, 0o600]);
  });

  it('hold up nobody where they cannot be written', () => {
    writeFileSync(join(shared, 'uploads'), 'a file');
    records.write(idOf(1), record(1));
    records.remove(idOf(1));
    assert.equal(records.read(idOf(1)), undefined);
    assert.deepEqual(
      records.clear(0, () => true),
      { kept: new Set(), next: Infinity },
    );
  });

  const whole = { ...record(1), ends: '2026-01-01T00:00:00.000Z' };
  const junk: readonly (readonly [promise: string, text: string])[] = [
    ['no JSON', '{'],
    ['no owner', JSON.stringify({ ...whole, owner: 1 })],
    ['no root', JSON.stringify({ ...whole, root: undefined })],
    ['no end', JSON.stringify({ ...whole, ends: 'soon' })],
    ['half an octet', JSON.stringify({ ...whole, size: 1.5 })],
    ['a relative path', JSON.stringify({ ...whole, temporary: temporary(1).slice(1) })],
    ['a path that is none', JSON.stringify({ ...whole, temporary: 1 })],
    ['somebody’s file', JSON.stringify({ ...whole, temporary: '/site/precious.txt' })],
  ];
  for (const [promise, text] of junk) {
    it(`are none with ${promise}, and go`, () => {
      put(idOf(1), text);
      assert.equal(records.read(idOf(1)), undefined);
      records.clear(0, () => true);
      assert.deepEqual(names(), []);
    });
  }

  it('are what is meant by a whole one', () => {
    put(idOf(1), JSON.stringify(whole));
    assert.deepEqual(records.read(idOf(1)), { ...record(1), ends: Date.UTC(2026, 0, 1) });
  });

  it('are no links', function () {
    needsPosix(this);
    writeFileSync(folder.at('record'), JSON.stringify(whole));
    mkdirSync(join(shared, 'uploads'));
    symlinkSync(folder.at('record'), pathOf(idOf(1)));
    assert.equal(records.read(idOf(1)), undefined);
  });

  it('are taken over by one alone, from the owner that was read', () => {
    records.write(idOf(1), record(1));
    const mine = record(1, { owner: '2-0123456789abcdef' });
    assert.equal(records.take(idOf(1), mine.owner, mine), false);
    assert.deepEqual(records.read(idOf(1)), record(1));
    assert.equal(records.take(idOf(1), record(1).owner, mine), true);
    assert.equal(records.take(idOf(1), record(1).owner, record(1)), false);
    assert.deepEqual([records.read(idOf(1)), names()], [mine, [`${idOf(1)}.json`]]);
    assert.equal(records.take(idOf(2), mine.owner, mine), false);
    assert.deepEqual(names(), [`${idOf(1)}.json`]);
    put(idOf(3), '{');
    assert.equal(records.take(idOf(3), mine.owner, mine), false);
    assert.deepEqual(names(), [`${idOf(1)}.json`, `${idOf(3)}.json`]);
  });

  it('go with their folder', () => {
    for (const number of [1, 2]) records.write(idOf(number), record(number));
    records.remove(idOf(1));
    assert.deepEqual(names(), [`${idOf(2)}.json`]);
    records.remove(idOf(2));
    assert.deepEqual(readdirSync(shared), []);
  });

  it('are cleared when they have ended, unless their server lives', () => {
    const living = { owner: '2-0123456789abcdef', ends: 1 };
    records.write(idOf(1), record(1, { ends: 1000 }));
    records.write(idOf(2), record(2, { ends: 1001 }));
    records.write(idOf(3), record(3, { ends: 5000, temporary: undefined }));
    records.write(idOf(4), record(4, living));
    records.write(idOf(5), record(5, { ...living, temporary: undefined }));
    // One that was just being taken over, and what is none.
    writeFileSync(`${pathOf(idOf(6))}.12`, JSON.stringify({ ...whole, temporary: temporary(6), ends: new Date(0) }));
    const others = [`x${idOf(7)}.json`, `${idOf(7)}.json.x`, `${idOf(7)}.json.kept`, 'x.json'];
    for (const name of others) writeFileSync(join(shared, 'uploads', name), '{}');
    const { kept, next } = records.clear(1000, (owner) => owner === living.owner);
    assert.deepEqual([...kept].sort(), [temporary(2), temporary(4)].sort());
    assert.equal(next, 1001);
    assert.deepEqual(names(), [...[2, 3, 4, 5].map((number) => `${idOf(number)}.json`), ...others].sort());
  });

  it('are at most a hundred: those go first that are complete, then those that end first', () => {
    for (let i = 0; i < 51; i++) records.write(idOf(i), record(i, { temporary: undefined, ends: 2000 + i }));
    for (let i = 51; i < 151; i++) records.write(idOf(i), record(i, { ends: 1000 + i }));
    const keptOf = (): number[] => names().map((name) => Number.parseInt(name, 16));
    const { kept, next } = records.clear(0, () => false);
    assert.deepEqual([kept.size, next], [100, 1051]);
    assert.deepEqual(
      keptOf(),
      Array.from({ length: 100 }, (_, i) => 51 + i),
    );
    records.write(idOf(151), record(151, { ends: 1052 }));
    assert.equal(records.clear(0, () => false).kept.has(temporary(51)), false);
  });

  it('go by their worth, in whatever order they are found', () => {
    const numbers = (): number[] => names().map((name) => Number.parseInt(name, 16));
    for (let i = 0; i < 98; i++) records.write(idOf(i), record(i, { ends: 1000 + ((i * 37) % 98) }));
    for (const [i, ends] of [3, 1, 5, 2, 6, 4].entries())
      records.write(idOf(500 + i), record(500 + i, { temporary: undefined, ends: 5000 + ends }));
    records.clear(0, () => false);
    assert.deepEqual(numbers().slice(98), [502, 504]);
    for (const [i, ends] of [9, 1, 8, 2, 7, 3].entries()) records.write(idOf(600 + i), record(600 + i, { ends }));
    records.clear(0, () => false);
    assert.deepEqual(numbers().slice(98), [600, 602]);
  });
});
