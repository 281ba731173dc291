/** The parts of the folder's page that need no browser. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeName, endOf, nameFlaw, numbered, shownName, sortKey } from '../../src/page/common/fileNames';
import { formatsFor } from '../../src/page/common/formats';
import { kindOf } from '../../src/page/common/kinds';
import { wordsFor } from '../../src/page/common/pageWords';
import { entriesOf, matching, ordered, sumsOf, type Entry } from '../../src/page/list/entries';
import { listedIn, rowsIn } from '../../src/page/list/listed';
import { actOf } from '../../src/page/list/listKeys';
import { Place, placeOf } from '../../src/page/list/place';
import { among, noSelection, only, rangeTo, toggled } from '../../src/page/list/selection';
import { extentOf, scrollTo } from '../../src/page/list/windowed';
import { decode } from '../../src/page/preview/textDecoding';
import { Rate } from '../../src/page/upload/rate';
import { needsPosix } from '../support/needs';
import { TestFolder } from '../support/folder';
import { ask } from '../support/request';

const entry = (name: string, size = 1, modified = '2024-01-01T00:00:00.000Z'): Entry => {
  const type = name.endsWith('/') ? 'directory' : 'file';
  const [made] = entriesOf([{ name: name.replace(/\/$/, ''), type, size, modified }]);
  assert.ok(made);
  return made;
};
const namesOf = (entries: readonly Entry[]): string[] => entries.map(({ name }) => name);

describe('the order of names', () => {
  const rows: readonly (readonly [promise: string, names: readonly string[]])[] = [
    ['is that of their numbers', ['file2', 'file10', 'file100', 'file1000000000000']],
    ['knows no case', ['a', 'B', 'c']],
    ['has accents beside their letters', ['apfel', 'Äpfel2', 'b', 'é', 'f']],
    ['takes leading zeros for none', ['a1', 'a02', 'a3']],
    ['has folders first', ['z/', 'a', 'b']],
  ];
  for (const [promise, names] of rows) {
    it(promise, () => {
      const sorted = ordered(names.map((name) => entry(name)).toReversed(), { by: 'name', isDescending: false });
      assert.deepEqual(namesOf(sorted), namesOf(names.map((name) => entry(name))));
    });
  }

  it('is that of numbers, whatever stands before them', () => {
    const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{0,5}$/), number, number, (stem, a, b) => {
        assert.equal(sortKey(`${stem}${a}`) < sortKey(`${stem}${b}`), a < b);
      }),
    );
  });

  it('of size and time has folders first, whatever the direction', () => {
    const all = [entry('small', 1), entry('dir/', 0), entry('large', 9)];
    assert.deepEqual(namesOf(ordered(all, { by: 'size', isDescending: true })), ['dir', 'large', 'small']);
    assert.deepEqual(namesOf(ordered(all, { by: 'size', isDescending: false })), ['dir', 'small', 'large']);
  });
});

describe('a filter', () => {
  const all = ['Äpfel 2024.txt', 'birnen 2024.txt', 'Straße'].map((name) => entry(name));
  for (const [filter, names] of [
    ['', 3],
    ['apf', 1],
    ['2024 BIR', 1],
    ['strasse', 1],
    ['nothing', 0],
  ] as const) {
    it(`${JSON.stringify(filter)} leaves ${names}`, () => assert.equal(matching(all, filter).length, names));
  }

  it('has sums', () => assert.deepEqual(sumsOf([entry('a/', 0), entry('b', 5)]), { folders: 1, files: 1, size: 5 }));
});

describe('a name', () => {
  for (const [name, shown] of [
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u2067b\u2069', 'a\\u2067b\\u2069'],
    ['קובץ (2).txt', 'קובץ (2).txt'],
    ['\u{1f469}\u200d\u{1f4bb}.txt', '\u{1f469}\u200d\u{1f4bb}.txt'],
  ] as const)
    it(`${JSON.stringify(name)} is shown for what it is`, () => assert.equal(shownName(name), shown));

  for (const [why, name, end] of [
    ['what kind it is, and a little more', 'report-final-2026.pdf', '026.pdf'],
    ['of two extensions, what there is room for', 'all-of-it-2026.tar.gz', 'tar.gz'],
    ['a number', 'photo of us (12).jpeg', '12).jpeg'],
    ['a name without an extension', 'chapter of a book 12', ' 12'],
    ['a short name', 'short.txt', ''],
    ['blanks', 'a name like no other   .txt', '   .txt'],
    ['no more than that of them', 'a name like no other    .txt', 'txt'],
    ['a long extension is none', 'a.configuration', 'ion'],
    ['what stands alone', '2026年最终报告以及附件.pptx', '.pptx'],
    ['no part of a letter', 'der Sommer im Süde\u0308.md', '.md'],
    ['no joined letters', 'برنامج العمل السنوي.pdf', '.pdf'],
    ['no number that would be turned round', 'תוכנית עבודה 2026.xlsx', ''],
    ['no word that would be', 'תוכנית report.pdf', ''],
    ['nothing that would be, behind a word from right to left', 'the report of עברית2.pdf', ''],
    ['no digit that would be', 'the archive of עברית.7z', ''],
    ['what is behind such a word', 'the report of עברית.pdf', '.pdf'],
  ] as const)
    it(`ends for whoever sees a part of it: ${why}`, () => assert.equal(endOf(name), end));

  for (const [name, taken, next] of [
    ['photo.jpg', [], 'photo (2).jpg'],
    ['photo (2).jpg', ['photo (2).jpg', 'photo (3).jpg'], 'photo (4).jpg'],
    ['photo (2).jpg', ['photo (2).jpg'], 'photo (3).jpg'],
    ['a.tar.gz', [], 'a (2).tar.gz'],
    ['.env', [], '.env (2)'],
    ['no ending', [], 'no ending (2)'],
  ] as const) {
    it(`${name} is ${next} beside ${taken.join() || 'none'}`, () => {
      assert.equal(
        numbered(name, (each) => (taken as readonly string[]).includes(each)),
        next,
      );
    });
  }

  for (const [name, flaw] of [
    ['', 'nameEmpty'],
    ['a/b', 'nameSlash'],
    ['a\\b', 'nameSlash'],
    ['..', 'nameDots'],
    ['ä'.repeat(128), 'nameLong'],
    ['<b>&"%\n', undefined],
  ] as const) {
    it(`${JSON.stringify(name.slice(0, 10))} has ${flaw ?? 'no flaw'}`, () => assert.equal(nameFlaw(name), flaw));
  }

  it('comes out of a URL as it went in, as one segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const url = new URL(`http://x/a/${encodeName(`x${name}`)}`);
        assert.equal(decodeURIComponent(url.pathname.slice('/a/'.length)), `x${name}`);
        assert.equal(url.search + url.hash, '');
      }),
    );
  });

  for (const [name, kind] of [
    ['a.JPG', 'picture'],
    ['Makefile', 'code'],
    ['README', 'text'],
    ['a.md', 'markdown'],
    ['.png', 'file'],
    ['constructor', 'file'],
  ] as const) {
    it(`${name} is of the kind ${kind}`, () => assert.equal(kindOf(name), kind));
  }
});

describe('a place', () => {
  const site = { base: 'http://x/proxy/4221/', isFiles: false };
  const place = new Place(site, ['a b', '100%']);

  it('has its addresses below where the site begins, but the one that the server is told', () => {
    assert.equal(place.api('ü', true), 'http://x/proxy/4221/files/a%20b/100%25/%C3%BC/');
    assert.equal(place.shown('f'), 'http://x/proxy/4221/a%20b/100%25/f');
    assert.equal(place.destination('f'), '/files/a%20b/100%25/f');
    assert.equal(place.zip(["it's&", 'b']), 'http://x/proxy/4221/files/a%20b/100%25/?zip=it%27s%26&zip=b');
    assert.equal(place.zip([]), 'http://x/proxy/4221/files/a%20b/100%25/?zip');
    assert.equal(place.above(1).path, '/a b/');
  });

  for (const isFiles of [false, true]) {
    it(`is found again by its page, ${isFiles ? 'below /files/' : 'of the site'}`, () => {
      const own = new Place({ ...site, isFiles }, place.segments);
      assert.deepEqual(placeOf(own.site, `${own.page()}?x#y`)?.segments, place.segments);
    });
  }
  for (const url of ['http://x/', 'http://y/proxy/4221/', 'http://x/proxy/4221/file', 'http://x/proxy/4221/%zz/'])
    it(`is not that of ${url}`, () => assert.equal(placeOf(site, url), undefined));
});

describe('a selection', () => {
  const order = ['a', 'b', 'c', 'd'];
  it('goes from the anchor to where one goes, and back', () => {
    const first = rangeTo(only('b'), 'd', order);
    assert.deepEqual([...first.names], ['b', 'c', 'd']);
    assert.deepEqual([...rangeTo(first, 'a', order).names], ['a', 'b']);
  });
  it('takes and gives one', () => {
    assert.deepEqual([...toggled(toggled(only('a'), 'b'), 'a').names], ['b']);
    assert.deepEqual(rangeTo(noSelection, 'gone', order), only('gone'));
  });
  it('loses what is gone, and nothing else', () => {
    const left = among(rangeTo(only('a'), 'c', order), (name) => name !== 'c');
    assert.deepEqual([[...left.names], left.active, left.anchor], [['a', 'b'], undefined, 'a']);
  });
});

describe('a key', () => {
  const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  const where = { index: 4, count: 10, columns: 1, page: 3, isRightToLeft: false };
  const go = (index: number, isRange = false, isSelecting = true): object => ({
    kind: 'go',
    index,
    isRange,
    isSelecting,
  });
  const rows: readonly (readonly [promise: string, pressed: object, at: object, act: object | undefined])[] = [
    ['ArrowDown goes on', { key: 'ArrowDown' }, {}, go(5)],
    ['the first arrow goes to the first', { key: 'ArrowDown' }, { index: -1 }, go(0)],
    ['ArrowUp stays at the top', { key: 'ArrowUp' }, { index: 0 }, go(0)],
    ['ArrowDown goes by rows of a grid', { key: 'ArrowDown' }, { columns: 4 }, go(8)],
    ['ArrowRight goes back from right to left', { key: 'ArrowRight' }, { columns: 4, isRightToLeft: true }, go(3)],
    ['ArrowRight is none of a list', { key: 'ArrowRight' }, {}, undefined],
    ['Shift makes a range', { key: 'End', shiftKey: true }, {}, go(9, true)],
    ['Ctrl goes without selecting', { key: 'Home', ctrlKey: true }, {}, go(0, false, false)],
    ['PageDown goes by what is seen', { key: 'PageDown' }, {}, go(7)],
    ['Ctrl+A is all', { key: 'a', ctrlKey: true }, {}, { kind: 'all' }],
    ['Cmd+A is all', { key: 'A', metaKey: true }, {}, { kind: 'all' }],
    ['Ctrl+C is the browser’s', { key: 'c', ctrlKey: true }, {}, undefined],
    ['Ctrl+/ is the browser’s', { key: '/', ctrlKey: true }, {}, undefined],
    ['/ filters', { key: '/' }, {}, { kind: 'filter' }],
    ['F2 renames', { key: 'F2' }, {}, { kind: 'rename' }],
    ['a letter is none', { key: 'x' }, {}, undefined],
    ['a name of Object is none', { key: 'constructor' }, {}, undefined],
    ['an arrow in an empty list is none', { key: 'ArrowDown' }, { count: 0, index: -1 }, undefined],
  ];
  for (const [promise, pressed, at, act] of rows)
    it(promise, () => assert.deepEqual(actOf({ key: '', ...none, ...pressed }, { ...where, ...at }), act));
});

describe('what is drawn of 100,000 rows', () => {
  it('is what is seen, and some', () => {
    const { first, end, height } = extentOf(100_000, 40, 2_000_000, 800);
    assert.ok(first <= 50_000 && end >= 50_020 && end - first < 40);
    assert.equal(height, 4_000_000);
  });
  it('is nothing of none', () => assert.deepEqual(extentOf(0, 40, 0, 800), { first: 0, end: 0, height: 0 }));
  it('moves as little as it must', () => {
    assert.deepEqual([scrollTo(0, 40, 100, 400), scrollTo(5, 40, 100, 400), scrollTo(20, 40, 100, 400)], [0, 100, 440]);
  });
});

describe('a rate', () => {
  it('is that of the last seconds', () => {
    const rate = new Rate();
    for (let i = 0; i <= 100; i++) rate.note(i * 250, i < 50 ? 0 : (i - 50) * 250);
    assert.equal(Math.round(rate.perSecond ?? 0), 1000);
    assert.equal(rate.timeFor(5000), 5);
  });
  it('is unknown at first, and after a fall', () => {
    const rate = new Rate();
    rate.note(0, 0);
    assert.equal(rate.perSecond, undefined);
    rate.note(1000, 500);
    rate.note(1500, 10);
    assert.equal(rate.perSecond, undefined);
  });
});

describe('words and numbers', () => {
  for (const [languages, language] of [
    [['de-AT', 'en'], 'de'],
    [['fr', 'de'], 'de'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const) {
    it(`of ${languages.join() || 'nobody'} are in ${language}`, () =>
      assert.equal(wordsFor(languages).language, language));
  }
  it('are those of the reader, and of nobody if the browser names a language that is none', () => {
    assert.equal(formatsFor(['de']).size(1_500_000), '1,5 MB');
    assert.equal(formatsFor(['en-US@posix', 'en']).size(999), '999 bytes');
    assert.equal(formatsFor(['en']).duration(3725.2), '1:02:06');
  });
});

describe('text', () => {
  for (const [promise, octets, text, isText] of [
    ['of UTF-8', Buffer.from('ä'), 'ä', true],
    ['of UTF-8 that is cut within a character', Buffer.from('aä').subarray(0, 2), 'a', true],
    ['of UTF-16', Buffer.from('\ufeffä', 'utf16le'), 'ä', true],
    ['of an older encoding', Buffer.from([0xe4, 0x20]), 'ä ', true],
    ['with a zero is none', Buffer.from('a\0b'), 'a\0b', false],
  ] as const) {
    it(promise, () => assert.deepEqual(decode(octets), { text, isText }));
  }
});

describe('what is in the page already', () => {
  const odd = [
    'a b.txt',
    'a&b',
    'q"\'.txt',
    '<a href=".\\x">',
    'x data-size="5" data-time="y"',
    'two\nlines',
    '%41',
    'ä 😀',
    '../x',
  ];

  const both = async (folder: TestFolder): Promise<readonly [html: string, json: unknown]> => {
    const router = folder.router();
    const [page, list] = [await ask(router, 'GET', '/', { Accept: 'text/html' }), await ask(router, 'GET', '/files/')];
    return [page.text, JSON.parse(list.text)];
  };

  it('is what the server lists, whatever the names', async function () {
    needsPosix(this);
    const folder = new TestFolder();
    try {
      for (const name of odd.filter((each) => !each.includes('/')))
        folder.write(name, name).write(`in ${name}/inner`, '');
      const [html, json] = await both(folder);
      assert.deepEqual(rowsIn(html), json);
      // A browser writes no entity for a mark in a text, and ends what is open.
      const written = html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('<td', '</td><td');
      assert.deepEqual(rowsIn(written), json);
    } finally {
      folder.remove();
    }
  });

  it('is put together, where it is long, and nothing if its end is missing', async () => {
    const folder = new TestFolder();
    try {
      for (let i = 0; i < 1500; i++) folder.write(`${i}`, '');
      const [html, json] = await both(folder);
      const part = (pattern: RegExp): string => pattern.exec(html)?.[1] ?? '';
      const parts: Record<string, string> = {
        tbody: part(/<tbody>([^]*?)<\/table>/),
        noscript: part(/<noscript>([^]*)<\/noscript>/),
      };
      const page = (isWhole: boolean): Parameters<typeof listedIn>[0] => ({
        getElementById: (id) => (isWhole && html.includes(`id="${id}"`) ? {} : null),
        querySelector: (name) => ({ innerHTML: parts[name] ?? '', textContent: parts[name] ?? '' }),
      });
      assert.deepEqual(listedIn(page(true)), json);
      assert.equal(listedIn(page(false)), undefined);
    } finally {
      folder.remove();
    }
  });
});
