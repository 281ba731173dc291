/** What a new file in a folder may be to others: told for a while, and alike where the files would be. */
import assert from 'node:assert/strict';
import fs, { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { Rights } from '../../src/files/writing/rights';
import { asOn } from '../support/anotherPlatform';
import { openDescriptors, TestFolder } from '../support/folder';
import { needsLinux, needsPosix, needsSuperuser } from '../support/needs';

const mocks = new Mocks();

describe('the rights in a folder', () => {
  let folder: TestFolder;
  let descriptors: number | undefined;
  beforeEach(() => {
    folder = new TestFolder();
    for (const path of ['a', 'b']) mkdirSync(folder.at(path));
    descriptors = openDescriptors();
  });
  afterEach(() => {
    mocks.restore();
    assert.equal(openDescriptors(), descriptors);
    folder.remove();
  });

  const of = (path: string, rights = new Rights()): string => rights.of(folder.at(path), folder.at(path));

  it('are the same where new files would be alike, and leave nothing', function () {
    needsLinux(this);
    assert.equal(of('a'), of('b'));
    assert.match(of('a'), /^[0-9]+ 100[0-7]{3}$/);
    assert.deepEqual(fs.readdirSync(folder.at('a')), []);
  });

  /** As on a file system that has no files without a name. */
  const refuse = (code: string | undefined): void => {
    mocks.method(fs, 'openSync', () => {
      throw code === undefined ? new Error('no') : systemError(code);
    });
  };

  for (const [how, isRefused] of [
    ['that takes files without a name', false],
    ['that takes none', true],
  ] as const) {
    it(`are others where files get the group of a folder ${how}`, function () {
      needsLinux(this);
      needsSuperuser(this);
      chownSync(folder.at('b'), 0, 12_345);
      if (isRefused) refuse('EOPNOTSUPP');
      assert.equal(of('a'), of('b'));
      chmodSync(folder.at('b'), 0o2755);
      assert.notEqual(of('a'), of('b'));
      assert.match(of('b'), /^12345\b/);
    });
  }

  it('are those of our group where there are no files without a name', function () {
    needsLinux(this);
    refuse('EOPNOTSUPP');
    chmodSync(folder.at('a'), 0o755);
    assert.equal(of('a'), String(process.getegid?.()));
  });

  it('are not told where that has another fault', function () {
    needsLinux(this);
    refuse(undefined);
    assert.throws(() => of('a'), { message: 'no' });
  });

  it('are those of the folder’s group elsewhere', function () {
    needsPosix(this);
    const opened = mocks.method(fs, 'openSync');
    assert.equal(
      asOn('darwin', () => of('a')),
      String(statSync(folder.at('a')).gid),
    );
    assert.equal(opened.mock.callCount(), 0);
  });

  it('are believed for ten seconds', function () {
    needsPosix(this);
    let now = 1000;
    mocks.method(performance, 'now', () => now);
    const rights = new Rights();
    const first = of('a', rights);
    const gone = (): string => rights.of(folder.at('a'), folder.at('gone'));
    now += 9999;
    assert.equal(gone(), first);
    now++;
    assert.throws(gone, { code: 'ENOENT' });
    assert.throws(() => rights.of(folder.at('b'), folder.at('gone')), { code: 'ENOENT' });
  });

  it('are remembered of a thousand folders', function () {
    needsPosix(this);
    mocks.method(performance, 'now', () => 1000);
    const rights = new Rights();
    const [base, gone] = [folder.at('a'), folder.at('gone')];
    for (let i = 0; i < 1000; i++) rights.of(`/${i}`, base);
    assert.equal(rights.of('/0', gone), rights.of('/999', gone));
    rights.of('/1000', base);
    assert.equal(rights.of('/1000', gone), of('a'));
    assert.throws(() => rights.of('/0', gone), { code: 'ENOENT' });
  });
});
