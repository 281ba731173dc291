/** What a file is told to be: its media type, its charset, and the coding that its own octets have. */
import assert from 'node:assert/strict';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sniffSize } from '../../src/endpoints/site/charset';
import { Live } from '../../src/endpoints/live/live';
import { fileTypeOf } from '../../src/endpoints/site/mediaType';
import { TestFolder } from '../support/folder';
import { ask, remembered } from '../support/request';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const html = 'text/html';
const css = 'text/css';
const javascript = 'text/javascript';
const plain = 'text/plain; charset=utf-8';
const told = (type: string): string => `${type}; charset=utf-8`;

type Row = readonly [promise: string, name: string, content: string | Buffer, type: string];

const charsets: readonly Row[] = [
  ['R7: HTML in ISO-8859-1 that says so', 'a.html', latin1('<meta charset="iso-8859-1">\xe4'), html],
  ['R7: HTML that says so, and is ASCII as far as one looks', 'a.html', '<meta charset=windows-1251><p>x', html],
  [
    'R7: HTML that says so as for the field',
    'a.html',
    '<head><META content="text/html; charset=Shift_JIS" http-equiv=Content-Type>',
    html,
  ],
  ['R7: HTML that says so in a declaration of XML', 'a.html', '<?xml version="1.0" encoding="koi8-r"?><p>', html],
  ['R7: HTML that says nothing, and is no UTF-8', 'a.html', latin1('<p>\xe4'), html],
  ['R7: HTML in UTF-16', 'a.html', utf16('<p>x'), html],
  ['R7: HTML in UTF-16 without a mark', 'a.html', Buffer.from('<p>x', 'utf16le'), html],
  ['R7: HTML in UTF-8 that says so', 'a.html', '<meta charset="UTF8">\u00e4', told(html)],
  ['R7: HTML that says UTF-16, and is not', 'a.html', '<meta charset="utf-16">', told(html)],
  ['R7: HTML that names no charset that there is', 'a.html', '<meta charset="klingon">', told(html)],
  ['R7: HTML that says something else behind a mark', 'a.html', '\ufeff<meta charset=latin1>', told(html)],
  ['R7: HTML that says so in a comment alone', 'a.html', '<!-- <meta charset=latin1> --><p>', told(html)],
  ['R7: HTML that says so in a description alone', 'a.html', '<meta name=a content="charset=latin1">', told(html)],
  ['R7: HTML whose first character is cut where one stops', 'a.html', `${'x'.repeat(4095)}\u20ac`, told(html)],
  ['R7: CSS with @charset', 'a.css', latin1('@charset "iso-8859-1";\na::after{content:"\xe4"}'), css],
  ['R7: CSS with @charset that is ASCII', 'a.css', '@charset "iso-8859-1";', css],
  ['R7: CSS with @charset of UTF-8', 'a.css', '@charset "utf-8"; a::after{content:"\u00e4"}', told(css)],
  ['R7: CSS whose @charset is none', 'a.css', `@charset 'iso-8859-1';`, told(css)],
  ['R7: a script that is no UTF-8', 'a.js', latin1('"\xe4"'), javascript],
  ['R7: text that is no UTF-8', 'a.txt', latin1('\xe4'), 'text/plain'],
  ['R7: JSON in UTF-16', 'a.json', utf16('{}'), 'application/json'],
  ['R7: XML says it itself', 'a.xml', latin1('<?xml version="1.0" encoding="latin1"?><a/>'), 'application/xml'],
];

const scripts: readonly Row[] = [
  ['R8: a script of CommonJS', 'lib.umd.cjs', 'x', told(javascript)],
  ['R8: a module', 'a.mjs', 'x', told(javascript)],
  ['R8: a script of an edition', 'a.es6', 'x', told(javascript)],
  ['R8: a script in upper case', 'A.CJS', 'x', told(javascript)],
];

const texts: readonly Row[] = [
  ...'sh sql toml php tex pl bat srt org dart json5 tcl csv tsv obj dxf pac'
    .split(' ')
    .map((extension): Row => [`R9: .${extension}`, `a.${extension}`, 'text\n', plain]),
  ['R9: text for a ZIP’s name', 'a.zip', 'no zip', plain],
  ['R9: text that is no UTF-8', 'a.sh', latin1('echo \xe4'), 'application/x-sh'],
  ['R9: what is no text', 'a.org', Buffer.from([0, 1, 2]), 'application/vnd.lotus-organizer'],
  ['R9: nothing', 'a.zip', '', 'application/zip'],
  ['R9: what a player asks for', 'a.m3u8', '#EXTM3U', 'application/vnd.apple.mpegurl'],
  ['R9: what a calendar takes', 'a.ics', 'BEGIN:VCALENDAR', told('text/calendar')],
  ['R9: JSON of some kind', 'a.geojson', '{}', 'application/geo+json'],
  ['R9: XML of some kind', 'a.rss', '<rss/>', 'application/rss+xml'],
  ['R9: a document of the browser', 'a.pdf', '%PDF-1.7', 'application/pdf'],
  ['R9: HTML by another name', 'a.sh', '<!doctype html><script>alert(1)</script>', plain],
];

describe('a file is told to be', () => {
  for (const [promise, name, content, type] of [...charsets, ...scripts, ...texts]) {
    it(`${promise} (${name}): ${type}`, () => {
      const { mediaType, coding } = fileTypeOf(name, () => Buffer.from(content).subarray(0, sniffSize));
      assert.deepEqual([mediaType, coding], [type, undefined]);
    });
  }

  it('never HTML by what is in it', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{0,5}$/),
        fc.constantFrom('', '<!doctype html>', '<html>', '<?xml?>'),
        (end, text) => {
          if (/^(?:s?html?|xht(?:ml)?)$/.test(end)) return;
          assert.doesNotMatch(fileTypeOf(`a.${end}`, () => Buffer.from(text)).mediaType, /html/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a file whose octets are coded', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  const script = `/* ${'x'.repeat(2000)} */`;
  const coded: readonly (readonly [promise: string, name: string, content: Buffer, type: string, coding: string])[] = [
    ['R11: a script', 'x.framework.js.gz', gzipSync(script), javascript, 'gzip'],
    ['R11: WebAssembly', 'x.wasm.br', brotliCompressSync(Buffer.alloc(3000)), 'application/wasm', 'br'],
    ['R11: a program’s data', 'x.data.gz', gzipSync(Buffer.alloc(3000)), 'application/octet-stream', 'gzip'],
    ['R11: a drawing', 'x.svgz', gzipSync('<svg/>'), 'image/svg+xml', 'gzip'],
    ['R11: a drawing in upper case', 'X.SVGZ', gzipSync('<svg/>'), 'image/svg+xml', 'gzip'],
    ['R11: a style sheet', 'x.css.br', brotliCompressSync(script), css, 'br'],
    ['R11: a page', 'x.html.gz', gzipSync('<p>'), html, 'gzip'],
    ['R11: a large script', 'large.js.gz', gzipSync(Buffer.alloc(9_000_000, script), { level: 0 }), javascript, 'gzip'],
  ];

  for (const [promise, name, content, type, coding] of coded) {
    it(`${promise} (${name}) is told with its coding, whoever asks, and is not coded again`, async () => {
      const router = folder.write(name, content).router();
      for (const fields of [{}, { 'Accept-Encoding': 'br, gzip, zstd' }, { 'Accept-Encoding': 'identity' }]) {
        const { fields: answered, body } = await ask(router, 'GET', `/${name}`, fields);
        assert.deepEqual([answered.get('content-type'), answered.get('content-encoding')], [type, coding]);
        assert.ok(body.equals(content));
      }
    });
  }

  it('R11: has one entity tag, by which HEAD, a part and a condition go', async () => {
    const content = gzipSync(script);
    const router = folder.write('x.js.gz', content).router();
    const { fields } = await remembered(router, '/x.js.gz');
    const etag = new Map(fields).get('ETag') ?? '';
    const head = await ask(router, 'HEAD', '/x.js.gz');
    assert.deepEqual([head.fields.get('etag'), head.fields.get('content-encoding')], [etag, 'gzip']);
    const part = await ask(router, 'GET', '/x.js.gz', {
      Range: 'bytes=0-9',
      'If-Range': etag,
      'Accept-Encoding': 'gzip',
    });
    assert.deepEqual([part.status, part.fields.get('content-encoding')], [206, 'gzip']);
    assert.ok(part.body.equals(content.subarray(0, 10)));
    assert.equal((await ask(router, 'GET', '/x.js.gz', { 'If-None-Match': etag })).status, 304);
    assert.equal(head.fields.has('vary'), false);
  });

  it('R11: that lies beside a file is its copy as before', async () => {
    const router = folder
      .write('x.js', script)
      .write('x.js.gz', gzipSync(script, { level: 1 }))
      .router();
    const answer = await ask(router, 'GET', '/x.js', { 'Accept-Encoding': 'gzip' });
    assert.deepEqual([answer.fields.get('content-encoding'), gunzipSync(answer.body).toString()], ['gzip', script]);
  });

  const kept: readonly Row[] = [
    ['an archive', 'x.tar.gz', gzipSync('tar'), 'application/gzip'],
    ['text', 'x.txt.gz', gzipSync('text'), 'application/gzip'],
    ['a table', 'x.csv.gz', gzipSync('a,b'), 'application/gzip'],
    ['what is no gzip', 'x.js.gz', Buffer.from([0, 1, 2]), 'application/gzip'],
    ['a script that is not coded', 'x.js.br', 'let a', plain],
    ['a drawing that is not coded', 'x.svgz', '<svg/>', 'image/svg+xml'],
    ['nothing', 'x.js.gz', '', 'application/gzip'],
  ];
  for (const [promise, name, content, type] of kept) {
    it(`R11: is not ${promise} (${name}): ${type}`, async () => {
      const { fields } = await ask(folder.write(name, content).router(), 'GET', `/${name}`);
      assert.deepEqual([fields.get('content-type'), fields.has('content-encoding')], [type, false]);
    });
  }

  it('R11: is as it is for the API', async () => {
    const { fields } = await ask(folder.write('x.js.gz', gzipSync('x')).router(), 'GET', '/files/x.js.gz');
    assert.deepEqual([fields.get('content-type'), fields.has('content-encoding')], ['application/octet-stream', false]);
  });
});

describe('the text of an editor', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  const rows: readonly (readonly [name: string, text: string, type: string])[] = [
    ['a.html', '<meta charset="iso-8859-1">\u00e4', told(html)],
    ['a.css', '@charset "iso-8859-1"; /* \u00e4 */', told(css)],
    ['a.svg', '<?xml version="1.0" encoding="latin1"?><svg/>', told('image/svg+xml')],
    ['a.sh', 'echo \u00e4', plain],
  ];
  for (const [name, text, type] of rows) {
    it(`is UTF-8, whatever it says of the file (${name})`, async () => {
      const live = new Live();
      const router = folder.write(name, latin1(text)).router({}, live);
      live.unsaved(`/${name}`, text);
      const { fields, text: shown } = await ask(router, 'GET', `/${name}`);
      assert.deepEqual([fields.get('content-type'), shown], [type, text]);
    });
  }
});
