/** Folders that are made for a file are noted until they have it in them, and go if it does not come. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Mocks, systemError } from '../support/mocks';
import { Folder } from '../../src/files/folder';
import type { Root } from '../../src/files/root';
import type { Journal } from '../../src/files/unfinished/journal';
import { noteOfMade } from '../../src/files/unfinished/journal';
import { Leftovers } from '../../src/files/unfinished/leftovers';
import { holdFolder, letGo } from '../../src/files/writing/folderCache';
import { MadeFolders } from '../../src/files/writing/madeFolders';
import { openDescriptors, TestFolder } from '../support/folder';

const mocks = new Mocks();

describe('folders made for a file', () => {
  let folder: TestFolder;
  let root: Root;
  let leftovers: Leftovers;
  let notes: Set<string>;
  let descriptors: number | undefined;
  beforeEach(() => {
    folder = new TestFolder();
    mkdirSync(folder.at('in'));
    root = folder.root();
    leftovers = new Leftovers(() => undefined);
    notes = new Set();
    descriptors = openDescriptors();
  });
  afterEach(() => {
    mocks.restore();
    letGo();
    leftovers.end();
    assert.equal(openDescriptors(), descriptors);
    folder.remove();
  });

  /** Makes `in/1/2/3`, as far as wanted. */
  function made(count: number, isNoted = true): MadeFolders {
    const held = Folder.open(root, ['in']);
    const names = ['1', '2', '3'];
    const journal: Pick<Journal, 'add' | 'delete'> = notes;
    const folders = new MadeFolders(root, held, names, isNoted ? (journal as Journal) : undefined);
    assert.deepEqual([...notes], isNoted ? [noteOfMade(folder.at('in'), names)] : []);
    held.close();
    for (let i = 1; i <= count; i++) {
      const segments = ['in', ...names.slice(0, i)];
      mkdirSync(folder.at(segments.join('/')));
      folders.add(segments);
    }
    return folders;
  }

  it('are noted until the file is in them', () => {
    made(3).keep();
    assert.deepEqual([notes.size, existsSync(folder.at('in/1/2/3'))], [0, true]);
  });

  for (const count of [0, 1, 2, 3]) {
    it(`go with their note, as many as were made: ${count}`, () => {
      made(count).undo(leftovers);
      assert.deepEqual([notes.size, readdirSync(folder.at('in'))], [0, []]);
    });
  }

  it('need no note', () => {
    const folders = made(2, false);
    folders.keep();
    folders.undo(leftovers);
    assert.deepEqual(readdirSync(folder.at('in')), []);
  });

  it('go though one of them is held for others that come together', () => {
    const folders = made(1);
    holdFolder(root, ['in', '1']).close();
    folders.undo(leftovers);
    assert.equal(openDescriptors(), descriptors);
    assert.throws(() => holdFolder(root, ['in', '1']), { code: 'ENOENT' });
  });

  it('stay where somebody has put something into them, and those above', () => {
    const folders = made(3);
    writeFileSync(folder.at('in/1/2/mine'), '');
    folders.undo(leftovers);
    assert.deepEqual([notes.size, readdirSync(folder.at('in/1/2'))], [0, ['mine']]);
  });

  it('may be gone by then, or others in their place', () => {
    const folders = made(2);
    rmSync(folder.at('in/1'), { recursive: true });
    writeFileSync(folder.at('in/1'), 'mine');
    folders.undo(leftovers);
    assert.deepEqual([notes.size, readdirSync(folder.at('in'))], [0, ['1']]);
    rmSync(folder.at('in'), { recursive: true });
    mkdirSync(folder.at('in'));
  });

  it('are not looked for where a link leads out', () => {
    const folders = made(2);
    renameSync(folder.at('in/1'), folder.at('in/away'));
    folder.link('in/1', '../..');
    folders.undo(leftovers);
    assert.deepEqual([notes.size, readdirSync(folder.at('in/away'))], [0, ['2']]);
  });

  it('stay noted until they are gone, of which none is removed twice', () => {
    const folders = made(2);
    const remove = fs.rmdirSync.bind(fs);
    const tried: string[] = [];
    mocks.method(fs, 'rmdirSync', (path: string) => {
      tried.push(basename(path));
      if (tried.length === 2) throw systemError('EBUSY');
      remove(path);
    });
    folders.undo(leftovers);
    assert.deepEqual([notes.size, readdirSync(folder.at('in'))], [1, ['1']]);
    leftovers.end();
    assert.deepEqual([notes.size, readdirSync(folder.at('in')), tried], [0, [], ['2', '1', '1']]);
  });
});
