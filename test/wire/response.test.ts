/** What goes out: framing chosen by rule, no content where none may be, and no half taken for a whole. */
import assert from 'node:assert/strict';
import type { Body, ByteSource, FieldLine, Request, Response } from '../../src/http/message/message';
import { MiB } from '../../src/options';
import { field, type RawClient } from '../support/rawClient';
import { startServer, type TestServer } from '../support/testServer';

const text = Buffer.from('content');

/** Yields what it is given. */
async function* pieces(parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    await Promise.resolve();
    yield Buffer.from(part);
  }
}

/** Counts how often it was closed. */
class Source implements ByteSource {
  closed = 0;
  private at = 0;
  private settle: () => void = () => undefined;
  /** That it is closed, which may be a turn later than the end of what a client gets. */
  readonly ended = new Promise<void>((resolve) => (this.settle = resolve));
  constructor(
    readonly length: number,
    private readonly available = length,
  ) {}
  read(into: Buffer): Promise<number> {
    const size = Math.min(into.length, this.available - this.at);
    for (let i = 0; i < size; i++) into[i] = (this.at + i) % 251;
    this.at += size;
    return Promise.resolve(size);
  }
  close(): void {
    this.closed++;
    this.settle();
  }
}

describe('a response', () => {
  let server: TestServer;
  let next: (request: Request) => Response | Promise<Response>;
  before(async () => (server = await startServer((request) => next(request))));
  after(() => server.stop());
  beforeEach(() => server.defects.splice(0));

  const answer = (status: number, body?: Body, fields: readonly FieldLine[] = []): void => {
    next = () => (body === undefined ? { status, fields } : { status, fields, body });
  };

  async function ask(method = 'GET', version = 'HTTP/1.1', fields = ''): Promise<RawClient> {
    const client = await server.client();
    await client.write(`${method} / ${version}\r\nHost: a\r\n${fields}\r\n`);
    return client;
  }

  it('has Date, nosniff and no Server', async () => {
    answer(200, text);
    const response = await (await ask()).read();
    assert.ok(Math.abs(Date.parse(field(response, 'date') ?? '') - Date.now()) < 5000);
    assert.match(field(response, 'date') ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    assert.equal(field(response, 'x-content-type-options'), 'nosniff');
    assert.equal(field(response, 'server'), undefined);
  });

  it('has the status line of its status', async () => {
    answer(404, text);
    assert.match((await (await ask()).read()).head, /^HTTP\/1\.1 404 Not Found\r\n/);
  });

  const rows: readonly [name: string, status: number, body: () => Body, framing: string, length: string | undefined][] =
    [
      ['bytes: Content-Length', 200, () => text, 'length', '7'],
      ['no body: Content-Length 0', 201, () => undefined, 'length', '0'],
      ['a source: Content-Length', 200, () => new Source(1000), 'length', '1000'],
      ['an iterable: chunked', 200, () => pieces(['con', '', 'tent']), 'chunked', undefined],
      ['an empty iterable: chunked', 200, () => pieces([]), 'chunked', undefined],
      ['204: nothing', 204, () => undefined, 'none', undefined],
      ['204 with a body by mistake: nothing', 204, () => text, 'none', undefined],
      ['304: nothing', 304, () => text, 'none', undefined],
    ];
  for (const [name, status, body, framing, length] of rows) {
    it(`${name}; the connection persists`, async () => {
      answer(status, body());
      const client = await ask();
      const response = await client.read();
      assert.equal(response.status, status);
      assert.equal(response.framing, framing);
      assert.equal(field(response, 'content-length'), length);
      answer(200, text);
      await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'content');
    });

    it(`${name}; to HEAD: the same fields, no content`, async () => {
      answer(status, body());
      const client = await ask('HEAD');
      const response = await client.read('HEAD');
      assert.equal(response.status, status);
      assert.equal(field(response, 'content-length'), length);
      assert.equal(field(response, 'transfer-encoding'), undefined);
      answer(200, text);
      await client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'content');
    });
  }

  it('does not send empty pieces, which would end a chunked body', async () => {
    answer(200, pieces(['con', '', 'tent']));
    assert.deepEqual((await (await ask()).read()).chunks, [3, 4]);
  });

  it('of unknown length to HTTP/1.0 is delimited by the end of the connection', async () => {
    answer(200, pieces(['con', 'tent']));
    const response = await (await ask('GET', 'HTTP/1.0', 'Connection: keep-alive\r\n')).read();
    assert.equal(response.framing, 'close');
    assert.equal(field(response, 'connection'), 'close');
    assert.equal(response.body.toString(), 'content');
  });

  it('to HTTP/1.0 says keep-alive where the connection persists', async () => {
    answer(200, text);
    const response = await (await ask('GET', 'HTTP/1.0', 'Connection: keep-alive\r\n')).read();
    assert.equal(field(response, 'connection'), 'keep-alive');
  });

  for (const size of [1, 65536, 65537, MiB, MiB + 1, 5 * MiB + 3]) {
    it(`sends ${size} octets of a source, each once and in order, and closes it once`, async () => {
      const source = new Source(size);
      answer(200, source);
      const { body } = await (await ask()).read();
      assert.equal(body.length, size);
      assert.ok(body.equals(Buffer.from(Uint8Array.from({ length: size }, (_, i) => i % 251))));
      await source.ended;
      assert.equal(source.closed, 1);
    });
  }

  it('closes the source of an answer to HEAD, unread', async () => {
    const source = new Source(10);
    answer(200, source);
    await (await ask('HEAD')).read('HEAD');
    await source.ended;
    assert.equal(source.closed, 1);
  });

  it('is cut when its source ends early: nobody takes half for whole', async () => {
    const source = new Source(3 * MiB, 2 * MiB);
    answer(200, source);
    const client = await ask();
    const { length } = server.events;
    await assert.rejects(client.read(), /the connection ended/);
    await source.ended;
    assert.equal(source.closed, 1);
    const event = (await server.logged(length + 1)).at(-1)!;
    assert.deepEqual([event.status, event.aborted, event.reason], [200, true, 'The content ended early.']);
  });

  for (const version of ['HTTP/1.1', 'HTTP/1.0']) {
    it(`is cut by a reset when its iterable fails (${version})`, async () => {
      let fail: () => void = () => undefined;
      const failing = new Promise<void>((resolve) => (fail = resolve));
      async function* half(): AsyncGenerator<Buffer> {
        yield Buffer.from('half');
        await failing;
        throw new Error('disk on fire');
      }
      answer(200, half());
      const client = await ask('GET', version);
      while (!client.pending.includes('half')) await new Promise(setImmediate);
      fail();
      await client.readToEnd();
      // A FIN would be the good end of a response to HTTP/1.0.
      assert.equal(client.ending, 'reset');
    });
  }

  it('ends its iterable when the client goes away', async () => {
    let [begun, ended] = [(): void => undefined, (): void => undefined];
    const reached = new Promise<void>((resolve) => (begun = resolve));
    const over = new Promise<void>((resolve) => (ended = resolve));
    async function* endless(): AsyncGenerator<Buffer> {
      begun();
      try {
        for (;;) {
          await new Promise(setImmediate);
          yield Buffer.alloc(65536);
        }
      } finally {
        ended();
      }
    }
    answer(200, endless());
    const client = await ask();
    // A reset takes along what the server has not read yet.
    await reached;
    client.reset();
    await over;
  });

  for (const [name, line] of [
    ['a CRLF in a value', ['X', 'a\r\nSet-Cookie: b']],
    ['an LF in a value', ['X', 'a\nb']],
    ['a CR in a value', ['X', 'a\rb']],
    ['NUL in a value', ['X', 'a\0b']],
    ['a character that is no octet', ['X', 'ä€']],
    ['a colon in a name', ['X: y', 'z']],
    ['a CRLF in a name', ['X\r\nY', 'z']],
    ['an empty name', ['', 'z']],
  ] as const) {
    it(`with ${name} is never sent: 500, and a defect is reported`, async () => {
      answer(200, text, [line]);
      const response = await (await ask()).read();
      assert.equal(response.status, 500);
      assert.doesNotMatch(response.head, /Set-Cookie/i);
      assert.equal(server.defects.length, 1);
    });
  }

  it('of an endpoint that throws, or rejects, is an opaque 500', async () => {
    for (const fail of [() => Promise.reject(new Error('secret')), () => raise(new Error('secret'))]) {
      next = fail;
      const response = await (await ask()).read();
      assert.equal(response.status, 500);
      assert.doesNotMatch(response.body.toString(), /secret/);
    }
    assert.equal(server.defects.length, 2);
  });
});

function raise(error: Error): never {
  throw error;
}
