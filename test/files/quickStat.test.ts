/** What a listing learns of an entry is what `fs.lstatSync` tells of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, utimesSync } from 'node:fs';
import { errnoOf } from '../../src/files/fileError';
import { isQuick, quickStat } from '../../src/files/reading/quickStat';
import { TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';

describe('the look at an entry', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  it('is quick with each version of Node.js that it was tried with', function () {
    needsPosix(this);
    assert.ok(isQuick, `not with ${process.version}`);
  });

  const entries: readonly [name: string, type: string, make: (path: string) => unknown][] = [
    ['file.txt', 'file', () => folder.write('file.txt', 'hello')],
    ['empty', 'file', () => folder.write('empty', '')],
    ['große Datei 😀', 'file', () => folder.write('große Datei 😀', 'x'.repeat(100_000))],
    ['folder', 'directory', (path) => mkdirSync(path)],
    ['link', 'link', () => folder.write('target', 'x').link('link', 'target')],
    ['dangling', 'link', () => folder.link('dangling', 'nowhere')],
  ];
  for (const [name, type, make] of entries) {
    it(`tells of ${name} what the public function does`, function () {
      if (type === 'link') needsPosix(this);
      make(folder.at(name));
      const { size, mtimeMs: modified } = lstatSync(folder.at(name));
      assert.deepEqual(quickStat(folder.at(name)), { type, size, modified });
    });
  }

  for (const seconds of [-1.5, 0, 1e9 + 0.123456, 4e9 + 0.999]) {
    it(`tells the time ${seconds} as the public function does`, () => {
      folder.write('old', '');
      utimesSync(folder.at('old'), new Date(), new Date(seconds * 1000));
      assert.equal(quickStat(folder.at('old'))?.modified, lstatSync(folder.at('old')).mtimeMs);
    });
  }

  it('takes a pipe for something else', function () {
    needs(this, 'mkfifo', process.platform === 'linux');
    execFileSync('mkfifo', [folder.at('pipe')]);
    assert.equal(quickStat(folder.at('pipe'))?.type, 'other');
  });

  it('finds nothing where nothing is', () => assert.equal(quickStat(folder.at('nothing')), undefined));

  it('throws what the system says else', function () {
    needsPosix(this);
    const name = folder.at('x'.repeat(300));
    assert.throws(
      () => quickStat(name),
      (error) => errnoOf(error) === 'ENAMETOOLONG',
    );
  });

  it('is no older than it is asked for', () => {
    folder.write('grows', '1');
    assert.equal(quickStat(folder.at('grows'))?.size, 1);
    folder.write('grows', '12');
    assert.equal(quickStat(folder.at('grows'))?.size, 2);
  });
});
