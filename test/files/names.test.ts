/** Which names are safe on which platform. */
import assert from 'node:assert/strict';
import { fold, isAlias, nameProblem, relativeSegments, type Platform } from '../../src/files/names';

const all: readonly Platform[] = ['linux', 'darwin', 'win32'];
const posix: readonly Platform[] = ['linux', 'darwin'];

const refusedEverywhere = ['', '.', '..', 'a/b', '/', 'a\\b', '\\', '..\\x', 'a\0b', '\0'];
const refusedOnWindows = [
  'C:',
  'c:x',
  'secret.txt::$DATA',
  'a:b',
  'a.',
  'a ',
  '...',
  'a. .',
  'CON',
  'con',
  'nul.txt',
  'NUL.tar.gz',
  'aux .txt',
  'PRN',
  'COM1',
  'com9.log',
  'LPT1',
  'COM\u00b9',
  'LPT\u00b3.txt',
  'CONIN$',
  'conout$',
  'CLOCK$',
  'a<b',
  'a>b',
  'a"b',
  'a|b',
  'a?b',
  'a*b',
  'a\nb',
  'a\u001fb',
];
const fine = [
  'a',
  '.a',
  '..a',
  'a..b',
  '-',
  'a b',
  ' a',
  'a&b#c%d',
  "it's",
  '\u{1f600}.txt',
  'console',
  'com10',
  'nulls.txt',
  'auxiliary',
  '\u00e9',
  'e\u0301',
  'ENV~1',
  'x'.repeat(255),
];

describe('a name', () => {
  for (const name of refusedEverywhere) {
    it(`${JSON.stringify(name)} is refused everywhere`, () => {
      for (const platform of all) assert.notEqual(nameProblem(name, platform), undefined, platform);
    });
  }
  for (const name of refusedOnWindows) {
    it(`${JSON.stringify(name)} is refused on Windows alone`, () => {
      assert.notEqual(nameProblem(name, 'win32'), undefined);
      for (const platform of posix) assert.equal(nameProblem(name, platform), undefined, platform);
    });
  }
  for (const name of fine) {
    it(`${JSON.stringify(name.slice(0, 20))} is fine everywhere`, () => {
      for (const platform of all) assert.equal(nameProblem(name, platform), undefined, platform);
    });
  }
});

describe('an 8.3 alias', () => {
  const rows: readonly (readonly [promise: string, requested: string[], real: string[], expected: boolean])[] = [
    ['of another name is one', ['ENV~1'], ['.env'], true],
    ['with an extension is one', ['PROGRA~1.TXT'], ['program notes.txt'], true],
    ['of a folder above is one', ['SECRET~1', 'a.txt'], ['secret things', 'a.txt'], true],
    ['is none if the file is called so', ['ENV~1'], ['env~1'], false],
    ['is none without a tilde and a digit', ['readme~.txt'], ['link.txt'], false],
    ['is none if it is too long to be one', ['a-long-name~1.txt'], ['other.txt'], false],
  ];
  for (const [promise, requested, real, expected] of rows) {
    it(promise, () => {
      assert.equal(isAlias(requested, real, 'win32'), expected);
      assert.equal(isAlias(requested, real, 'linux'), false);
    });
  }
});

describe('two spellings of a name', () => {
  const rows: readonly (readonly [promise: string, a: string, b: string, expected: boolean])[] = [
    ['in another case', '.ENV', '.env', true],
    ['composed and decomposed', 'caf\u00e9', 'cafe\u0301', true],
    ['with characters that HFS+ ignores', '.g\u200cit', '.git', true],
    ['with a byte order mark', '\ufeff.git', '.git', true],
    ['of different letters', 'a', 'b', false],
  ];
  for (const [promise, a, b, expected] of rows) {
    it(`${promise} are ${expected ? 'one' : 'two'}`, () => assert.equal(fold(a) === fold(b), expected));
  }
});

describe('containment', () => {
  const rows: readonly (readonly [
    promise: string,
    folder: string,
    path: string,
    platform: Platform,
    expected?: string[],
  ])[] = [
    ['the folder itself', '/srv/www', '/srv/www', 'linux', []],
    ['a file', '/srv/www', '/srv/www/a', 'linux', ['a']],
    ['a file further down', '/srv/www', '/srv/www/a/b', 'linux', ['a', 'b']],
    ['a sibling with the same prefix', '/srv/www', '/srv/www2/a', 'linux'],
    ['the folder above', '/srv/www', '/srv', 'linux'],
    ['another place', '/srv/www', '/etc/passwd', 'linux'],
    ['another case is another place', '/srv/www', '/srv/WWW/a', 'linux'],
    ['the root of the file system', '/', '/etc/passwd', 'linux', ['etc', 'passwd']],
    ['a file on Windows', 'C:\\www', 'C:\\www\\a\\b', 'win32', ['a', 'b']],
    ['a sibling on Windows', 'C:\\www', 'C:\\www2\\a', 'win32'],
    ['another drive', 'C:\\www', 'D:\\www\\a', 'win32'],
    ['a share', 'C:\\www', '\\\\host\\www\\a', 'win32'],
    ['a drive as the folder', 'C:\\', 'C:\\a', 'win32', ['a']],
    ['a share as the folder', '\\\\host\\share', '\\\\host\\share\\a', 'win32', ['a']],
  ];
  for (const [promise, folder, path, platform, expected] of rows) {
    it(`${promise}: ${expected === undefined ? 'outside' : 'inside'}`, () => {
      assert.deepEqual(relativeSegments(folder, path, platform), expected);
    });
  }
});
