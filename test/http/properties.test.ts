/** Random input: what the grammar allows is understood as it was meant, and anything else is refused or waited for. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decoderOf } from '../../src/http/wire/body';
import { HttpError } from '../../src/http/message/httpError';
import { framingOf } from '../../src/http/wire/framing';
import { Input } from '../../src/http/wire/input';
import { checkPartialHead, parseHead, type Head } from '../../src/http/wire/head';
import { defaultLimits } from '../../src/options';

fc.configureGlobal({ numRuns: 400 });

const of = (alphabet: string, least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split(/(?:)/u)), minLength: least, maxLength: most });

const tchar = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const vchar = Array.from({ length: 0x5e }, (_, i) => String.fromCharCode(0x21 + i)).join('');
const obs = Array.from({ length: 0x80 }, (_, i) => String.fromCharCode(0x80 + i)).join('');

const token = of(tchar, 1, 20);
const ows = of(' \t', 0, 3);
const inner = of(`${vchar}${obs} \t`, 0, 30);
const value = inner.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''));
const target = of(vchar.replace('#', ''), 0, 40).map((text) => `/${text}`);
const framing = ['host', 'content-length', 'transfer-encoding', 'connection', 'expect'];
const fieldLine = fc
  .record({ name: token, before: ows, value, after: ows })
  .filter(({ name }) => !framing.includes(name.toLowerCase()));

const request = fc.record({
  method: token.filter((method) => method !== 'CONNECT'),
  target,
  version: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/1.7'),
  fields: fc.array(fieldLine, { maxLength: 12 }),
});

type Made = typeof request extends fc.Arbitrary<infer T> ? T : never;

const textOf = ({ method, target: path, version, fields }: Made): string =>
  `${method} ${path} ${version}\r\nHost: a:1\r\n` +
  fields.map(({ name, before, value: text, after }) => `${name}:${before}${text}${after}\r\n`).join('');

function understood(head: Head, made: Made): void {
  assert.equal(head.method, made.method);
  assert.equal(head.target, made.target);
  const [path, ...query] = made.target.split('?');
  assert.equal(head.path, path);
  assert.equal(head.query, query.length === 0 ? undefined : query.join('?'));
  assert.equal(head.minorVersion, made.version === 'HTTP/1.0' ? 0 : 1);
  assert.equal(head.authority, 'a:1');
  assert.deepEqual(
    head.fields.names.map((name, i) => [name, head.fields.values[i]]),
    [['host', 'a:1'], ...made.fields.map(({ name, value: text }) => [name.toLowerCase(), text])],
  );
}

/** Runs `action`; an {@link HttpError} is one of the good ends, any other error is not. */
function settles<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    assert.ok(error.status >= 400 && error.status <= 505);
    assert.match(error.message, /^[A-Z].*\.$/s);
    return undefined;
  }
}

describe('a head from the grammar', () => {
  it('is understood as it was meant', () => {
    fc.assert(fc.property(request, (made) => understood(parseHead(textOf(made), defaultLimits), made)));
  });

  it('is never refused while it comes in', () => {
    fc.assert(
      fc.property(request, fc.nat(), (made, seed) => {
        const text = `${textOf(made)}\r\n`;
        const at = seed % (text.length - 1);
        checkPartialHead(text.slice(0, at + 1), 0, defaultLimits);
        if (at + 2 < text.length) checkPartialHead(text.slice(0, at + 2), at + 1, defaultLimits);
      }),
    );
  });

  it('is refused with the octet behind a CR that is no LF, wherever it was cut', () => {
    const begin = 'GET / HTTP/1.1\r\nA: b\r';
    const checks = (cut: number): void => {
      checkPartialHead(begin.slice(0, cut), 0, defaultLimits);
      checkPartialHead(`${begin}x`, cut, defaultLimits);
    };
    for (let cut = 1; cut <= begin.length; cut++) {
      assert.throws(() => checks(cut), { status: 400, message: /bare CR/ }, `cut at ${cut}`);
    }
  });

  const nothingToTake = (): void => undefined;

  it('is found in the input however it is cut, and so is the one behind it', () => {
    fc.assert(
      fc.property(request, request, fc.array(fc.nat({ max: 400 })), (first, second, cuts) => {
        const bytes = Buffer.from(`${textOf(first)}\r\n${textOf(second)}\r\n`, 'latin1');
        const input = new Input(defaultLimits);
        const heads: Head[] = [];
        const places = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
        places.slice(1).forEach((end, i) => {
          const chunk = Buffer.from(bytes.subarray(places[i], end));
          input.append(chunk, nothingToTake);
          // Its memory is used again.
          chunk.fill(0xff);
          for (let head = input.takeHead(); head !== undefined; head = input.takeHead()) heads.push(head);
        });
        assert.equal(heads.length, 2);
        understood(heads[0]!, first);
        understood(heads[1]!, second);
        assert.equal(input.length, 0);
      }),
    );
  });
});

describe('any text whatever', () => {
  const octets = fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 200 });
  const likely = of('GET /:* HTTP/1.1\r\n\tab0;', 0, 60);

  it('as a head is understood or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(octets, likely), (text) => void settles(() => parseHead(`${text}\r\n`, defaultLimits))),
    );
  });

  it('as the beginning of a head is refused or waited for, and nothing else', () => {
    fc.assert(fc.property(fc.oneof(octets, likely), (text) => settles(() => checkPartialHead(text, 0, defaultLimits))));
  });

  it('as a target is a path or an http URL, or refused', () => {
    fc.assert(
      fc.property(of(vchar, 1, 40), (text) => {
        const head = settles(() => parseHead(`GET ${text} HTTP/1.1\r\nHost: a\r\n`, defaultLimits));
        if (head !== undefined) assert.match(head.path, /^\/[^?#]*$/);
      }),
    );
  });

  it('as framing fields is refused, unless it is plain', () => {
    const fields = fc.array(
      fc.tuple(fc.constantFrom('Content-Length', 'Transfer-Encoding'), of('0123456789+-, xchunkedgip;"\t', 0, 12)),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(fields, (lines) => {
        const text = lines.map(([name, text]) => `${name}: ${text}\r\n`).join('');
        const head = parseHead(`POST / HTTP/1.1\r\nHost: a\r\n${text}`, defaultLimits);
        const found = settles(() => framingOf(1, head.fields));
        if (found === undefined) return;
        assert.ok(lines.length <= 1);
        if (found.kind === 'length') assert.match(lines[0]![1], /^[ \t]*\d{1,15}[ \t]*$/);
        if (found.kind === 'chunked') assert.match(lines[0]![1], /^[ \t]*chunked[ \t]*$/i);
      }),
    );
  });
});

describe('a body', () => {
  const content = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

  /** Decodes `wire` in the given cuts; returns the content and how many octets were left for the next request. */
  function decode(kind: 'chunked' | number, wire: Buffer, cuts: readonly number[]): { content: Buffer; left: number } {
    const decoder = decoderOf(kind === 'chunked' ? { kind } : { kind: 'length', length: kind }, defaultLimits);
    const parts: Buffer[] = [];
    const places = [0, ...cuts.filter((at) => at < wire.length).sort((a, b) => a - b), wire.length];
    let left = 0;
    places.slice(1).forEach((end, i) => {
      const part = wire.subarray(places[i], end);
      left += part.length - decoder.decode(part, 0, (piece) => parts.push(Buffer.from(piece)));
    });
    assert.ok(decoder.done);
    return { content: Buffer.concat(parts), left };
  }

  it('by length is what was sent, up to its last octet', () => {
    fc.assert(
      fc.property(content, content, fc.array(fc.nat({ max: 600 })), (body, next, cuts) => {
        fc.pre(body.length > 0);
        const decoded = decode(body.length, Buffer.concat([body, next]), cuts);
        assert.deepEqual(decoded, { content: body, left: next.length });
      }),
    );
  });

  it('by chunks is what was sent, whatever the chunks, extensions, trailers and cuts', () => {
    const extension = fc
      .tuple(
        ows,
        ows,
        token,
        fc.option(
          fc.oneof(
            token,
            of(vchar.replace(/["\\]/g, ''), 0, 9).map((text) => `"${text}"`),
          ),
        ),
      )
      .map(([a, b, name, text]) => `${a};${b}${name}${text === null ? '' : `=${text}`}`);
    const chunk = fc.record({ data: content.filter(({ length }) => length > 0), zeros: fc.nat({ max: 3 }), extension });
    const trailer = fieldLine.filter(({ name }) => !/^(content-.*|trailer)$/i.test(name));
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 6 }),
        fc.array(trailer, { maxLength: 3 }),
        content,
        fc.array(fc.nat({ max: 3000 })),
        (chunks, trailers, next, cuts) => {
          const wire = chunks.map(({ data, zeros, extension: text }) =>
            Buffer.concat([
              Buffer.from(`${'0'.repeat(zeros)}${data.length.toString(16)}${text}\r\n`),
              data,
              Buffer.from('\r\n'),
            ]),
          );
          const lines = trailers.map(({ name, value: text }) => `${name}: ${text}\r\n`).join('');
          const end = Buffer.from(`0\r\n${lines}\r\n`, 'latin1');
          const decoded = decode('chunked', Buffer.concat([...wire, end, next]), cuts);
          assert.deepEqual(decoded, { content: Buffer.concat(chunks.map(({ data }) => data)), left: next.length });
        },
      ),
    );
  });

  it('of junk by chunks is refused, or waited for, or ends: and then so it does in other cuts', () => {
    const junk = fc.oneof(of('0123afg;=", \t\r\n\0x', 0, 60), of('1\r\nx0;', 0, 30));
    fc.assert(
      fc.property(junk, fc.nat({ max: 60 }), (text, at) => {
        const wire = Buffer.from(text, 'latin1');
        const outcome = (cuts: readonly number[]): string => {
          const decoder = decoderOf({ kind: 'chunked' }, defaultLimits);
          let said = '';
          const places = [0, ...cuts.filter((place) => place < wire.length), wire.length];
          const end = settles(() => {
            let used = 0;
            places.slice(1).forEach((place, i) => {
              used += decoder.decode(wire.subarray(places[i], place), 0, (piece) => (said += piece.toString('latin1')));
            });
            return used;
          });
          // What was handed on before a refusal may differ: the endpoint sees the refusal.
          return end === undefined ? 'refused' : JSON.stringify([said, end, decoder.done]);
        };
        assert.equal(outcome([at]), outcome([]));
      }),
    );
  });
});
