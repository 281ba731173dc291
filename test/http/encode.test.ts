/** A response in octets, without a socket: its head, what of it is content, and whether the connection goes on. */
import assert from 'node:assert/strict';
import type { Body, ByteSource, FieldLine, Response } from '../../src/http/message/message';
import {
  continueLine,
  discardBody,
  encode,
  encodeEnd,
  encodeInterim,
  endIteration,
  isByteSource,
} from '../../src/http/wire/encode';

const bytes = Buffer.from('content');
const large = Buffer.alloc(64 * 1024 + 1, 'x');
const fitting = Buffer.alloc(64 * 1024, 'x');
const source: ByteSource = { length: 9, read: () => Promise.resolve(0), close: () => undefined };
const iterable: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

const usual = { head: false, minorVersion: 1, persist: true } as const;
type Context = Parameters<typeof encode>[1];

/** The lines behind the status line, `Date` and `X-Content-Type-Options`, which every head has. */
function ownLines(head: string): string[] {
  const lines = head.split('\r\n');
  assert.deepEqual(lines.splice(-2), ['', '']);
  assert.match(lines.splice(1, 1).join(''), /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  const sniffing = lines.indexOf('X-Content-Type-Options: nosniff');
  assert.ok(sniffing > 0);
  lines.splice(sniffing, 1);
  return lines;
}

describe('a response, encoded', () => {
  const length = (octets: number): string => `Content-Length: ${octets}`;
  const chunked = 'Transfer-Encoding: chunked';
  const [close, keepAlive] = ['Connection: close', 'Connection: keep-alive'];
  const head = { head: true };
  const old = { minorVersion: 0 } as const;
  const last = { persist: false };

  interface Row {
    readonly promise: string;
    readonly status?: number;
    readonly body?: Body;
    readonly context?: Partial<Context>;
    readonly lines: readonly string[];
    /** Octets behind the head; none unless said. */
    readonly contained?: number;
    /** What is sent behind them; nothing unless said. */
    readonly content?: Body;
    readonly persists?: boolean;
  }
  const rows: readonly Row[] = [
    { promise: 'no content has a length, too', lines: [length(0)] },
    { promise: 'octets stand behind their head', body: bytes, lines: [length(7)], contained: 7 },
    { promise: 'as many as fit', body: fitting, lines: [length(65_536)], contained: 65_536 },
    { promise: 'more do not', body: large, lines: [length(65_537)], content: large },
    { promise: 'a source is sent behind it', body: source, lines: [length(9)], content: source },
    { promise: 'an iterable goes in chunks', body: iterable, lines: [chunked], content: iterable },
    { promise: '204 has nothing', status: 204, body: bytes, lines: [] },
    { promise: '304 has nothing', status: 304, body: bytes, lines: [] },
    { promise: '101 has nothing', status: 101, body: bytes, lines: [] },
    { promise: '199 has nothing', status: 199, body: bytes, lines: [] },
    { promise: '200 has what it is given', status: 200, body: bytes, lines: [length(7)], contained: 7 },
    { promise: 'an error, too', status: 500, body: bytes, lines: [length(7)], contained: 7 },
    { promise: 'HEAD: octets’ length alone', body: bytes, context: head, lines: [length(7)] },
    { promise: 'HEAD: a source’s length alone', body: source, context: head, lines: [length(9)] },
    { promise: 'HEAD: of an iterable nothing', body: iterable, context: head, lines: [] },
    {
      promise: 'the last one says so',
      body: bytes,
      context: last,
      lines: [length(7), close],
      contained: 7,
      persists: false,
    },
    {
      promise: '1.0: that it is not the last one',
      body: bytes,
      context: old,
      lines: [length(7), keepAlive],
      contained: 7,
    },
    { promise: '1.0: the last one', context: { ...old, ...last }, lines: [length(0), close], persists: false },
    {
      promise: '1.0: an iterable is the last one',
      body: iterable,
      context: old,
      lines: [close],
      content: iterable,
      persists: false,
    },
    { promise: '1.0: not to HEAD', body: iterable, context: { ...old, ...head }, lines: [keepAlive] },
  ];
  for (const { promise, status = 200, body, context, lines, contained = 0, content, persists = true } of rows) {
    it(promise, () => {
      const response: Response = {
        status,
        fields: [
          ['A', 'b'],
          ['A', '\xff\t'],
        ],
        ...(body !== undefined && { body }),
      };
      const encoded = encode(response, { ...usual, ...context });
      const text = encoded.octets.toString('latin1');
      const end = text.indexOf('\r\n\r\n') + 4;
      const [statusLine = '', ...others] = ownLines(text.slice(0, end));
      assert.match(statusLine, new RegExp(`^HTTP/1\\.1 ${status} [\\w ]*$`));
      assert.deepEqual(others, ['A: b', 'A: \xff\t', ...lines]);
      assert.equal(encoded.contained, contained);
      assert.equal(text.slice(end), contained === 0 ? '' : (body as Buffer).toString('latin1'));
      assert.equal(encoded.content, content);
      assert.equal(encoded.chunked, lines.includes(chunked));
      assert.equal(encoded.persist, persists);
    });
  }

  it('begins with the status line of its status', () => {
    assert.match(encode({ status: 404, fields: [] }, usual).octets.toString(), /^HTTP\/1\.1 404 Not Found\r\nDate: /);
    assert.match(encode({ status: 599, fields: [] }, usual).octets.toString(), /^HTTP\/1\.1 599 \r\nDate: /);
  });

  it('says that the protocol is another one from here on, and is not the last one for that', () => {
    const tunnel = (): undefined => undefined;
    const {
      octets,
      contained,
      content,
      chunked: inChunks,
      persist,
    } = encode({ status: 101, fields: [['A', '\xff']], tunnel }, usual);
    assert.deepEqual(ownLines(octets.toString('latin1')), [
      'HTTP/1.1 101 Switching Protocols',
      'A: \xff',
      'Connection: Upgrade',
    ]);
    assert.deepEqual([contained, content, inChunks, persist], [0, undefined, false, false]);
  });

  const bad: readonly FieldLine[] = [
    ['A b', 'c'],
    ['', 'c'],
    ['A:', 'c'],
    ['A', 'b\r\nC: d'],
    ['A', 'b\nc'],
    ['A', 'b\0'],
    ['A', '\x7f'],
    ['A', 'Ā'],
    ['A\n', 'b'],
  ];
  for (const line of bad) {
    it(`has no line ${JSON.stringify(line.join(': '))}, nor do trailers or an interim response`, () => {
      const error = { name: 'TypeError', message: /^The field ".*" has a value that cannot be sent: ".*"$/ };
      assert.throws(() => encode({ status: 200, fields: [line] }, usual), error);
      assert.throws(() => encodeEnd([line]), error);
      assert.throws(() => encodeInterim(103, [line]), error);
    });
  }
});

describe('a lasting response', () => {
  const lasting = (status: number): Response => ({ status, fields: [], body: bytes, lasting: true });

  it('is never that of another, nor of another context', () => {
    const response = lasting(200);
    const first = encode(response, usual).octets.toString();
    assert.match(first, / 200 /);
    assert.match(encode(lasting(404), usual).octets.toString(), / 404 /);
    assert.equal(encode(response, { ...usual, head: true }).contained, 0);
    assert.equal(encode(response, { ...usual, persist: false }).persist, false);
    assert.match(encode(response, { ...usual, minorVersion: 0 }).octets.toString(), /keep-alive/);
    assert.equal(encode(response, usual).contained, 7);
  });

  it('is encoded once, for as long as its Date holds', () => {
    const now = Date.now;
    const response = lasting(200);
    const at = (ms: number): Buffer => {
      Date.now = () => ms;
      return encode(response, usual).octets;
    };
    try {
      const first = at(1_000_000);
      assert.match(first.toString(), /\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n/);
      assert.equal(at(1_000_999), first);
      const next = at(1_001_000);
      assert.match(next.toString(), /\r\nDate: Thu, 01 Jan 1970 00:16:41 GMT\r\n/);
      assert.equal(at(1_001_000), next);
    } finally {
      Date.now = now;
    }
  });

  it('that does not last is encoded anew', () => {
    const response: Response = { status: 200, fields: [], body: bytes };
    assert.notEqual(encode(response, usual).octets, encode(response, usual).octets);
  });
});

describe('beside a response', () => {
  it('chunks end with their trailers', () => {
    assert.equal(encodeEnd([]).toString('latin1'), '0\r\n\r\n');
    assert.equal(
      encodeEnd([
        ['A', '\xff'],
        ['B', ''],
      ]).toString('latin1'),
      '0\r\nA: \xff\r\nB: \r\n\r\n',
    );
  });

  it('an interim response is a head alone', () => {
    assert.equal(
      encodeInterim(103, [
        ['Link', '\xe9'],
        ['A', 'b'],
      ]).toString('latin1'),
      'HTTP/1.1 103 Early Hints\r\nLink: \xe9\r\nA: b\r\n\r\n',
    );
    assert.equal(continueLine.toString('latin1'), 'HTTP/1.1 100 Continue\r\n\r\n');
  });
});

describe('content that is not sent', () => {
  const sourceOf = (close: () => void): ByteSource => ({ ...source, close });

  it('is a source, or is none', () => {
    assert.deepEqual([source, bytes, iterable, undefined].map(isByteSource), [true, false, false, false]);
  });

  it('is closed if it is a source', () => {
    let closed = 0;
    discardBody({ status: 200, fields: [], body: sourceOf(() => closed++) });
    assert.equal(closed, 1);
  });

  it('is ended if it is an iterable, whose failure is for others to hear', async () => {
    for (const end of [(body: Body) => discardBody({ status: 200, fields: [], body }), endIteration]) {
      let ended = 0;
      const iterator: AsyncIterator<Uint8Array> = {
        next: () => Promise.resolve({ done: true, value: undefined }),
        return: () => {
          ended++;
          return Promise.reject(new Error('too late'));
        },
      };
      end({ [Symbol.asyncIterator]: () => iterator });
      // An error that nobody hears of ends the process.
      await new Promise(setImmediate);
      assert.equal(ended, 1);
      end(iterable);
    }
  });

  it('is let go if it is neither', () => {
    for (const body of [undefined, bytes]) discardBody({ status: 200, fields: [], body });
    for (const body of [undefined, bytes, sourceOf(() => assert.fail('It is still to be read.'))]) endIteration(body);
  });
});
