/** Only what is really inside of the folder, by the names that its folders list, passes. */
import assert from 'node:assert/strict';
import fs, { rmSync, unlinkSync } from 'node:fs';
import { Mocks, systemError } from '../support/mocks';
import { concealed, Root } from '../../src/files/root';
import { openDescriptors, TestFolder } from '../support/folder';

const mocks = new Mocks();

const isHidden = { name: 'FileError', kind: 'hidden', message: 'There is no such file.' };

describe('the root', () => {
  let folder: TestFolder;
  let root: Root;
  beforeEach(() => {
    // The second name is one that a file system in the manner of Windows may have for another.
    folder = new TestFolder().write('a/b.txt', 'b').write('a/LIST~1/c.txt', 'c').write('a/no', 'n');
    root = folder.root({ exclude: ['a/no'] });
  });
  afterEach(() => folder.remove());

  it('waits for the disk only where that is asked for', () => {
    assert.equal(new Root(folder.path, []).isSynced, false);
    assert.equal(folder.root({ sync: true }).isSynced, true);
  });

  it('is a folder', () => {
    const path = folder.at('a/b.txt');
    assert.throws(() => new Root(path, []), { code: 'ENOTDIR', message: `${path} is not a folder.` });
    assert.throws(() => new Root(folder.at('gone'), []), { code: 'ENOENT' });
  });

  const long = 'x'.repeat(256);
  for (const [promise, segments, kind] of [
    ['a name that is too long', ['a', long], 'nameTooLong'],
    ['a name made of dots', ['a', '..'], 'badPath'],
    ['a name with a slash', ['..\\x'], 'badPath'],
    ['what is excluded', ['a', 'no'], 'hidden'],
  ] as const) {
    it(`locates nothing for ${promise}`, () => assert.throws(() => root.locate(segments), { kind }));
  }

  it('locates all else, there or not', () => {
    assert.equal(root.locate(['a', 'gone']), folder.at('a/gone'));
    assert.equal(root.locate(['a', 'x'.repeat(255)]), folder.at(`a/${'x'.repeat(255)}`));
  });

  it('shows of a folder what can be asked for, and is not excluded', () => {
    for (const [name, expected] of [
      ['b.txt', true],
      ['no', false],
      ['back\\slash', false],
      [long, false],
    ] as const)
      assert.equal(root.shows(['a'], name), expected, name);
  });

  describe('admits', () => {
    it('what its folders list by that name', () => {
      assert.deepEqual(root.admit(folder.at('a/LIST~1/c.txt')), ['a', 'LIST~1', 'c.txt']);
      assert.deepEqual(root.admit(folder.at('a/b.txt'), ['a', 'LIST~1', 'c.txt']), ['a', 'b.txt']);
      assert.deepEqual(root.admit(folder.path), []);
    });

    for (const [promise, real, segments] of [
      ['what they call otherwise', 'a/GONE~1/c.txt', []],
      ['what was asked for by a name that they do not list', 'a/b.txt', ['a', 'B~1.TXT']],
      ['what was asked for by none of its names', 'a/b.txt', ['A~1', 'B~1.TXT']],
      ['what was asked for by one, if the path begins alike', 'a/LIST~1/c.txt', ['a', 'LIST~1', 'C~1.TXT']],
      ['what lies in a folder that is no folder', 'a/b.txt/GONE~1', []],
      ['what is excluded', 'a/no', []],
      ['what is outside', '../x', []],
    ] as const) {
      it(`not ${promise}`, () => assert.throws(() => root.admit(folder.at(real), segments), isHidden));
    }

    it('names without holding a folder', () => {
      const before = openDescriptors();
      root.admit(folder.at('a/LIST~1/c.txt'));
      assert.throws(() => root.admit(folder.at('a/GONE~1')), isHidden);
      assert.equal(openDescriptors(), before);
    });
  });

  describe('conceals', () => {
    const failure = systemError('ENOENT', 'open');
    const told = (...segments: string[]): unknown => concealed(root, segments, failure);

    it('what failed behind a link that leads out, or that cannot be followed', () => {
      folder.link('out', '..').link('loop', 'loop').link('nowhere', 'gone');
      for (const name of ['out', 'loop', 'nowhere'])
        assert.throws(
          () => {
            throw told(name, 'x');
          },
          isHidden,
          name,
        );
    });

    it('nothing of what failed inside, or was not there', () => {
      folder.link('in', 'a');
      for (const path of ['a/b.txt', 'a/gone', 'gone/x', 'a/b.txt/x', 'in/gone'])
        assert.equal(told(...path.split('/')), failure, path);
    });

    it('nothing because a path is too long for the system', () => {
      assert.equal(told(...Array.from({ length: 20 }, () => 'x'.repeat(250))), failure);
    });

    it('no other fault, and no failure that has its meaning', () => {
      folder.link('out', '..');
      const fault = new Error('not of the system');
      assert.equal(concealed(root, ['out', 'x'], fault), fault);
      assert.equal(concealed(root, ['a'], failure), failure);
    });
  });

  it('hides no other fault', () => {
    const fault = new Error('not of the system');
    const fail = (): never => {
      throw fault;
    };
    const opened = mocks.method(fs, 'opendirSync', fail).mock;
    assert.throws(() => root.admit(folder.at('a/LIST~1')), fault);
    opened.restore();
    const failure = systemError('ENOENT');
    const real = mocks.method(fs.realpathSync, 'native', fail).mock;
    assert.throws(() => concealed(root, ['a'], failure), fault);
    real.restore();
  });

  it('may be looked at while its folders go', () => {
    unlinkSync(folder.at('a/LIST~1/c.txt'));
    rmSync(folder.at('a'), { recursive: true });
    assert.throws(() => root.admit(folder.at('a/LIST~1')), isHidden);
  });
});
