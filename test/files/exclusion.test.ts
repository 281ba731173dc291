/** Which globs hide what. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { createExclusion } from '../../src/files/exclusion';
import { fold, windowsName } from '../../src/files/names';
import { defaultOptions } from '../../src/options';

type Row = readonly [promise: string, path: string, excluded: boolean];

const suites: readonly (readonly [title: string, globs: readonly string[], rows: readonly Row[]])[] = [
  [
    'by default',
    defaultOptions.exclude,
    [
      ['a file', 'a.txt', false],
      ['the folder itself', '', false],
      ['a hidden file', '.env', true],
      ['a hidden file further down', 'a/b/.env', true],
      ['in another case', '.EnV', true],
      ['a file in a hidden folder', '.git/config', true],
      ['a file deep in a hidden folder', 'a/.git/refs/heads/main', true],
      ['a key', 'server.key', true],
      ['a key in another case', 'Server.KEY', true],
      ['a key further down', 'tls/server.pem', true],
      ['what is in a folder with the name of a key', 'x.pem/a.txt', true],
      ['a name that ends like a key', 'monkey', false],
      ['a key with another extension behind it', 'server.key.txt', false],
      ['a dot in the middle', 'a.b/c.d', false],
      ['two dots in front', '..a', true],
      ['with a character that HFS+ ignores', '.g\u200cit/config', true],
      ['with an ignored character in front of the dot', '\u200c.env', true],
      ['the well-known folder', '.well-known', false],
      ['a file in it', '.well-known/security.txt', false],
      ['a folder in it', '.well-known/acme-challenge/token', false],
      ['a hidden file in it', '.well-known/.env', true],
      ['a well-known folder that is not at the top', 'a/.well-known/x', true],
      ['a name that only begins so', '.well-known2/x', true],
      ['in a folder with a line feed in its name', 'a\nb/.env', true],
      ['in a folder with a carriage return in its name', 'a\rb/server.key', true],
      ['in a folder with a line separator in its name', 'a/\u2028/.git/config', true],
      ['a name that is hidden, with a line feed in it', '.e\nnv', true],
      ['F1: a key with a dot behind it, which Windows drops', 'tls/server.key.', true],
      ['F1: a key with a blank behind it', 'server.key ', true],
      ['F1: a key by its stream', 'server.key::$DATA', true],
      ['F1: in a folder with a dot behind it', 'x.pem./a.txt', true],
      ['F1: a key with a soft hyphen in it', 'server.k\u00adey', true],
      ['F1: a key with the sign of the kelvin', 'server.\u212aEY', true],
      ['F1: a plain name with a dot behind it', 'readme.', false],
    ],
  ],
  [
    'with globs of the user',
    [
      'node_modules',
      'build/**',
      '*.LOG',
      'd\u00e9j\u00e0',
      'noe\u0308l',
      '.*/**',
      'line\nfeed',
      '**/!(a|b).only',
      '**/deep/x',
    ],
    [
      ['a folder at the top, and all in it', 'node_modules/a/b.js', true],
      ['a folder of that name further down is another one', 'a/node_modules/b.js', false],
      ['everything below a folder', 'build/x', true],
      ['everything below a folder, whatever line breaks are in the names', 'build/x\ny/z', true],
      ['a name with the line feed of its glob', 'line\nfeed', true],
      ['what is left out of a glob in any folder', 'x/a.only', false],
      ['what is not left out of it', 'x/c.only', true],
      ['a path in any folder', 'a/b/deep/x', true],
      ['the end of that path alone', 'a/b/x', false],
      ['a glob without case', 'Error.log', true],
      ['a decomposed name', 'de\u0301ja\u0300', true],
      ['a composed name, for a decomposed glob', 'no\u00ebl', true],
      ['that name, decomposed', 'noe\u0308l', true],
      ['what is in a hidden folder', '.git/config', true],
      ['even then the well-known folder is served', '.well-known/security.txt', false],
    ],
  ],
  [
    'without globs',
    [],
    [
      ['a hidden file', '.env', false],
      ['an unfinished upload of ours', `a/.http-server-${'0'.repeat(24)}.tmp`, true],
      ['a file that is nearly called so', '.http-server-notes.tmp', false],
      ['a file whose name ends so', `a.http-server-${'0'.repeat(24)}.tmp`, false],
      ['a file whose name begins so', `.http-server-${'0'.repeat(24)}.tmp.txt`, false],
    ],
  ],
];

const names = [
  ...['a', 'B', 'x.pem', 'Server.KEY', '.env', '.GIT', '..a', '.well-known', '.Well-Known', 'node_modules', 'build'],
  ...['Error.log', 'D\u00c9j\u00e0', 'de\u0301ja\u0300', '.g\u200cit', '\u200c', 'a b', 'a+b', '[a]'],
  ...[`.http-server-${'0'.repeat(24)}.tmp`, `.HTTP-server-${'0'.repeat(24)}.tmp`],
];
const patterns = [
  '**/.*',
  '**/*.{pem,key}',
  'node_modules',
  'build/**',
  '*.LOG',
  '.*/**',
  'd\u00e9j\u00e0',
  '**',
  'a/*',
  '*/B',
];

describe('exclusion', () => {
  it('is the same for an entry of a folder as for its path', () => {
    const name = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }));
    const globs = fc.subarray(patterns);
    fc.assert(
      fc.property(
        globs,
        fc.array(name, { maxLength: 3 }),
        fc.array(name, { maxLength: 8 }),
        (some, folder, entries) => {
          const { excludes, within } = createExclusion(some, 'linux');
          const isExcluded = within(folder);
          for (const one of entries) assert.equal(isExcluded(one), excludes([...folder, one]), one);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('means what the library takes the globs for', () => {
    const name = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 6 }));
    const usable = name.filter(
      (each) => fold(each) !== '' && windowsName(each) === each && !/[\n\r/]|^\.{1,2}$|^\.http-server-/i.test(each),
    );
    const some = fc.subarray([...patterns, '**/!(a)', '**/[ab]*', '**/?', '**/a/.*', '!**/a', '**/!a'], {
      minLength: 1,
    });
    fc.assert(
      fc.property(some, fc.array(usable, { minLength: 1, maxLength: 4 }), (globs, path) => {
        const matches = picomatch(
          globs.map((glob) => fold(glob)),
          { dot: true, nocase: true, windows: false },
        );
        const folders = path.map((_, i) =>
          path
            .slice(0, i + 1)
            .map(fold)
            .join('/'),
        );
        if (path[0] !== '.well-known')
          assert.equal(
            createExclusion(globs, 'linux').excludes(path),
            folders.some((each) => matches(each)),
          );
      }),
      { numRuns: 500 },
    );
  });

  for (const [title, globs, rows] of suites) {
    describe(title, () => {
      const { excludes, within } = createExclusion(globs, 'linux');
      for (const [promise, path, excluded] of rows) {
        it(`${promise}: ${excluded ? 'hidden' : 'shown'}`, () => {
          const segments = path === '' ? [] : path.split('/');
          const name = segments.at(-1);
          assert.equal(excludes(segments), excluded);
          if (name !== undefined) assert.equal(within(segments.slice(0, -1))(name), excluded);
        });
      }
    });
  }
});
