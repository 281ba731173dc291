/** The decoders of a body (RFC 9112 §§6.2, 7.1), one call at a time: what they hand on, and where each of their bounds is. */
import assert from 'node:assert/strict';
import { bodyTooLarge, decoderOf, tunnelDecoder, type BodyDecoder } from '../../src/http/wire/body';
import { Fields } from '../../src/http/message/fields';
import { framingOf } from '../../src/http/wire/framing';
import { defaultLimits } from '../../src/options';

const limits = { ...defaultLimits, body: 20, trailers: 20, fields: 2 };
const chunked = (): BodyDecoder => decoderOf({ kind: 'chunked' }, limits);

/** Where the decoder stopped, and the pieces that it handed on. */
function decode(decoder: BodyDecoder, text: string, from = 0): [end: number, ...pieces: string[]] {
  const pieces: string[] = [];
  const end = decoder.decode(Buffer.from(text, 'latin1'), from, (piece) => pieces.push(piece.toString('latin1')));
  return [end, ...pieces];
}

describe('the decoder of a body', () => {
  it('that is none takes nothing', () => {
    const decoder = decoderOf(framingOf(1, new Fields(['content-length'], ['0'])), limits);
    assert.deepEqual([decoder.done, decoder.remaining, decoder.trailers.names], [true, 0, []]);
    assert.deepEqual(decode(decoder, 'abc', 1), [1]);
  });

  it('by length takes from where it should, and no more than its own', () => {
    const decoder = decoderOf({ kind: 'length', length: 5 }, limits);
    assert.deepEqual(decode(decoder, 'xxabc', 2), [5, 'abc']);
    assert.deepEqual([decoder.done, decoder.remaining], [false, 2]);
    assert.deepEqual(decode(decoder, 'xdexx', 1), [3, 'de']);
    assert.deepEqual([decoder.done, decoder.remaining, decoder.trailers.names], [true, 0, []]);
  });

  it('by length hands on no empty piece', () => {
    const decoder = decoderOf({ kind: 'length', length: 1 }, limits);
    assert.deepEqual(decode(decoder, 'ab', 2), [2]);
    assert.deepEqual(decode(decoder, 'ab', 1), [2, 'b']);
    assert.deepEqual(decode(decoder, 'c'), [0]);
  });

  it('by chunks takes from where it should, and no more than its own', () => {
    const decoder = chunked();
    assert.deepEqual(decode(decoder, 'xx3\r\nabc\r\n', 2), [10, 'abc']);
    assert.deepEqual(decode(decoder, 'x2;a\r\nd', 1), [7, 'd']);
    assert.deepEqual(decode(decoder, 'e\r\n0\r\n\r\nGET', 0), [8, 'e']);
    assert.deepEqual([decoder.done, decoder.remaining, decoder.trailers.names], [true, undefined, []]);
    assert.deepEqual(decode(decoder, 'GET'), [0]);
  });

  it('by chunks has the trailers once it is done', () => {
    const decoder = chunked();
    decode(decoder, '0\r\nA:b\r\nC:');
    assert.deepEqual([decoder.done, decoder.trailers.names], [false, []]);
    decode(decoder, 'd\r\n\r\n');
    assert.deepEqual([decoder.done, decoder.trailers.names, decoder.trailers.values], [true, ['a', 'c'], ['b', 'd']]);
  });

  it('of a tunnel hands on everything, for ever', () => {
    assert.deepEqual(decode(tunnelDecoder, 'abc', 1), [3, 'bc']);
    assert.deepEqual(decode(tunnelDecoder, 'abc', 3), [3]);
    assert.deepEqual(
      [tunnelDecoder.done, tunnelDecoder.remaining, tunnelDecoder.trailers.names],
      [false, undefined, []],
    );
  });
});

describe('a body by chunks', () => {
  const within: readonly (readonly [what: string, text: string])[] = [
    ['as much content as allowed', `14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`],
    ['that in two chunks', `a\r\n${'x'.repeat(10)}\r\na\r\n${'x'.repeat(10)}\r\n0\r\n\r\n`],
    ['as long a line of a size as allowed', `1;${'x'.repeat(18)}\r\nx\r\n0\r\n\r\n`],
    ['as many octets of extensions as allowed', '1;aaaaaaaaa\r\nx\r\n1;bbbbbbbbb\r\nx\r\n0\r\n\r\n'],
    ['as long a trailer as allowed', `0\r\nA:${'x'.repeat(16)}\r\n\r\n`],
    ['as long trailers as allowed', `0\r\nA:x\r\nB:${'x'.repeat(11)}\r\n\r\n`],
    ['as many trailers as allowed', '0\r\nA:\r\nB:\r\n\r\n'],
  ];
  for (const [what, text] of within) {
    it(`may have ${what}`, () => {
      const decoder = chunked();
      assert.equal(decode(decoder, text)[0], text.length);
      assert.ok(decoder.done);
    });
  }

  const extensions = /^The chunk extensions of the body may not pass 20 octets\.$/;
  const trailers = /^The trailer section of the body may not pass 20 octets\.$/;
  const beyond: readonly (readonly [what: string, text: string, status: number, message: RegExp])[] = [
    ['an octet more of content', '15\r\n', 413, /^The body is larger than the 20 octets allowed here\.$/],
    ['that in two chunks', `a\r\n${'x'.repeat(10)}\r\nb\r\n`, 413, /larger than the 20 octets/],
    ['a longer line of a size, even one that never ends', `1;${'x'.repeat(19)}`, 400, extensions],
    ['more octets of extensions', '1;aaaaaaaaa\r\nx\r\n1;bbbbbbbbbb\r\n', 400, extensions],
    ['a longer trailer, even one that never ends', `0\r\nA:${'x'.repeat(19)}`, 400, trailers],
    ['longer trailers', `0\r\nA:x\r\nB:${'x'.repeat(12)}\r\n`, 400, trailers],
    ['more trailers', '0\r\nA:\r\nB:\r\nC:\r\n\r\n', 400, /^In the trailer section: There are more than 2 fields\.$/],
    ['no line break where one must be', '1\r\nxAB', 400, /^The chunked body has no CRLF where one must be\.$/],
    ['a bare LF in a line', '1\n', 400, /^A line of the chunked body ends in a bare LF\.$/],
    ['junk for a size, whose line need not end', 'g', 400, /hexadecimal size/],
    ['junk behind a size, likewise', '1g', 400, /hexadecimal size/],
    ['a size of 16 digits, likewise', '0000000000000001', 400, /hexadecimal size/],
    ['a bad extension, once its line ends', '1;=\r\n', 400, /well-formed extensions\.$/],
    ['a field that must not be a trailer', '0\r\nHost: b\r\n\r\n', 400, /^The field host may not be a trailer\.$/],
  ];
  for (const [what, text, status, message] of beyond) {
    it(`may not have ${what}`, () => {
      assert.throws(() => decode(chunked(), text), { name: 'HttpError', status, message });
      const octetwise = chunked();
      assert.throws(() => Array.from(text, (octet) => decode(octetwise, octet)), { status, message });
    });
  }

  it('waits for the line of a size that may still be a good one', () => {
    for (const text of ['', '1', '00000000000000f', '1 ', '1\t', '1;', '1 ; a="']) {
      assert.deepEqual(decode(chunked(), text), [text.length]);
    }
  });

  it('that is too large names the option that says so', () => {
    const { option, fields } = bodyTooLarge(limits);
    assert.deepEqual([option, fields], ['limits', []]);
  });
});

describe('the framing of a body', () => {
  const framed = (...lines: readonly string[]): unknown => {
    const pairs = lines.map((line) => line.split(': '));
    return framingOf(
      1,
      new Fields(
        pairs.map(([name = '']) => name),
        pairs.map(([, value = '']) => value),
      ),
    );
  };

  it('is none without a field, and with a length of nothing', () => {
    for (const lines of [[], ['content-length: 0'], ['content-length: 000']])
      assert.deepEqual(framed(...lines), { kind: 'none' });
  });

  it('is a length, or chunked', () => {
    assert.deepEqual(framed('content-length: 0012'), { kind: 'length', length: 12 });
    assert.deepEqual(framed('transfer-encoding: CHUNKED'), { kind: 'chunked' });
  });
});
