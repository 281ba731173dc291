/** The compressed copies of a file: those that may be read, are files, and are no older than it. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, utimesSync } from 'node:fs';
import { Siblings } from '../../src/files/reading/siblings';
import { TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';
import { Mocks, systemError } from '../support/mocks';

const time = 1_234_567_891;

const mocks = new Mocks();

describe('the siblings of a file', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder().write('d/a.css', 'a').write('d/a.css.gz', 'gz').write('d/a.css.br', 'br');
    folder.write('../outside/a.css.gz', 'secret');
    for (const name of ['a.css.gz', 'a.css.br']) age(name, time);
  });
  afterEach(() => {
    mocks.restore();
    folder.remove();
  });

  const age = (name: string, seconds: number): void => utimesSync(folder.at(`d/${name}`), seconds, seconds);

  /** What they are, by extension; all are let go of. */
  function open(name = 'a.css', exclude: readonly string[] = []): string[] {
    const siblings = new Siblings(
      folder.root({ exclude: [...exclude] }),
      ['d', name],
      ['.gz', '.br'],
      BigInt(time) * 1_000_000_000n,
    );
    const found = siblings.open().map(({ extension, file }) => {
      const text = `${extension}: ${file.readSync(file.size).toString()}`;
      file.close();
      return text;
    });
    assert.deepEqual(folder.opened(), []);
    return found;
  }

  const both = ['.gz: gz', '.br: br'];

  it('are those that are there, in the order that is wanted', () => {
    assert.deepEqual(open(), both);
    assert.deepEqual(open('b.css'), []);
  });

  const rows: readonly (readonly [promise: string, change: () => void])[] = [
    ['is older', () => age('a.css.gz', time - 1)],
    ['is gone', () => fs.rmSync(folder.at('d/a.css.gz'))],
    [
      'is a folder',
      () => {
        fs.rmSync(folder.at('d/a.css.gz'));
        mkdirSync(folder.at('d/a.css.gz'));
      },
    ],
  ];
  for (const [promise, change] of rows) {
    it(`are none of what ${promise}`, () => {
      change();
      assert.deepEqual(open(), both.slice(1));
    });
  }

  it('are none of what leads out', function () {
    needsPosix(this);
    fs.rmSync(folder.at('d/a.css.gz'));
    folder.link('d/a.css.gz', '../../outside/a.css.gz');
    assert.deepEqual(open(), both.slice(1));
  });

  it('are none of what is excluded', () => assert.deepEqual(open('a.css', ['**/*.gz']), both.slice(1)));

  it('are none whose names would be too long', () => assert.deepEqual(open('x'.repeat(254)), []));

  for (const [call, what] of [
    ['statSync', 'looked at'],
    ['openSync', 'opened'],
  ] as const) {
    /** Once. */
    const failing = (error: Error): void => {
      let count = 0;
      const real = fs[call] as (path: string, ...rest: unknown[]) => unknown;
      mocks.method(fs, call, (path: string, ...rest: unknown[]) => {
        if (path.endsWith('.gz') && count++ === 0) throw error;
        return real(path, ...rest);
      });
    };

    it(`are none of what cannot be ${what}`, () => {
      failing(systemError('EACCES'));
      assert.deepEqual(open(), both.slice(1));
    });

    it(`are not told of where a defect is shown when one is ${what}`, () => {
      failing(new Error('a defect'));
      assert.throws(() => open(), /a defect/);
    });
  }

  it('are not told of where a defect is shown before', () => {
    const root = folder.root();
    mocks.method(root, 'locate', () => {
      throw new Error('a defect');
    });
    assert.throws(() => new Siblings(root, ['d', 'a.css'], ['.gz'], 0n), /a defect/);
  });
});
