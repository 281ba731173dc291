/** What a killed server leaves unfinished is found again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { Journal } from '../../src/files/journal';
import { TestFolder } from '../support/folder';

const temporary = (digit: number): string => `.http-server-${String(digit).repeat(24)}.tmp`;

describe('the journal of unfinished files', () => {
  let folder: TestFolder;
  let notes: string;
  beforeEach(() => {
    folder = new TestFolder();
    notes = join(folder.outside, 'notes');
    mkdirSync(notes);
  });
  afterEach(() => folder.remove());

  const journals = (): string[] => readdirSync(notes).sort();
  const unfinished = (digit: number): string => folder.write(temporary(digit), 'half').at(temporary(digit));

  /** Has a journal written by somebody else. */
  function other(name: string, ...paths: string[]): void {
    writeFileSync(join(notes, `http-server-${name}-0123456789ab.journal`), paths.map((path) => `${path}\0`).join(''));
  }

  /** A process id that nobody has any more. */
  const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;
  const stat = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'latin1');
  const birth = (pid: number): string =>
    process.platform === 'linux' ? (stat(pid).split(') ').at(-1)?.split(' ')[19] ?? '') : '0';

  it('is written before the file is made, for nobody else to read, and gone when nothing is unfinished', () => {
    const journal = new Journal(notes);
    assert.deepEqual(journals(), []);
    journal.add('/a/b');
    const [name = ''] = journals();
    assert.match(name, new RegExp(`^http-server-${process.pid}-${birth(process.pid)}-0-[0-9a-f]{12}\\.journal$`));
    assert.equal(readFileSync(join(notes, name), 'utf8'), '/a/b\0');
    if (process.platform !== 'win32') assert.equal(statSync(join(notes, name)).mode & 0o777, 0o600);
    journal.close();
    assert.deepEqual(journals(), [name]);
    journal.delete('/a/b');
    journal.close();
    assert.deepEqual(journals(), []);
  });

  it('stays small, and complete, however much is written to it', () => {
    const journal = new Journal(notes);
    journal.add('/kept');
    for (let i = 0; i < 20_000; i++) {
      journal.add(`/finished/${i}`);
      journal.delete(`/finished/${i}`);
    }
    const [name = '', ...more] = journals();
    assert.deepEqual(more, []);
    const text = readFileSync(join(notes, name), 'utf8');
    assert.ok(text.length < 100_000);
    assert.ok(text.split('\0').includes('/kept'));
  });

  it('is not written anew for each note, however long and many they are', () => {
    const journal = new Journal(notes);
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      journal.add(`/${'x'.repeat(1000)}/${i}/`);
      for (const name of journals()) seen.add(name);
    }
    assert.ok(seen.size < 20, `${seen.size} journals`);
  });

  it('does not keep anybody from uploading where it cannot be written', () => {
    const journal = new Journal(join(notes, 'gone'));
    journal.add('/a');
    journal.delete('/a');
    journal.close();
  });

  const rows: readonly (readonly [promise: string, name: () => string, swept: boolean])[] = [
    ['of a process that is no more', () => `${deadPid()}-123-0`, true],
    ['of a process whose number another one has now', () => `${process.ppid}-1-0`, process.platform === 'linux'],
    ['of a process that lives', () => `${process.ppid}-${birth(process.ppid)}-0`, false],
    ['of another thread of this process, which serves no more', () => `${process.pid}-${birth(process.pid)}-7`, true],
    ['of this thread', () => `${process.pid}-${birth(process.pid)}-0`, false],
  ];
  for (const [promise, name, swept] of rows) {
    it(`${promise} is ${swept ? '' : 'not '}swept`, () => {
      const path = unfinished(1);
      other(name(), path, folder.at('gone'), folder.at(`gone/${temporary(2)}`));
      new Journal(notes).sweep();
      assert.equal(existsSync(path), !swept);
      assert.equal(journals().length, swept ? 0 : 1);
    });
  }

  it('removes nothing but unfinished files, whatever somebody has written to it', () => {
    folder.write('precious.txt', 'x').write(`${temporary(3)}/inner`, 'x');
    const paths = ['precious.txt', temporary(3), '.http-server-1.tmp'].map((path) => folder.at(path));
    other(`${deadPid()}-1-0`, ...paths, '', '/', 'relative', folder.path);
    new Journal(notes).sweep();
    assert.ok(existsSync(folder.at('precious.txt')));
    assert.ok(existsSync(folder.at(`${temporary(3)}/inner`)));
  });

  it('has the rest removed if something cannot be, which stays noted', () => {
    folder.write(`${temporary(8)}/inner`, 'x');
    const path = unfinished(7);
    other(`${deadPid()}-1-0`, path, folder.at(temporary(8)));
    new Journal(notes).sweep();
    assert.deepEqual([existsSync(path), journals().length], [false, 1]);
  });

  it('has the folders removed that were made for unfinished files, but none that has something else in it', () => {
    folder.write(`a/b/${temporary(6)}`, 'half').write('c/precious.txt', 'x');
    const made = ['a/', 'a/b/', `a/b/${temporary(6)}`, 'c/', 'gone/', 'c/precious.txt/'];
    other(`${deadPid()}-1-0`, ...made.map((path) => folder.at(path)));
    new Journal(notes).sweep();
    assert.deepEqual(
      [existsSync(folder.at('a')), existsSync(folder.at('c/precious.txt')), journals()],
      [false, true, []],
    );
  });

  it('leaves a folder to whoever uses it, as soon as there was a file in it', () => {
    mkdirSync(folder.at('used'));
    const journal = new Journal(notes);
    journal.add(`${folder.at('used')}/`);
    journal.delete(`${folder.at('used')}/`);
    const [name = ''] = journals();
    other(`${deadPid()}-1-0`, readFileSync(join(notes, name), 'utf8').slice(0, -1));
    new Journal(notes).sweep();
    assert.ok(existsSync(folder.at('used')));
    journal.close();
  });

  it('believes no link, no folder and no other name', () => {
    const path = unfinished(4);
    const real = join(folder.outside, 'real');
    writeFileSync(real, `${path}\0`);
    if (process.platform !== 'win32') symlinkSync(real, join(notes, 'http-server-1-1-0-0123456789ab.journal'));
    writeFileSync(join(notes, 'http-server-x.journal'), `${path}\0`);
    mkdirSync(join(notes, 'http-server-1-2-0-0123456789ab.journal'));
    new Journal(notes).sweep();
    assert.ok(existsSync(path));
  });

  it('tells threads apart', async () => {
    const path = unfinished(5);
    const source = `const { Journal } = require(${JSON.stringify(require.resolve('../../src/files/journal'))});
      new Journal(${JSON.stringify(notes)}).add(${JSON.stringify(path)});`;
    await once(new Worker(source, { eval: true }), 'exit');
    assert.equal(journals().length, 1);
    new Journal(notes).sweep();
    assert.deepEqual([existsSync(path), journals().length], [false, 0]);
  });
});
