/** Which names are safe on which platform. */
import assert from 'node:assert/strict';
import {
  comparable,
  fold,
  hasAlias,
  isTooLong,
  mayBeAlias,
  nameProblem,
  relativeSegments,
  windowsName,
  type Platform,
} from '../../src/files/names';

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
  'bacon',
  'xcom1.txt',
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

describe('what is wrong with a name', () => {
  const rows: readonly (readonly [name: string, problem: string])[] = [
    ['..', 'A name in the path is empty or made of dots.'],
    ['a\0', 'The path has a NUL in it.'],
    ['a/b', 'A name in the path has a slash or a backslash in it.'],
    ['a:b', 'A name in the path has a character that Windows forbids.'],
    ['a.', 'A name in the path ends with a dot or a space.'],
    ['nul', 'A name in the path is that of a device.'],
  ];
  for (const [name, problem] of rows) {
    it(`is said of ${JSON.stringify(name)}`, () => assert.equal(nameProblem(name, 'win32'), problem));
  }
});

describe('a name that no file system has', () => {
  const rows: readonly (readonly [promise: string, name: string, expected: boolean])[] = [
    ['255 letters', 'x'.repeat(255), false],
    ['256 letters', 'x'.repeat(256), true],
    ['255 units that are 765 octets, as NTFS takes them', '\u20ac'.repeat(255), false],
    ['128 pairs of surrogates', '\u{1f600}'.repeat(128), true],
  ];
  for (const [promise, name, expected] of rows) {
    it(`F3: ${promise}: ${expected ? 'too long' : 'not too long'}`, () => assert.equal(isTooLong(name), expected));
  }
});

describe('F1: a name that may be an alias on some file system', () => {
  const rows: readonly (readonly [promise: string, name: string, expected: boolean])[] = [
    ['a short name', 'ENV~1', true],
    ['one with an extension', 'PROGRA~2.TXT', true],
    ['one in lower case', 'git~1', true],
    ['one of Samba', 'GAVYIM~B', true],
    ['one whose extension is empty', 'SERVER~1.', true],
    ['a tilde at the end', 'readme~', false],
    ['a name too long to be a short one', 'a-long-name~1.txt', false],
    ['an extension too long for a short one', 'a~1.html', false],
    ['a dot at the end', '.env.', true],
    ['a blank at the end', '.env ', true],
    ['dots and blanks at the end', '.env. .', true],
    ['a stream', '.env::$DATA', true],
    ['a stream by its name', 'a.txt:secret', true],
    ['a joiner of no width', '.g\u200cit', true],
    ['a soft hyphen', '.g\u00adit', true],
    ['a variation selector', 'server.key\ufe0f', true],
    ['a byte order mark', '\ufeff.env', true],
    ['full width', '\uff0eenv', true],
    ['a circled letter', 'server.k\u24d4y', true],
    ['a blank that does not break', 'a\u00a0b', true],
    ['a private character in the place of a colon', 'a\uf03ab', true],
    ['a plain name', 'index.html', false],
    ['a hidden name', '.env', false],
    ['a blank inside', 'a b', false],
    ['a dot inside', 'a..b', false],
    ['a tilde in front', '~user-of-it', false],
    ['accents', 'caf\u00e9', false],
    ['decomposed accents', 'cafe\u0301', false],
    ['capital umlauts', '\u00dcBUNG.TXT', false],
    ['a sharp s', 'stra\u00dfe', false],
    ['Japanese', '\u65e5\u672c\u8a9e.txt', false],
    ['an emoji', '\u{1f600}.txt', false],
  ];
  for (const [promise, name, expected] of rows) {
    it(`${promise}: ${expected}`, () => assert.equal(mayBeAlias(name), expected));
  }
});

describe('F1: a path with an alias in it', () => {
  const listing: Readonly<Record<string, readonly string[]>> = {
    '': ['.env', '.git', 'private things', 'REAL~1', 'dot.', 'f\u00e9\u200d', 'a.txt'],
    'private things': ['A~1', 'b.txt'],
    'REAL~1': ['x'],
  };
  const rows: readonly (readonly [promise: string, path: string, expected: boolean])[] = [
    ['the short name of a file', 'ENV~1', true],
    ['the short name of a folder', 'GIT~1/config', true],
    ['in a folder by its short name', 'PRIVAT~1/b.txt', true],
    ['a short name that is listed', 'REAL~1/x', false],
    ['one in a folder further down', 'private things/A~1', false],
    ['one that is listed elsewhere', 'A~1', true],
    ['a listed one in another case', 'real~1', true],
    ['a dot at the end that is listed', 'dot.', false],
    ['a dot at the end that is not', 'a.txt.', true],
    ['what is ignored, listed', 'f\u00e9\u200d', false],
    ['what is ignored, listed in another composition', 'fe\u0301\u200d', false],
    ['what is ignored, not listed', 'a.txt\u200d', true],
    ['nothing of the kind', 'private things/b.txt', false],
    ['a folder that cannot be listed', 'gone/A~1', true],
  ];
  for (const [promise, path, expected] of rows) {
    it(`${promise}: ${expected}`, () => {
      const asked: string[] = [];
      const entries = (folder: readonly string[]): readonly string[] => {
        asked.push(folder.join('/'));
        return listing[folder.join('/')] ?? [];
      };
      assert.equal(hasAlias(path.split('/'), entries), expected);
      // No folder is read for a name that cannot be an alias.
      assert.equal(asked.length, path.split('/').filter(mayBeAlias).length);
    });
  }
});

describe('F1: what Windows makes of a name', () => {
  const rows: readonly (readonly [name: string, expected: string])[] = [
    ['server.key.', 'server.key'],
    ['server.key . .', 'server.key'],
    ['server.key::$DATA', 'server.key'],
    ['server.key .:stream', 'server.key'],
    [':a', ':a'],
    ['...', '...'],
    [' ', ' '],
    ['a.b c', 'a.b c'],
    [`${'.'.repeat(254)}a`, `${'.'.repeat(254)}a`],
  ];
  for (const [name, expected] of rows) {
    it(`${JSON.stringify(name.slice(0, 20))}: ${JSON.stringify(expected.slice(0, 20))}`, () =>
      assert.equal(windowsName(name), expected));
  }
});

describe('two spellings of a name', () => {
  const rows: readonly (readonly [promise: string, a: string, b: string, expected: boolean])[] = [
    ['in another case', '.ENV', '.env', true],
    ['composed and decomposed', 'caf\u00e9', 'cafe\u0301', true],
    ['with characters that HFS+ ignores', '.g\u200cit', '.git', true],
    ['with a byte order mark', '\ufeff.git', '.git', true],
    ['with a soft hyphen', '.g\u00adit', '.git', true],
    ['with a variation selector', '.git\ufe0f', '.git', true],
    ['with a long s', '.\u017fsh', '.ssh', true],
    ['with the sign of the kelvin', 'server.\u212aey', 'server.key', true],
    ['with a sharp s', 'stra\u00dfe', 'STRASSE', true],
    ['with a capital sharp s', 'stra\u1e9ee', 'strasse', true],
    ['with the sigma of the end of a word', '\u03bf\u03b4\u03bf\u03c2', '\u039f\u0394\u039f\u03a3', true],
    ['with a sigma at the end of a part', '\u03b1\u03c2.x', '\u0391\u03a3.x', true],
    ['with marks in another order', 'a\u0323\u0302', 'a\u0302\u0323', true],
    ['of the sign of micro and the letter', '\u00b5', '\u03bc', true],
    ['with a sigma at the end and without', '\u03bf\u03c2', '\u03bf', false],
    ['of different letters', 'a', 'b', false],
  ];
  for (const [promise, a, b, expected] of rows) {
    it(`${promise} are ${expected ? 'one' : 'two'}`, () => assert.equal(fold(a) === fold(b), expected));
  }
});

describe('two paths', () => {
  const rows: readonly (readonly [platform: Platform, expected: boolean])[] = [
    ['linux', false],
    ['darwin', true],
    ['win32', true],
  ];
  for (const [platform, expected] of rows) {
    it(`that differ in case alone ${expected ? 'may be' : 'are not'} one on ${platform}`, () => {
      assert.equal(comparable('/A/b', platform) === comparable('/a/B', platform), expected);
      assert.notEqual(comparable('/A/b', platform), comparable('/A/c', platform));
    });
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
