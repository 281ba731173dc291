/** What is wrong with a head is said, as soon as it can be known; and a limit is reached exactly where it is. */
import assert from 'node:assert/strict';
import { checkPartialHead, parseHead } from '../../src/http/wire/head';
import { defaultLimits } from '../../src/options';

const h = 'Host: a\r\n';
const parse = (text: string, limits = defaultLimits) => parseHead(text, limits);

describe('a head is refused with a sentence', () => {
  const lines: readonly (readonly [line: string, message: RegExp])[] = [
    ['GET /\rX HTTP/1.1', /^The request line has a bare CR or LF\.$/],
    ['GET /\nX HTTP/1.1', /bare CR or LF/],
    ['(\n', /bare CR or LF/],
    ['G(T / HTTP/1.1', /^The method is not a token\.$/],
    ['(GET / HTTP/1.1', /method is not a token/],
    [' / HTTP/1.1', /method is not a token/],
    ['', /method is not a token/],
    ['(', /method is not a token/],
    ['GET', /^The request line has no target or no version\.$/],
    ['GET /', /no target or no version/],
    ['GET / ', /no target or no version/],
    ['GET  /', /^The request line must have single spaces around its target, and no others\.$/],
    ['GET  / HTTP/1.1', /single spaces/],
    ['GET / HTTP/1.1 ', /single spaces/],
    ['GET /a b HTTP/1.1', /single spaces/],
    ['GET /\xe4 HTTP/1.1', /^The request target has an octet that must be percent-encoded\.$/],
    ['GET /\x01 HTTP/1.1', /percent-encoded/],
    ['GET / HTTP/1.10', /^The version is not of the form HTTP\/1\.1\.$/],
    ['GET / http/1.1', /version is not of the form/],
  ];
  for (const [line, message] of lines) {
    it(`${JSON.stringify(line)}: ${message.source}`, () =>
      assert.throws(() => parse(`${line}\r\n${h}`), { status: 400, message }));
  }

  const fields: readonly (readonly [line: string, message: RegExp])[] = [
    ['X: a\rb', /^A field line has a bare CR or LF\.$/],
    ['X: a\nb', /bare CR or LF/],
    [' X\n', /bare CR or LF/],
    [' X: a', /^A field line is folded, or begins with whitespace\.$/],
    ['\tX: a', /is folded/],
    [' ', /is folded/],
    ['X : a', /^There is whitespace between a field name and its colon\.$/],
    ['X\t: a', /whitespace between/],
    ['X a', /whitespace between/],
    ['X', /^A field name is not a token followed by a colon\.$/],
    [': a', /not a token/],
    ['', /not a token/],
    ['(X): a', /not a token/],
    ['X(Y): a', /not a token/],
    ['X: a\0', /^A field value has a control character\.$/],
    ['X: \x7f', /control character/],
  ];
  for (const [line, message] of fields) {
    it(`${JSON.stringify(line)}: ${message.source}`, () => {
      for (const text of [`${line}\r\n${h}`, `${h}${line}\r\n`, `${h}${line}\r\nX : c\r\n\tY: d\r\n`]) {
        assert.throws(() => parse(`GET / HTTP/1.1\r\n${text}`), { status: 400, message });
      }
    });
  }
});

describe('a head that is not whole', () => {
  const bad: readonly (readonly [what: string, text: string, status: number])[] = [
    ['no method', '\x16', 400],
    ['a request line that is none, once it ends', 'GET / HTTP/1.1 \r\n', 400],
    ['another protocol, once its line ends', 'GET / HTTP/2.0\r\n', 505],
    ['a bare CR', 'GET / HTTP/1.1\r\nA: b\rc', 400],
    ['a bare LF', 'GET / HTTP/1.1\r\nA: b\n', 400],
  ];
  for (const [what, text, status] of bad) {
    it(`is refused at once for ${what}, wherever it was cut`, () => {
      for (let cut = 0; cut < text.length; cut++) {
        if (cut > 0) checkPartialHead(text.slice(0, cut), 0, defaultLimits);
        assert.throws(() => checkPartialHead(text, cut, defaultLimits), { status }, `cut at ${cut}`);
      }
    });
  }
});

describe('the limits of a head', () => {
  const limits = { ...defaultLimits, target: 10, head: 200, fields: 3 };
  const partial = (text: string) => (): void => checkPartialHead(text, 0, limits);
  const target = `/${'x'.repeat(9)}`;
  /** With this, a request line of that target is as long as may be: 64 octets beside the target. */
  const method = 'M'.repeat(54);

  it('let in what is exactly as large', () => {
    const line = `${method} ${target} HTTP/1.1`;
    assert.equal(line.length, 74);
    assert.equal(parse(`${line}\r\n${h}`, limits).path, target);
    partial(line)();
    const head = `GET / HTTP/1.1\r\n${h}X: `;
    const filled = `${head}${'x'.repeat(198 - head.length)}\r\n`;
    assert.equal(parse(filled, limits).fields.names.length, 2);
    partial(filled)();
    assert.equal(parse(`GET / HTTP/1.1\r\n${h}A:\r\nB:\r\n`, limits).fields.names.length, 3);
  });

  const head = `GET / HTTP/1.1\r\n${h}X: ${'x'.repeat(171)}\r\n`;
  const beyond: readonly (readonly [what: string, text: string, status: number, message: RegExp])[] = [
    ['a longer target', `GET ${target}x HTTP/1.1\r\n${h}`, 414, /^The request target is longer than 10 octets\.$/],
    ['a longer request line', `${method}M ${target} HTTP/1.1\r\n${h}`, 414, /target is longer/],
    ['a method longer than any', `${'M'.repeat(75)} / HTTP/1.1\r\n${h}`, 501, /^The method is not known\.$/],
    ['such a method of 64 octets', `${'M'.repeat(64)} ${target} HTTP/1.1\r\n${h}`, 501, /method is not known/],
    ['a target that makes the line too long', `${'M'.repeat(63)} ${target} HTTP/1.1\r\n${h}`, 414, /target is longer/],
    ['a larger head', head, 431, /^The request head is larger than 200 octets\.$/],
    ['more fields', `GET / HTTP/1.1\r\n${h}A:\r\nB:\r\nC:\r\n`, 431, /^There are more than 3 fields\.$/],
  ];
  for (const [what, text, status, message] of beyond) {
    it(`keep out ${what}`, () => {
      assert.throws(() => parse(text, limits), { status, message, fields: [] });
      if (status !== 431) assert.throws(partial(text), { status, message });
    });
  }

  it('keep it out before it is whole', () => {
    assert.equal(head.length, 201);
    assert.throws(partial(head), { status: 431 });
    assert.throws(partial('M'.repeat(75)), { status: 501 });
    assert.throws(partial(`GET /${'x'.repeat(70)}`), { status: 414 });
    partial('M'.repeat(74))();
  });
});
