/** Which globs hide what. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createExclusion } from '../../src/files/exclusion';
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
    ],
  ],
  [
    'with globs of the user',
    ['node_modules', 'build/**', '*.LOG', 'd\u00e9j\u00e0', '.*/**'],
    [
      ['a folder at the top, and all in it', 'node_modules/a/b.js', true],
      ['a folder of that name further down is another one', 'a/node_modules/b.js', false],
      ['everything below a folder', 'build/x', true],
      ['a glob without case', 'Error.log', true],
      ['a decomposed name', 'de\u0301ja\u0300', true],
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
          const { excludes, within } = createExclusion(some);
          const isExcluded = within(folder);
          for (const one of entries) assert.equal(isExcluded(one), excludes([...folder, one]), one);
        },
      ),
      { numRuns: 1000 },
    );
  });

  for (const [title, globs, rows] of suites) {
    describe(title, () => {
      const { excludes, within } = createExclusion(globs);
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
