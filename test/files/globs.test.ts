/** What a glob means, in whatever way it is written, and what it costs. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { createExclusion } from '../../src/files/exclusion';
import { globFlaw } from '../../src/globs';
import { checkOptions, defaultOptions, OptionsError } from '../../src/options';

type Row = readonly [glob: string, hidden: readonly string[], shown: readonly string[]];

const folder = ['private', 'private/x', 'private/a/b.txt', 'PRIVATE/x'];
const elsewhere = ['a/private', 'privat', 'private2', 'x'];
const anywhere = [...folder, 'a/private', 'a/b/private/x'];

const rows: readonly Row[] = [
  // Spellings of one folder.
  ['private', folder, elsewhere],
  ['private/', folder, elsewhere],
  ['/private', folder, elsewhere],
  ['/private/', folder, elsewhere],
  ['./private', folder, elsewhere],
  ['.//private/./', folder, elsewhere],
  ['private/**', folder, elsewhere],
  ['/private/**', folder, elsewhere],
  ['/private/**/', folder, elsewhere],
  [' private\t', folder, elsewhere],
  ['{private}', folder, elsewhere],
  ['**/private', anywhere, ['privat', 'a/private2']],
  ['**/private/', anywhere, ['privat', 'a/private2']],
  ['/**/private/**', anywhere, ['privat', 'a/private2']],
  ['**/**/private', anywhere, ['privat']],
  ['a//private', ['a/private', 'a/private/x'], ['private']],
  // Spellings of a file.
  ['**/*.key ', ['a.key', 'x/b.KEY', '.key'], ['a.keys', 'akey']],
  ['/a.txt', ['a.txt'], ['x/a.txt']],
  // What a glob can be made of.
  ['a?c', ['abc', 'a.c'], ['ac', 'abbc']],
  ['[a-c]x', ['bx', 'BX'], ['dx', 'x']],
  ['[!a-c]x', ['dx', '!x'], ['ax']],
  ['[^a]', ['b'], ['a']],
  ['[]a]', [']', 'a'], ['b']],
  ['[[:digit:]_]', ['7', '_'], ['a']],
  ['a\\*b', ['a*b'], ['axb']],
  ['{a,b/c,{d,e}}.txt', ['a.txt', 'b/c.txt', 'd.txt', 'e.txt'], ['c.txt', 'f.txt']],
  ['v{1..12}', ['v1', 'v10', 'v12'], ['v0', 'v13']],
  ['v{08..10}', ['v08', 'v10'], ['v8']],
  ['{c..a}', ['a', 'b', 'c'], ['d']],
  ['[{,}]', ['{', ','], ['a']],
  ['@(a|b).c', ['a.c', 'b.c'], ['ab.c', '.c']],
  ['+(ab)', ['ab', 'abab'], ['a', 'aba']],
  ['x*(a|b)', ['x', 'xabba'], ['xc']],
  ['x?(a)', ['x', 'xa'], ['xaa']],
  ['!(a|b).c', ['c.c', 'ab.c'], ['a.c', 'b.c']],
  ['copy (1)*', ['copy (1).txt', 'copy 1.txt'], ['copy 2.txt']],
  ['a(b', ['a(b'], ['ab']],
  ['**', ['a', 'a/b'], []],
  ['*/**', ['a/b', 'a/b/c'], ['a']],
  ['a/**/b', ['a/b', 'a/x/y/b/c'], ['a', 'b']],
  ['!keep', ['a'], ['keep']],
];

const flawed = [
  '',
  ' ',
  '/',
  './',
  '.',
  '..',
  '../a',
  'a/../b',
  '{a,b',
  'a{b,{c}',
  '[a',
  'a/[',
  '@(a|b',
  '!(a',
  '{,}/..',
];
const excessive = [
  '{1..2000}',
  '{a,b}'.repeat(10),
  'a/'.repeat(31),
  '+(+(a))',
  '!(*(a))',
  `${'@('.repeat(9)}a${')'.repeat(9)}`,
];

describe('a glob', () => {
  for (const [glob, hidden, shown] of rows) {
    it(`F2: ${JSON.stringify(glob)}`, () => {
      const { excludes, within } = createExclusion([glob], 'linux');
      for (const [paths, expected] of [
        [hidden, true],
        [shown, false],
      ] as const) {
        for (const path of paths) {
          const names = path.split('/');
          assert.equal(excludes(names), expected, path);
          assert.equal(within(names.slice(0, -1))(names.at(-1) ?? ''), expected, path);
        }
      }
    });
  }

  it('F2: has folders after backslashes on Windows alone', () => {
    for (const glob of ['private\\x', '\\private\\x\\', '.\\private\\x\\**']) {
      assert.equal(createExclusion([glob], 'win32').excludes(['private', 'x', 'a']), true, glob);
      assert.equal(createExclusion([glob], 'win32').excludes(['x']), false, glob);
    }
    assert.equal(createExclusion(['private\\x'], 'linux').excludes(['private', 'x']), false);
  });

  for (const glob of [...flawed, ...excessive]) {
    it(`F2: ${JSON.stringify(glob.slice(0, 30))} is an error that names it`, () => {
      assert.throws(
        () => checkOptions({ ...defaultOptions, directory: '/', exclude: ['fine', glob] }),
        (error) =>
          error instanceof OptionsError && error.option === 'exclude' && error.message.includes(JSON.stringify(glob)),
      );
    });
  }

  it('F2: of the rows above and of the defaults is none in error', () => {
    for (const glob of [...rows.map(([each]) => each), ...defaultOptions.exclude]) {
      assert.equal(globFlaw(glob, 'linux'), undefined, glob);
    }
  });

  it('means what the library takes it for', () => {
    const unit = fc.constantFrom(...Array.from('ab*.x'), 'a?', '[ab]', '[^a]', '{a,b}', '@(a|b)', '+(a)');
    const segment = fc.array(unit, { minLength: 1, maxLength: 4 }).map((units) => units.join(''));
    // What the library does not take for the name of a folder, and we do, or the other way round.
    const usual = segment.filter((text) => !/\*\*|^\.{1,2}$/.test(text));
    const some = fc
      .array(fc.oneof(usual, usual, fc.constant('**')), { minLength: 1, maxLength: 3 })
      .map((segments) => segments.join('/'))
      .filter((glob) => !glob.includes('**/**'));
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'x', '.'), minLength: 1, maxLength: 4 });
    const path = fc.array(
      name.filter((each) => !/[. ]$/.test(each)),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(some, fc.array(path, { minLength: 1, maxLength: 8 }), (glob, paths) => {
        const matches = picomatch(glob, { dot: true, nocase: true, windows: false });
        const { excludes } = createExclusion([glob], 'linux');
        for (const each of paths) {
          const expected = each.some((_, i) => matches(each.slice(0, i + 1).join('/')));
          assert.equal(excludes(each), expected, each.join('/'));
        }
      }),
      { numRuns: 500 },
    );
  });

  // Whoever tries the ways one after the other is not done with one of these while anybody waits.
  const costly: readonly (readonly [glob: string, name: string])[] = [
    ['**/*_*_*_*_*_*_*_*.bak', '_'.repeat(255)],
    ['**/*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(255)],
    ['**/?*?*?*?*?*?*?*?*?*b', 'a'.repeat(255)],
    ['**/*[ab]*[ab]*[ab]*[ab]*[ab]*[ab]*c', 'a'.repeat(255)],
    ['+(a|aa|aaa)b', 'a'.repeat(255)],
    ['*(*a*a|*a*a*a)b', 'a'.repeat(255)],
    ['!(*a*a*a*b)*!(*a*a*b)c', 'a'.repeat(255)],
  ];
  for (const [glob, name] of costly) {
    it(`F3: ${glob} stops nobody, whatever the name`, () => {
      assert.equal(createExclusion([glob], 'linux').excludes([name]), false);
    });
  }

  it('F3: with many folders stops nobody, whatever the path', () => {
    const glob = `${'**/a/'.repeat(14)}b`;
    assert.equal(createExclusion([glob], 'linux').excludes(Array.from({ length: 4096 }, () => 'a')), false);
  });
});
