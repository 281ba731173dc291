/** A request as a document that people read, and as one that they edit. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { DocumentWords } from '../../src/requestQuestions';
import { documentOf, editableOf } from '../../src/requests/httpForm';
import { layOutJson } from '../../src/requests/jsonLayout';
import { kept, type Script } from './kept';

const words: DocumentWords = {
  ...{ received: 'received {0}', answered: 'answered {0}', done: 'done {0}', cut: 'cut', response: 'RESPONSE' },
  ...{ stored: 'STORED', gone: 'GONE', beginning: 'BEGINNING', binary: 'BINARY {0}', laidOut: 'LAID OUT' },
  lines: '{0} LINES',
  ...{ answerContent: 'ANSWER {0}', noHead: 'NO HEAD' },
};

const post = (type: string, ...more: readonly string[]): readonly string[] => [
  'POST /hook HTTP/1.1',
  'Host: localhost',
  `Content-Type: ${type}`,
  ...more,
];

const deep = { head: post('application/json'), content: '['.repeat(100_000) + ']'.repeat(100_000) };

/** What stands between the two heads. */
const middle = (script: Script): string => documentOf(kept(script), words).split('\n\n').slice(1, -2).join('\n\n');

describe('a request as a document', () => {
  it('has both heads, and what is known besides', () => {
    const document = documentOf(
      kept({
        head: [...post('text/plain'), 'Authorization: Bearer abc'],
        content: 'Hello',
        response: ['HTTP/1.1 405 Method Not Allowed', 'Allow: GET'],
        event: { reason: 'Not here.' },
      }),
      words,
    );
    assert.equal(
      document,
      `# 1 · 2026-11-30T12:00:00.000Z · 127.0.0.1:50000
# received 1.0 ms · answered 3.0 ms · done 4.0 ms
# Not here.
POST /hook HTTP/1.1
Host: localhost
Content-Type: text/plain
Authorization: ***

Hello

# RESPONSE
HTTP/1.1 405 Method Not Allowed
Allow: GET

# ANSWER 12 B
`,
    );
  });

  const contents: readonly (readonly [promise: string, script: Script, shown: string])[] = [
    ['nothing of no content', {}, ''],
    [
      'JSON laid out',
      { head: post('application/json'), content: '{"a":[1,{}]}' },
      '# LAID OUT\n{\n  "a": [\n    1,\n    {}\n  ]\n}',
    ],
    ['JSON as it is where laying it out makes much more of it', deep, deep.content],
    [
      'JSON of a kind',
      { head: post('application/problem+json; charset=utf-8'), content: '[1]' },
      '# LAID OUT\n[\n  1\n]',
    ],
    ['what only says that it is JSON', { head: post('application/json'), content: '{"a":' }, '{"a":'],
    [
      'a form by its fields',
      { head: post('application/x-www-form-urlencoded'), content: 'a=1&b=%E2%82%AC+x&c=y%0Az' },
      '# LAID OUT\na = 1\nb = € x\nc = y↵z',
    ],
    [
      'what is coded as it was before',
      { head: post('text/plain', 'Content-Encoding: gzip'), content: gzipSync('coded') },
      '# LAID OUT\ncoded',
    ],
    [
      'octets by their digits',
      { head: post('image/png'), content: Buffer.from([0, 0xff, 0x41]) },
      `# BINARY 3 B\n00000000  00 ff 41${' '.repeat(39)}  ..A`,
    ],
    [
      'how much is content, where it could pass for what we say',
      { head: post('text/plain'), content: 'a\r\n\r\n# RESPONSE\nHTTP/1.1 200 OK' },
      '# 4 LINES\na\r\n\r\n# RESPONSE\nHTTP/1.1 200 OK',
    ],
    ['that something was not kept', { ended: false }, '# GONE'],
    ['the beginning, and that it is one', { content: 'abc', ended: false }, 'abc\n\n# BEGINNING'],
    [
      'the files that it was stored in',
      { content: 'abc', event: { stored: ['a\nb.txt', 'c.txt'] } },
      '# STORED\n# → a\uFFFDb.txt\n# → c.txt',
    ],
  ];
  for (const [promise, script, shown] of contents) it(`shows ${promise}`, () => assert.equal(middle(script), shown));

  it('says nothing of content that there was not', () => {
    const document = documentOf(kept({ response: ['HTTP/1.1 202 Accepted'], event: { bytesOut: 0 } }), words);
    assert.ok(document.endsWith('\n# RESPONSE\nHTTP/1.1 202 Accepted\n'), document);
  });

  it('cannot be given a line by whoever is the reason', () => {
    const document = documentOf(kept({ event: { reason: 'a\u2028b\n# c' } }), words);
    assert.ok(document.includes('\n# a\uFFFDb\uFFFD# c\n'), document);
  });

  it('says that there was no head', () => {
    const request = { ...kept(), requestHead: '' };
    assert.match(documentOf(request, words), /\n# NO HEAD\n/);
  });

  it('has no more of octets than people look at', () => {
    assert.ok(middle({ head: post('a/b'), content: Buffer.alloc(1_000_000) }).length < 100_000);
  });
});

describe('JSON laid out', () => {
  it('is the same JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(JSON.parse(layOutJson(text) ?? ''), JSON.parse(text))));
  });

  it('has numbers and names as they were sent', () => {
    const text = '{"a":12345678901234567890,"a":1e999,"b":"\\u0041, {"}';
    assert.equal(layOutJson(text)?.replace(/\s/g, ''), text.replace(/\s/g, ''));
  });

  it('does not outgrow what it shows, however deep that is', () => {
    const deep = '['.repeat(2000) + ']'.repeat(2000);
    assert.ok((layOutJson(deep)?.length ?? 0) < 40 * deep.length);
  });

  it('takes nothing that is none, however deep', () => {
    assert.equal(layOutJson('['.repeat(500_000)), undefined);
  });
});

describe('a request that can be edited', () => {
  const cases: readonly (readonly [promise: string, script: Script, text: string])[] = [
    [
      'has its head and its content',
      { head: post('a/b'), content: 'x\ny' },
      'POST /hook HTTP/1.1\nHost: localhost\nContent-Type: a/b\n\nx\ny',
    ],
    [
      'keeps the ends of lines of its content',
      { head: ['POST / HTTP/1.1'], content: 'x\r\ny' },
      'POST / HTTP/1.1\r\n\r\nx\r\ny',
    ],
    [
      'has a mask for content that would not survive',
      { head: ['POST / HTTP/1.1'], content: 'x\r\ny\n' },
      'POST / HTTP/1.1\n\n***',
    ],
    ['has a mask for octets', { head: ['POST / HTTP/1.1'], content: Buffer.from([0xff]) }, 'POST / HTTP/1.1\n\n***'],
    [
      'has a mask for half of its content',
      { head: ['POST / HTTP/1.1'], content: 'x', ended: false },
      'POST / HTTP/1.1\n\n***',
    ],
    [
      'has masks for secrets',
      { head: ['GET /?token=a HTTP/1.1', 'Cookie: b'] },
      'GET /?token=*** HTTP/1.1\nCookie: ***\n\n',
    ],
  ];
  for (const [promise, script, text] of cases) it(promise, () => assert.equal(editableOf(kept(script)), text));
});
