/** Where the element of the script goes in a page. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { insertionPoint, isSettled, xmlInsertionPoint } from '../../src/endpoints/representation/inject';
import { processorTime } from '../support/noise';

/** `|` marks the place. */
const rows: readonly (readonly [promise: string, page: string])[] = [
  ['an empty page', '|'],
  ['text', '|Hello'],
  ['behind the head’s tag', '<!doctype html>\n<html lang="en">\n<head>|\n<title>x</title>'],
  ['behind attributes', `<!DOCTYPE html><HTML lang=en class='a > b' data-x><HEAD prefix="og: x">|<base href="/y/">`],
  ['behind a DOCTYPE alone', '<!doctype html>|<title>x</title>'],
  [
    'behind an old DOCTYPE',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"\n"http://www.w3.org/TR/html4/strict.dtd">|<p>',
  ],
  ['behind comments', '<!-- <head> --><!doctype html><!--> <!---> <!-- a --!> <html>|<body>'],
  ['behind an XML declaration', '<?xml version="1.0"?><!doctype html><html>|<p>'],
  ['behind what is taken for a comment', '<!ELEMENT x><!doctype html>|<p>'],
  ['behind a byte order mark', '\xef\xbb\xbf<!doctype html>|<p>'],
  ['not behind a header', '<!doctype html>|<header>'],
  ['in front of a tag that is not well made', `<!doctype html>|<html lang="a"class="b"><head>`],
  ['in front of a tag without an end', '<!doctype html>|<html lang="'],
  ['in front of an end tag', '<!doctype html>|</html>'],
  ['R7: behind the charset', '<head>\n<meta charset="iso-8859-1">|<base href="/x/">'],
  [
    'R7: behind the charset of a page without a head',
    '<!doctype html>\n<META content="text/html; charset=x" http-equiv=a>|<p>',
  ],
  ['not behind another meta', '<head>|<meta name="a"><meta charset="x">'],
  ['between octets that are no ASCII', '<!doctype html><html title="\xe4\xf6"><head>|\xe4\xf6'],
];

const none: readonly (readonly [promise: string, page: string])[] = [
  ['UTF-16, little-endian', '\xff\xfe<\0p\0>\0'],
  ['UTF-16, big-endian', '\xfe\xff\0<\0p\0>'],
  ['UTF-16 without a mark', '<\0p\0>\0'],
  ['a comment without an end', '<!-- a page <!doctype html>'],
  ['a DOCTYPE without an end', '<!doctype html'],
  ['the beginning of something', '<'],
  ['a long comment, which may have a DOCTYPE behind it', `<!--${'x'.repeat(16 * 1024 - 4)}`],
  ['nothing but blanks, for longer than one looks', ' '.repeat(16 * 1024)],
];

describe('the script goes', () => {
  for (const [promise, page] of rows) {
    it(promise, () => assert.equal(insertionPoint(page.replace('|', '')), page.indexOf('|')));
  }
});

describe('the script does not go into', () => {
  for (const [promise, page] of none) it(promise, () => assert.equal(insertionPoint(page), undefined));
});

const xml: readonly (readonly [promise: string, page: string])[] = [
  ['R12: first in the root', '<svg>|<g/></svg>'],
  ['R12: behind a declaration', '<?xml version="1.0"?>\n<!-- a > b -->\n<svg xmlns="x" viewBox=\'0 0 1 1\' >|</svg>'],
  ['R12: behind a mark', '\xef\xbb\xbf<svg>|</svg>'],
  ['R12: behind a DOCTYPE', '<!DOCTYPE svg PUBLIC "a" "b" [\n<!ENTITY c "http://d/">\n]>\n<svg xmlns="&c;">|</svg>'],
  ['R12: in a root with a prefix', '<s:svg xmlns:s="a>b">|</s:svg>'],
];

const noXml: readonly (readonly [promise: string, page: string])[] = [
  ['R12: a root with nothing in it', '<svg/>'],
  ['R12: what is no XML', 'text'],
  ['R12: an attribute without quotes', '<svg a=b>'],
  ['R12: a DOCTYPE without an end', '<!DOCTYPE svg ['],
  ['R12: UTF-16', '\xff\xfe<\0s\0>\0'],
];

describe('the script goes in XML', () => {
  for (const [promise, page] of xml) {
    it(promise, () => assert.equal(xmlInsertionPoint(page.replace('|', '')), page.indexOf('|')));
  }
});

describe('the script does not go in XML into', () => {
  for (const [promise, page] of noXml) it(promise, () => assert.equal(xmlInsertionPoint(page), undefined));
});

describe('the place for the script', () => {
  const pieces = [
    '<!--',
    '-->',
    '<!doctype',
    '<html',
    '<head',
    '>',
    ' ',
    '"',
    "'",
    '=',
    'a',
    '<?',
    '</',
    '<!',
    '/',
    '\n',
  ];

  it('is never in front of a DOCTYPE that counts, nor inside of a tag or a comment', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
        const page = parts.join('');
        const at = insertionPoint(page);
        if (at === undefined) return;
        assert.ok(at <= page.length);
        // What precedes ends where a token ends, and what follows begins none that must come first.
        assert.match(page.slice(0, at), /^$|[>\s]$/);
        if (!/<head[^<]*>$/.test(page.slice(0, at))) assert.doesNotMatch(page.slice(at), /^\s|^<!doctype|^<!--/i);
      }),
      { numRuns: 5000 },
    );
  });

  const settled: readonly (readonly [page: string, isSettled: boolean])[] = [
    ['<!doctype html><html lang="en"><head>\n<title>', true],
    ['<!doctype html><p class="a>b">', true],
    ['<!doctype html>Hello', true],
    ['<head></head>', true],
    ['<head><meta charset="x"><meta name=a>', true],
    ['\xff\xfe<\0', true],
    ['<!doctype html><html><head>', false],
    ['<head> <meta name="a>b" ', false],
    ['<!doctype html><html lang="a>b"', false],
    ['<!-- > <p>', false],
    ['\xef\xbb', false],
    ['', false],
  ];
  for (const [page, is] of settled) {
    it(`${is ? 'is known' : 'is not known yet'} after ${JSON.stringify(page)}`, () =>
      assert.equal(isSettled(page, insertionPoint(page)), is));
  }

  it('does not move once it is known, however the page goes on', () => {
    const more = [...pieces, '<meta', ' charset=x', '<p>', '<title ', '\xef\xbb\xbf', 'text'];
    let known = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...more), { maxLength: 20 }), fc.nat(60), (parts, cut) => {
        const page = parts.join('');
        const start = page.slice(0, cut);
        const at = insertionPoint(start);
        if (!isSettled(start, at)) return;
        known++;
        assert.equal(insertionPoint(page), at);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(known > 1000);
  });

  it('is found in linear time', () => {
    for (const piece of [...pieces, '<html a', ' a=', ' a="b"', '<!-- -', ' a ']) {
      const page = `<html${piece.repeat(Math.ceil((16 * 1024) / piece.length))}`.slice(0, 16 * 1024);
      const started = processorTime();
      isSettled(page, insertionPoint(page));
      assert.ok(processorTime() - started < 1000, JSON.stringify(piece));
    }
  });
});
