/** S12: uploads that come in a content coding. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { Mocks } from '../support/mocks';
import fc from 'fast-check';
import { codings } from '../../src/endpoints/representation/coding';
import { codingOf, Decoders } from '../../src/endpoints/storing/decoding';
import type { Endpoint } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { needs } from '../support/needs';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, makeRequest, respond, type Answer, type FieldTable } from '../support/request';

const mocks = new Mocks();

interface Zstd {
  readonly zstdCompressSync?: (content: Uint8Array) => Buffer;
}

const encode: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  gzip: (content) => zlib.gzipSync(content),
  'x-gzip': (content) => zlib.gzipSync(content),
  br: (content) => zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (content) => (zlib as unknown as Zstd).zstdCompressSync?.(content) ?? content,
};
const names = ['x-gzip', ...codings];

/** In pieces of so many octets. */
function cut(content: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) pieces.push(content.subarray(at, at + size));
  return pieces;
}

describe('S12: a coded upload', function () {
  let folder: TestFolder;
  let router: Endpoint;
  const limit = 1_000_000;
  const limits = { ...defaultLimits, body: limit, decoders: 2 };
  const text = Buffer.from('All that is coded must be decoded. '.repeat(500));
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old');
    router = folder.router({ limits });
  });
  afterEach(() => folder.remove());

  const send = (method: string, coding: string, pieces: readonly Buffer[], fields: FieldTable = {}): Promise<Answer> =>
    ask(router, method, '/files/old.txt', { 'Content-Encoding': coding, ...fields }, bodyOf(pieces));
  const stored = (): Buffer => readFileSync(folder.at('old.txt'));

  function nothingHappened(): void {
    assert.equal(stored().toString(), 'old');
    assert.equal(folder.left(), 0);
  }

  for (const name of names) {
    const coded = encode[name]!(text);

    it(`${name}: is stored as what was coded, by POST and by PUT, however it is cut`, async () => {
      assert.equal((await send('POST', name, [coded])).status, 201);
      assert.ok(stored().equals(text));
      for (const size of [64, 4096]) {
        folder.write('old.txt', 'old');
        assert.equal((await send('PUT', name, cut(coded, size))).status, 204);
        assert.ok(stored().equals(text), `in pieces of ${size}`);
      }
    });

    it(`${name}: is whatever it was (by chance)`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 5000 }),
          fc.integer({ min: 100, max: 3000 }),
          async (octets, size) => {
            const content = Buffer.from(octets);
            assert.equal((await send('PUT', name, cut(encode[name]!(content), size))).status, 204);
            assert.ok(stored().equals(content));
          },
        ),
        { numRuns: 5 },
      );
    });

    const flawed: readonly (readonly [what: string, content: Buffer])[] = [
      ['is cut short', coded.subarray(0, -3)],
      ['is cut in the midst', coded.subarray(0, coded.length / 2)],
      ['is empty', Buffer.alloc(0)],
      ['is something else', Buffer.from('This is no coding. '.repeat(20))],
      ['has something behind it', Buffer.concat([coded, Buffer.from('behind')])],
      ['has NULs behind it', Buffer.concat([coded, Buffer.alloc(9)])],
    ];
    for (const [what, content] of flawed) {
      it(`${name}: that ${what} is refused, and nothing is stored`, async () => {
        for (const size of [100, content.length + 1]) {
          assert.equal((await send('PUT', name, cut(content, size))).status, 400, `in pieces of ${size}`);
          nothingHappened();
        }
      });
    }

    it(`${name}: is bounded by what it comes to`, async () => {
      const most = encode[name]!(Buffer.alloc(limit, 'x'));
      assert.equal((await send('PUT', name, [most])).status, 204);
      folder.write('old.txt', 'old');
      const answer = await send('PUT', name, [encode[name]!(Buffer.alloc(limit + 1, 'x'))]);
      assert.equal(answer.status, 413);
      nothingHappened();
    });

    it(`${name}: that is a bomb is not decoded much further than its bound`, async () => {
      const bomb = encode[name]!(Buffer.alloc(50 * limit));
      let asked = 0;
      const body = bodyOf([bomb, bomb], (index) => void (asked = Math.max(asked, index)));
      const answer = await ask(router, 'PUT', '/files/old.txt', { 'Content-Encoding': name }, body);
      assert.equal(answer.status, 413);
      // It would have been asked for once the first is decoded to its end.
      assert.equal(asked, 0);
      nothingHappened();
    });

    const digest = (content: Buffer): string => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;

    it(`${name}: is told the digest of what was stored, which is that of a GET`, async () => {
      const wish = { 'Want-Repr-Digest': 'sha-256=1' };
      const answers = [
        await send('PUT', name, [coded], wish),
        await send('POST', name, [coded], { ...wish, 'Repr-Digest': digest(coded) }),
        await ask(router, 'GET', '/files/old.txt', wish),
      ];
      for (const { fields } of answers) assert.equal(fields.get('repr-digest'), digest(text));
    });

    it(`${name}: has digests of what was sent`, async () => {
      for (const field of ['Content-Digest', 'Repr-Digest']) {
        assert.equal((await send('PUT', name, [coded], { [field]: digest(text) })).status, 400);
        nothingHappened();
        assert.equal((await send('PUT', name, [coded], { [field]: digest(coded) })).status, 204);
        folder.write('old.txt', 'old');
      }
    });

    it(`${name}: may be a form`, async () => {
      const form = ['--b', 'Content-Disposition: form-data; name="f"; filename="new.txt"', '', 'new', '--b--', ''];
      const fields = { 'Content-Encoding': name, 'Content-Type': 'multipart/form-data; boundary=b' };
      const content = encode[name]!(Buffer.from(form.join('\r\n')));
      const bad = await ask(router, 'POST', '/files/', fields, bodyOf([content.subarray(0, -2)]));
      assert.equal(bad.status, 400);
      assert.equal(existsSync(folder.at('new.txt')), false);
      assert.equal((await ask(router, 'POST', '/files/', fields, bodyOf([content]))).status, 201);
      assert.equal(readFileSync(folder.at('new.txt'), 'utf8'), 'new');
    });
  }

  for (const name of ['gzip', 'zstd']) {
    it(`${name}: is all of what was coded one after the other, and nothing if the last is cut`, async function () {
      needs(this, `${name} in Node.js`, names.includes(name));
      const large = Buffer.from('And then some. '.repeat(60_000));
      const whole = Buffer.concat([text, large, text]);
      // What is skipped (RFC 8878 §3.1.2), and a frame of nothing.
      const odd = [0, 3].map((size) =>
        Buffer.from([0x5f, 0x2a, 0x4d, 0x18, size, 0, 0, 0, 1, 2, 3].slice(0, 8 + size)),
      );
      const between = name === 'zstd' ? [...odd, encode.zstd!(Buffer.alloc(0))] : [];
      const coded = [text, large, text].flatMap((part) => [...between, encode[name]!(part), ...between]);
      for (const size of [1, 7, 4096, 1e6]) {
        folder.write('old.txt', 'old');
        const pieces = cut(Buffer.concat(coded), size);
        assert.equal((await send('PUT', name, pieces)).status, 204, `in pieces of ${size}`);
        assert.ok(stored().equals(whole), `in pieces of ${size}`);
      }
      folder.write('old.txt', 'old');
      for (const last of [encode[name]!(text), ...odd.slice(0, between.length)]) {
        const content = Buffer.concat([...coded, last.subarray(0, -1)]);
        assert.equal((await send('PUT', name, [content])).status, 400);
        nothingHappened();
      }
      assert.equal(
        (await send('PUT', name, [...coded, encode[name]!(Buffer.alloc(limit - whole.length + 1))])).status,
        413,
      );
      nothingHappened();
    });
  }

  it('in a coding that is not known is told which are', async () => {
    const answer = await send('PUT', 'compress', [text]);
    assert.equal(answer.status, 415);
    assert.equal(answer.fields.get('accept-encoding'), [...codings, 'identity'].join(', '));
    nothingHappened();
  });

  it('that breaks off stores nothing, and makes its place free', async () => {
    const coded = encode.gzip!(text);
    for (let i = 0; i < 5; i++) {
      const body = bodyOf([coded.subarray(0, 100), coded.subarray(100)], (index) => {
        if (index === 1) throw new Error('The client went away.');
      });
      const request = makeRequest('PUT', '/files/old.txt', { 'Content-Encoding': 'gzip' }, body);
      await assert.rejects(respond(router, request), /went away/);
      nothingHappened();
    }
    assert.equal((await send('PUT', 'gzip', [coded])).status, 204);
  });

  it('beyond the number that is decoded at once is refused, or takes the place of one that stands still', async () => {
    const coded = encode.gzip!(text);
    let still = 0;
    const failed: string[] = [];
    const ends: ((error: Error) => void)[] = [];
    const stand = (): Promise<unknown> => {
      let fail: (error: Error) => void = () => undefined;
      const stopped = new Promise<void>((_, reject) => (fail = reject));
      ends.push(fail);
      const body = {
        ...bodyOf([coded.subarray(0, 100), coded.subarray(100)], (index) => {
          if (index !== 1) return undefined;
          still++;
          return stopped;
        }),
        fail: (error: Error) => {
          failed.push(error.message);
          fail(error);
        },
      };
      return ask(router, 'PUT', '/files/still.txt', { 'Content-Encoding': 'gzip' }, body);
    };
    const waiting = [stand(), stand()];
    while (still < 2) await new Promise(setImmediate);
    const refused = await send('PUT', 'gzip', [coded]);
    assert.equal(refused.status, 503);
    assert.equal(refused.fields.get('retry-after'), '1');
    let answer = refused;
    while (answer.status === 503) answer = await send('PUT', 'gzip', [coded]);
    assert.equal(answer.status, 204);
    assert.equal(failed.length, 1);
    assert.equal(((await Promise.race(waiting)) as Answer).status, 503);
    for (const end of ends) end(new Error('The client went away.'));
    await Promise.allSettled(waiting);
  });
});

describe('S12: the coding of content', () => {
  const rows: readonly (readonly [said: string | undefined, coding: string | undefined, isKnown?: boolean])[] = [
    [undefined, undefined],
    ['identity', undefined],
    ['Identity, identity', undefined],
    ['gzip', 'gzip'],
    ['X-GZip', 'gzip'],
    ['identity, BR', 'br'],
    ['gzip, identity', 'gzip'],
    ['gzip, br', undefined, false],
    ['gzip, gzip', undefined, false],
    ['xx-gzip', undefined, false],
    ['x-gzipx', undefined, false],
    ['compress', undefined, false],
  ];
  for (const [said, coding, isKnown = true] of rows) {
    it(`that is said to be ${said ?? 'nothing'} is ${isKnown ? (coding ?? 'none') : 'refused'}`, () => {
      const { fields } = makeRequest('PUT', '/', said === undefined ? {} : { 'Content-Encoding': said });
      if (isKnown) assert.equal(codingOf(fields), coding);
      else
        assert.throws(() => codingOf(fields), {
          status: 415,
          message: `Content comes here as it is, or in one of the codings ${codings.join(', ')}.`,
          fields: [['Accept-Encoding', [...codings, 'identity'].join(', ')]],
        });
    });
  }
});

describe('S12: what is decoded', () => {
  const text = Buffer.from('All that is coded must be decoded. '.repeat(20));
  const coded = zlib.gzipSync(text);
  const { signal } = new AbortController();
  afterEach(() => mocks.restore());

  async function all(decoders: Decoders, content: AsyncIterable<Uint8Array>, stop = signal): Promise<string> {
    const pieces: Uint8Array[] = [];
    const decoded = decoders.decode({ content, coding: 'gzip', body: bodyOf(), signal: stop });
    for await (const piece of decoded) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString();
  }

  const flaw = (what: string): object => ({
    status: 400,
    message: `The content is not in the coding that its Content-Encoding says: ${what}.`,
  });
  const flaws: readonly (readonly [promise: string, pieces: readonly Buffer[], error: object])[] = [
    ['what ends early', [coded.subarray(0, -1)], flaw('it ends early')],
    ['what is empty', [], flaw('it is empty')],
    ['what is something else', [text], flaw('it cannot be decoded')],
    ['what has something behind it', [Buffer.concat([coded, Buffer.alloc(9)])], flaw('something follows its end')],
    ['what has something behind it later', [coded, Buffer.alloc(9)], flaw('something follows its end')],
    [
      'what comes to too much',
      [zlib.gzipSync(Buffer.alloc(1001))],
      {
        status: 413,
        message: 'The content comes to more than the 1000 octets allowed here, once it is decoded.',
        fields: [],
        option: 'limits',
      },
    ],
  ];
  for (const [promise, pieces, error] of flaws)
    it(`is not ${promise}`, () => assert.rejects(all(new Decoders(1, 1000), bodyOf(pieces)), error));

  it('is what was coded, as much of it as is allowed', async () => {
    assert.equal(
      await all(new Decoders(1, text.length), bodyOf([coded.subarray(0, 9), coded.subarray(9)])),
      text.toString(),
    );
  });

  const codes: readonly (readonly [code: string | undefined, what: string | undefined])[] = [
    ['Z_BUF_ERROR', 'it ends early'],
    ...['Z_DATA_ERROR', 'ERR__ERROR_FORMAT_1', 'ERR_BROTLI_X', 'ERR_ZSTD_X', 'ERR_PADDING_1', 'ZSTD_error_x'].map(
      (code) => [code, 'it cannot be decoded'] as const,
    ),
    ...['Z_MEM_ERROR', 'Z_STREAM_ERROR', 'Z_VERSION_ERROR', 'ERR__ERROR_ALLOC_CONTEXT_MODES'].map(
      (code) => [code, undefined] as const,
    ),
    ...['ZSTD_error_memory_allocation', 'EIO', 'xZ_DATA_ERROR', 'ERR_STREAM_DESTROYED', undefined].map(
      (code) => [code, undefined] as const,
    ),
  ];
  for (const [code, what] of codes) {
    it(`fails as ${code ?? 'no code'} says: ${what ?? 'as it is'}`, async () => {
      const failure = Object.assign(new Error('It failed.'), code === undefined ? {} : { code });
      const content = bodyOf(['x'], (index) => (index === 0 ? Promise.reject(failure) : undefined));
      await assert.rejects(all(new Decoders(1, 1000), content), what === undefined ? failure : flaw(what));
    });
  }

  it('is not decoded for a client that has gone, nor asked for', async () => {
    let asked = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const content = (async function* () {
      try {
        for await (const piece of bodyOf(cut(coded, 1))) {
          asked++;
          yield piece;
        }
      } finally {
        end();
      }
    })();
    await assert.rejects(all(new Decoders(1, 1000), content, AbortSignal.abort(new Error('gone'))), /gone/);
    await ended;
    assert.equal(asked, 1);
  });

  it('is nothing where nothing is to be decoded at once', () =>
    assert.rejects(all(new Decoders(0, 1000), bodyOf([coded])), { status: 503 }));

  it('has a place, which goes to another when its own has stood still for longest, and for a second', async () => {
    let now = 5000;
    mocks.method(performance, 'now', () => now);
    const decoders = new Decoders(2, 1000);
    const failed: [who: string, message: string][] = [];
    const goOn: (() => void)[] = [];
    const ends: Promise<unknown>[] = [];
    let waiting = 0;
    const until = async (count: number): Promise<void> => {
      while (waiting < count) await new Promise(setImmediate);
    };
    const begin = (who: string): void => {
      const content = bodyOf([coded.subarray(0, 5), coded.subarray(5, 10), coded.subarray(10)], (index) => {
        if (index === 0 || index === 3) return undefined;
        waiting++;
        return new Promise((resolve) => goOn.push(resolve));
      });
      const body = { ...bodyOf(), fail: ({ message }: Error) => void failed.push([who, message]) };
      ends.push(decoders.decode({ content, coding: 'gzip', body, signal }).next());
    };
    const tooMany = {
      status: 503,
      message: 'Too many coded uploads come at once: send it without a Content-Encoding, or later.',
      fields: [['Retry-After', '1']],
    };
    begin('first');
    await until(1);
    now += 10;
    begin('second');
    await until(2);
    now += 10;
    goOn[0]?.();
    await until(3);
    now = 6009;
    await assert.rejects(all(decoders, bodyOf([coded])), tooMany);
    assert.deepEqual(failed, []);
    now = 6010;
    assert.equal(await all(decoders, bodyOf([coded])), text.toString());
    assert.deepEqual(failed, [['second', tooMany.message]]);
    goOn[1]?.();
    await until(4);
    for (const go of goOn) go();
    await Promise.all(ends);
  });
});
