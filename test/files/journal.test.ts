/** What is to be removed if a server is killed is noted before it is made, and removed by the notes. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal, noteOfMade, removeNoted } from '../../src/files/unfinished/journal';
import { openPaths, TestFolder } from '../support/folder';
import { Mocks, systemError } from '../support/mocks';

const mocks = new Mocks();
const temporary = (digit: number): string => `.http-server-${String(digit).repeat(24)}.tmp`;

describe('the journal of unfinished files', () => {
  let folder: TestFolder;
  let path: string;
  let journal: Journal;
  beforeEach(() => {
    folder = new TestFolder();
    path = folder.at('../notes');
    journal = new Journal(() => path);
  });
  afterEach(() => {
    mocks.restore();
    journal.close();
    folder.remove();
  });

  const text = (): string => readFileSync(path, 'utf8');
  const unfinished = (digit: number): string => folder.write(temporary(digit), 'half').at(temporary(digit));

  /** Has the notes of a server that is no more seen to. */
  function remove(...notes: string[]): number {
    writeFileSync(path, notes.map((note) => `${note}\0`).join(''));
    return removeNoted(path);
  }

  it('is written before the file is made, for nobody else to read', () => {
    assert.equal(existsSync(path), false);
    journal.add('/a/b');
    assert.equal(text(), '/a/b\0');
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(journal.isEmpty, false);
    journal.delete('/a/b');
    assert.equal(journal.isEmpty, true);
    assert.equal(text(), '/a/b\0');
  });

  it('takes back what others may come to use, once, as long as it is open', () => {
    const note = noteOfMade('/a', ['b']);
    journal.add(note);
    journal.delete(note);
    journal.delete(note);
    assert.equal(text(), `${note}\0-${note}\0`);
    journal.add(note);
    journal.close();
    const before = text();
    journal.delete(note);
    assert.equal(text(), before);
  });

  it('is of one file as long as little is written to it', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      journal.add(`/${i}`);
      journal.delete(`/${i}`);
      seen.add(statSync(path).ino);
    }
    assert.equal(seen.size, 1);
  });

  it('stays small, and complete, however much is written to it', () => {
    journal.add('/kept');
    for (let i = 0; i < 20_000; i++) {
      journal.add(`/finished/${i}`);
      journal.delete(`/finished/${i}`);
    }
    assert.deepEqual(
      readdirSync(folder.outside).filter((name) => name.startsWith('notes')),
      ['notes'],
    );
    if (process.platform === 'linux') assert.equal(openPaths().filter((each) => each.startsWith(path)).length, 1);
    assert.ok(text().length < 100_000);
    assert.ok(text().split('\0').includes('/kept'));
  });

  it('is not written anew for each note, however long and many they are', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      journal.add(`/${'x'.repeat(1000)}/${i}`);
      seen.add(statSync(path).ino);
    }
    assert.ok(seen.size < 20, `${seen.size} journals`);
  });

  it('does not keep anybody from uploading where it cannot be written', () => {
    path = folder.at('../gone/notes');
    journal.add('/a');
    journal.delete('/a');
    journal.close();
  });

  it('has nothing removed but unfinished files, whatever somebody has written to it', () => {
    folder
      .write('precious.txt', 'x')
      .write(`${temporary(3)}/inner`, 'x')
      .write('full/x', 'x');
    const paths = ['precious.txt', 'full/', temporary(3), `${temporary(3)}/`, '.http-server-1.tmp'];
    remove(
      ...paths.map((name) => folder.at(name)),
      '',
      '/',
      '//',
      'relative',
      folder.path,
      `${folder.path}//full/`,
      `${folder.path}//.http-server-`,
    );
    assert.deepEqual((readdirSync(folder.path, { recursive: true }) as string[]).sort(), [
      temporary(3),
      `${temporary(3)}/inner`,
      'full',
      'full/x',
      'precious.txt',
    ]);
  });

  it('has the rest removed if something cannot be, and tells of it', () => {
    folder.write(`${temporary(8)}/inner`, 'x');
    const there = unfinished(7);
    assert.equal(remove(there, folder.at(temporary(8))), 1);
    assert.equal(existsSync(there), false);
  });

  it('has the folders removed that were made for a file, but none that has something else in it', () => {
    mkdirSync(folder.at('a/b'), { recursive: true });
    folder.write('c/precious.txt', 'x');
    const made = [['a', 'b'], ['c'], ['gone']].map((names) => noteOfMade(folder.path, names));
    // What lies in a folder is noted after that.
    folder.write(`a/b/${temporary(1)}`, 'half');
    assert.equal(remove(...made, folder.at(`a/b/${temporary(1)}`)), 0);
    assert.deepEqual(readdirSync(folder.path), ['c']);
  });

  const failures: readonly (readonly [
    promise: string,
    call: 'rmdirSync' | 'readdirSync' | 'unlinkSync',
    note: () => string,
  ])[] = [
    ['a folder that was made', 'rmdirSync', () => noteOfMade(folder.path, ['made'])],
    ['a folder that is looked through', 'readdirSync', () => `${folder.path}//.http-server-${'0'.repeat(12)}`],
    ['a file', 'unlinkSync', () => folder.at(temporary(1))],
  ];
  for (const [promise, call, note] of failures) {
    it(`tells that something is left where ${promise} cannot be had, and hides no defect`, () => {
      mkdirSync(folder.at('made'));
      let error: Error = systemError('EIO');
      mocks.method(fs, call, () => {
        throw error;
      });
      assert.equal(remove(note()), 1);
      error = new Error('a defect');
      assert.throws(() => remove(note()), /a defect/);
    });
  }

  it('is not believed where it was cut off: what was being noted was not made', () => {
    const [whole, cut] = [unfinished(1), unfinished(2)];
    writeFileSync(path, `${whole}\0${cut}`);
    assert.equal(removeNoted(path), 0);
    assert.deepEqual([existsSync(whole), existsSync(cut)], [false, true]);
  });

  it('is done with a folder that has something in it, whatever the system says to that', () => {
    for (const code of ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR']) {
      mocks.method(fs, 'rmdirSync', () => {
        throw systemError(code);
      });
      assert.equal(remove(noteOfMade(folder.path, ['full'])), 0, code);
    }
  });

  it('keeps nothing of a folder that is gone, nor by a note that is none', () => {
    for (const note of [
      `${folder.at(temporary(1))}/`,
      `${folder.path}//x`,
      `${folder.at('gone')}//${journal.prefix}`,
    ]) {
      writeFileSync(path, `${note}\0`);
      assert.equal(
        removeNoted(path, () => true),
        0,
        note,
      );
    }
  });

  it('has a folder of unfinished files removed as a whole', () => {
    folder.write(`${temporary(1)}/${temporary(2)}`, 'half').write(`${temporary(1)}/.gitignore`, '*\n');
    assert.equal(remove(`${folder.at(temporary(1))}/`), 0);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('has a folder of unfinished files kept as long as one of them is gone on with, or somebody has put a file there', () => {
    const [kept, mine] = [`${temporary(1)}/${temporary(2)}`, `${temporary(1)}/${temporary(3)}`];
    folder
      .write(kept, 'half')
      .write(mine, 'half')
      .write(`${temporary(1)}/.gitignore`, '*\n');
    const note = `${folder.at(temporary(1))}/`;
    writeFileSync(path, `${note}\0`);
    assert.equal(
      removeNoted(path, (file) => file === folder.at(kept)),
      1,
    );
    assert.deepEqual(readdirSync(folder.at(temporary(1))).sort(), ['.gitignore', temporary(2)]);
    folder.write(`${temporary(1)}/precious.txt`, 'x');
    assert.equal(remove(note), 0);
    assert.deepEqual(readdirSync(folder.at(temporary(1))).sort(), ['.gitignore', 'precious.txt']);
  });

  it('has an unfinished file kept that is gone on with', () => {
    const kept = unfinished(1);
    writeFileSync(path, `${kept}\0`);
    assert.equal(
      removeNoted(path, (file) => file === kept),
      1,
    );
    assert.ok(existsSync(kept));
    assert.equal(remove(kept), 0);
    assert.ok(!existsSync(kept));
  });

  it('has no file removed by a note whose beginning of names is none of ours', () => {
    const name = unfinished(1).slice(folder.path.length + 1);
    for (const prefix of ['', '.', '.http-server-', `x${name.slice(0, 25)}`, name.slice(0, 26)])
      assert.equal(remove(`${folder.path}//${prefix}`), 0);
    assert.ok(existsSync(folder.at(name)));
    assert.equal(remove(`${folder.path}//${name.slice(0, 25)}`), 0);
    assert.ok(!existsSync(folder.at(name)));
  });

  it('lets go of its file when it is closed, and begins anew then', () => {
    const here = (): string[] => openPaths().filter((each) => each.startsWith(path));
    journal.add('/a');
    if (process.platform === 'linux') assert.deepEqual(here(), [path]);
    journal.close();
    assert.deepEqual(here(), []);
    journal.close();
    journal.add('/b');
    assert.equal(text(), '/a\0/b\0');
  });

  it('leaves a folder to whoever uses it, as soon as there was a file in it', () => {
    mkdirSync(folder.at('used'));
    journal.add(noteOfMade(folder.path, ['used']));
    journal.delete(noteOfMade(folder.path, ['used']));
    assert.equal(removeNoted(path), 0);
    assert.ok(existsSync(folder.at('used')));
  });

  it('has one note for each folder in which files are unfinished, however many they are', () => {
    for (let i = 0; i < 1000; i++) {
      journal.enter('/a');
      if (i % 2 === 0) journal.leave('/a');
    }
    assert.equal(text(), `/a//${journal.prefix}\0`);
    assert.equal(journal.isEmpty, false);
    for (let i = 0; i < 500; i++) journal.leave('/a');
    assert.equal(journal.isEmpty, true);
    journal.leave('/a');
    journal.enter('/a');
    assert.equal(journal.isEmpty, false);
    journal.leave('/a');
    assert.equal(journal.isEmpty, true);
  });

  it('names few folders in which nothing is unfinished any more, and each in which something is', () => {
    journal.enter('/kept');
    for (let i = 0; i < 1000; i++) {
      journal.enter(`/${i}`);
      journal.leave(`/${i}`);
    }
    const noted = new Set(text().split('\0'));
    assert.ok(noted.has(`/kept//${journal.prefix}`));
    assert.ok(noted.has(`/999//${journal.prefix}`));
    assert.ok(noted.size < 50, `${noted.size} notes`);
  });

  it('has the files removed that are unfinished in a folder it names, and no others', () => {
    journal.enter(folder.path);
    const mine = `${journal.prefix}${'0'.repeat(12)}.tmp`;
    const kept = `${journal.prefix}${'1'.repeat(12)}.tmp`;
    const others = [kept, temporary(1), `${journal.prefix}.txt`, `x${mine}`, 'precious.txt'];
    for (const name of [mine, ...others]) folder.write(name, 'half');
    assert.equal(
      removeNoted(path, (file) => file === folder.at(kept)),
      1,
    );
    assert.deepEqual(readdirSync(folder.path).sort(), others.sort());
    assert.equal(removeNoted(path), 0);
    assert.equal(existsSync(folder.at(kept)), false);
  });

  it('is made good as soon as it can be written', () => {
    const there = path;
    path = folder.at('../gone/notes');
    journal.enter('/a');
    path = there;
    journal.enter('/a');
    assert.equal(text(), `/a//${journal.prefix}\0`);
  });

  it('of the topmost folder has that looked through, and what is made in it removed', () => {
    journal.enter('/');
    journal.add(noteOfMade('/', ['there-is-no-such-folder']));
    assert.equal(text(), `//${journal.prefix}\0//there-is-no-such-folder/\0`);
    const mine = `${journal.prefix}${'0'.repeat(12)}.tmp`;
    mocks.method(fs, 'readdirSync', (each: string) => (each === '/' ? [mine, 'etc'] : []));
    const removed: string[] = [];
    mocks.method(fs, 'unlinkSync', (each: string) => void removed.push(each));
    assert.equal(removeNoted(path), 0);
    assert.deepEqual(removed, [join('/', mine)]);
  });

  it('of many folders within each other has one note for each file', () => {
    const names = Array.from({ length: 99 }, (_, i) => `n${i}`);
    journal.add(noteOfMade(folder.path, names));
    assert.equal(text().split('\0').length, 2);
    mkdirSync(join(folder.path, ...names), { recursive: true });
    assert.equal(removeNoted(path), 0);
    assert.deepEqual(readdirSync(folder.path), []);
  });
});
