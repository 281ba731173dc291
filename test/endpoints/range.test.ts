/** Parts of files: one, several, and their conditions. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { truncateSync, utimesSync, writeFileSync } from 'node:fs';
import type { Endpoint } from '../../src/http/message/message';
import { ask, makeRequest, respond, type Answer } from '../support/request';
import { TestFolder } from '../support/folder';
import { needs } from '../support/needs';

interface Part {
  readonly type: string;
  readonly range: string;
  readonly body: Buffer;
}

/** A strict reader of `multipart/byteranges`. */
function partsOf({ fields, body }: Answer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=([0-9a-z]+)$/.exec(fields.get('content-type') ?? '')?.[1];
  assert.ok(boundary !== undefined, fields.get('content-type'));
  const pieces = body.toString('latin1').split(`\r\n--${boundary}`);
  assert.equal(pieces.shift(), '');
  assert.equal(pieces.pop(), '--\r\n');
  return pieces.map((piece) => {
    const match = /^\r\nContent-Type: (.*)\r\nContent-Range: (.*)\r\n\r\n([^]*)$/.exec(piece);
    assert.ok(match !== null, piece.slice(0, 200));
    const [, type = '', range = '', content = ''] = match;
    return { type, range, body: Buffer.from(content, 'latin1') };
  });
}

const big = Buffer.alloc(300_000, (() => createHash('sha512').update('x').digest())());

describe('a range', () => {
  let folder: TestFolder;
  let router: Endpoint;
  before(() => {
    folder = new TestFolder();
    folder.write('ten', '0123456789').write('ten.txt', '0123456789').write('empty', '').write('big', big);
    folder.write('page.html', '<p>hello</p>'.repeat(200));
    router = folder.router();
  });
  after(() => folder.remove());

  /** Of ten octets. */
  const rows: readonly (readonly [
    promise: string,
    range: string,
    status: number,
    contentRange: string | undefined,
    text: string,
  ])[] = [
    ['first to last', 'bytes=2-4', 206, 'bytes 2-4/10', '234'],
    ['open', 'bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['suffix', 'bytes=-2', 206, 'bytes 8-9/10', '89'],
    ['suffix longer than the file', 'bytes=-100', 206, 'bytes 0-9/10', '0123456789'],
    ['everything', 'bytes=0-', 206, 'bytes 0-9/10', '0123456789'],
    ['beyond the end', 'bytes=5-1000', 206, 'bytes 5-9/10', '56789'],
    ['overlapping ones become one', 'bytes=0-3,2-5', 206, 'bytes 0-5/10', '012345'],
    ['one of two satisfiable', 'bytes=1-1,70-80', 206, 'bytes 1-1/10', '1'],
    ['behind the end', 'bytes=10-', 416, 'bytes */10', ''],
    ['an empty suffix', 'bytes=-0', 416, 'bytes */10', ''],
    ['malformed: ignored', 'bytes=x', 200, undefined, '0123456789'],
    ['another unit: ignored', 'lines=1-2', 200, undefined, '0123456789'],
    ['the last before the first: ignored', 'bytes=5-1', 200, undefined, '0123456789'],
    [
      'hundreds: ignored',
      `bytes=${Array.from({ length: 300 }, (_, i) => `${i}-${i}`).join(',')}`,
      200,
      undefined,
      '0123456789',
    ],
  ];
  for (const [promise, range, status, contentRange, text] of rows) {
    for (const target of ['/ten', '/files/ten']) {
      it(`${promise} of ${target}: ${status}`, async () => {
        const answer = await ask(router, 'GET', target, { Range: range });
        assert.equal(answer.status, status);
        assert.equal(answer.fields.get('content-range'), contentRange);
        if (status !== 416) assert.equal(answer.text, text);
        if (status === 206)
          assert.equal(
            answer.fields.get('content-type'),
            target === '/ten' ? 'text/plain; charset=utf-8' : 'application/octet-stream',
          );
      });
    }
  }

  it('is part of what a 206 says about the whole', async () => {
    const whole = await ask(router, 'GET', '/ten');
    const part = await ask(router, 'GET', '/ten', { Range: 'bytes=0-1' });
    for (const name of ['etag', 'last-modified', 'cache-control', 'accept-ranges']) {
      assert.equal(part.fields.get(name), whole.fields.get(name), name);
    }
    assert.equal(whole.fields.get('accept-ranges'), 'bytes');
  });

  for (const [target, content] of [
    ['/ten.txt', Buffer.from('0123456789')],
    ['/big', big],
  ] as const) {
    it(`several of ${target}, in the order asked for, each in a part`, async () => {
      const answer = await ask(router, 'GET', target, { Range: 'bytes=-1,0-2,5-6' });
      assert.equal(answer.status, 206);
      assert.equal(answer.fields.has('content-range'), false);
      const size = content.length;
      const parts = partsOf(answer);
      assert.deepEqual(
        parts.map(({ range }) => range),
        [`bytes ${size - 1}-${size - 1}/${size}`, `bytes 0-2/${size}`, `bytes 5-6/${size}`],
      );
      assert.deepEqual(
        parts.map(({ body }) => body),
        [content.subarray(-1), content.subarray(0, 3), content.subarray(5, 7)],
      );
      for (const { type } of parts)
        assert.equal(type, target === '/big' ? 'application/octet-stream' : 'text/plain; charset=utf-8');
    });
  }

  it('several have a length known beforehand', async () => {
    const response = await respond(router, makeRequest('GET', '/big', { Range: 'bytes=0-99999,200000-' }));
    assert.ok(response.body !== undefined && 'length' in response.body);
    const { length } = response.body;
    if ('close' in response.body) response.body.close();
    assert.equal((await ask(router, 'GET', '/big', { Range: 'bytes=0-99999,200000-' })).body.length, length);
  });

  it('several are the same read into any buffer', async () => {
    const fields = { Range: 'bytes=0-2,5-6,-1' };
    for (const target of ['/ten', '/big']) {
      for (const size of [1, 7, 100]) {
        const { body } = await respond(router, makeRequest('GET', target, fields));
        assert.ok(body !== undefined && 'read' in body);
        const pieces: Buffer[] = [];
        for (let left = body.length; left > 0;) {
          const into = Buffer.alloc(size);
          const count = await body.read(into);
          assert.ok(count > 0);
          pieces.push(into.subarray(0, count));
          left -= count;
        }
        assert.equal(await body.read(Buffer.alloc(size)), 0);
        body.close();
        const parts = Buffer.concat(pieces)
          .toString('latin1')
          .split(/\r\n--[0-9a-f]{36}/)
          .slice(1, -1);
        const expected = target === '/ten' ? Buffer.from('0123456789') : big;
        assert.deepEqual(
          parts.map((part) => part.split('\r\n\r\n')[1]),
          [[0, 3] as const, [5, 7] as const, [-1] as const].map(([from, to]) =>
            expected.subarray(from, to).toString('latin1'),
          ),
        );
      }
    }
  });

  it('fifty of a big file', async () => {
    const starts = Array.from({ length: 50 }, (_, i) => 5000 * i);
    const range = `bytes=${starts.map((start) => `${start}-${start + 2999}`).join(',')}`;
    const parts = partsOf(await ask(router, 'GET', '/big', { Range: range }));
    assert.deepEqual(
      parts.map(({ body }) => body),
      starts.map((start) => big.subarray(start, start + 3000)),
    );
  });

  it('of a big file is read from there', async () => {
    const { body } = await ask(router, 'GET', '/big', { Range: 'bytes=123456-234567' });
    assert.deepEqual(body, big.subarray(123_456, 234_568));
  });

  it('is for GET alone', async () => {
    const { status, fields } = await ask(router, 'HEAD', '/ten', { Range: 'bytes=0-1' });
    assert.equal(status, 200);
    assert.equal(fields.has('content-range'), false);
    assert.equal((await ask(router, 'HEAD', '/ten', { Range: 'bytes=99-' })).status, 200);
  });

  it('of an empty file is unsatisfiable', async () => {
    const { status, fields } = await ask(router, 'GET', '/empty', { Range: 'bytes=0-' });
    assert.equal(status, 416);
    assert.equal(fields.get('content-range'), 'bytes */0');
  });

  it('of a terabyte reaches its last octet', async function () {
    folder.write('huge', '');
    try {
      truncateSync(folder.at('huge'), 2 ** 40);
    } catch {
      needs(this, 'a file system for files of a terabyte', false);
    }
    const { status, fields, body } = await ask(router, 'GET', '/huge', { Range: 'bytes=-1' });
    assert.equal(status, 206);
    assert.equal(fields.get('content-range'), `bytes ${2 ** 40 - 1}-${2 ** 40 - 1}/${2 ** 40}`);
    assert.deepEqual(body, Buffer.from([0]));
  });

  describe('with If-Range', () => {
    const past = new Date(Date.UTC(2020, 0, 1));
    const ask206 = async (ifRange: string): Promise<number> =>
      (await ask(router, 'GET', '/ten', { Range: 'bytes=0-1', 'If-Range': ifRange })).status;
    beforeEach(() => {
      folder.write('ten', '0123456789');
      utimesSync(folder.at('ten'), past, past);
    });

    it('is answered if the tag is the current one', async () => {
      const { fields } = await ask(router, 'GET', '/ten');
      assert.equal(await ask206(fields.get('etag') ?? ''), 206);
    });

    it('is answered if the date is exactly the current one', async () => {
      assert.equal(await ask206('Wed, 01 Jan 2020 00:00:00 GMT'), 206);
      assert.equal(await ask206('Wed, 01 Jan 2020 00:00:01 GMT'), 200);
    });

    it('is ignored if the tag is weak, or another one', async () => {
      const { fields } = await ask(router, 'GET', '/ten');
      assert.equal(await ask206(`W/${fields.get('etag') ?? ''}`), 200);
      assert.equal(await ask206('"other"'), 200);
    });

    it('gets the whole file if that has changed', async () => {
      const { fields } = await ask(router, 'GET', '/ten');
      writeFileSync(folder.at('ten'), 'changed');
      const answer = await ask(router, 'GET', '/ten', { Range: 'bytes=0-1', 'If-Range': fields.get('etag') ?? '' });
      assert.deepEqual([answer.status, answer.text], [200, 'changed']);
    });

    it('does not make an unsatisfiable range an error', async () => {
      const answer = await ask(router, 'GET', '/ten', { Range: 'bytes=99-', 'If-Range': '"other"' });
      assert.equal(answer.status, 200);
    });
  });

  describe('with other preconditions', () => {
    it('comes after them', async () => {
      const { fields } = await ask(router, 'GET', '/ten');
      const etag = fields.get('etag') ?? '';
      const status = async (more: Record<string, string>): Promise<number> =>
        (await ask(router, 'GET', '/ten', { Range: 'bytes=0-1', ...more })).status;
      assert.equal(await status({ 'If-Match': etag }), 206);
      assert.equal(await status({ 'If-Match': '"other"' }), 412);
      assert.equal(await status({ 'If-None-Match': etag }), 304);
      assert.equal(await status({ 'If-None-Match': '"other"' }), 206);
    });
  });

  describe('of a file that could be coded', () => {
    it('is of its own octets', async () => {
      const answer = await ask(router, 'GET', '/page.html', { Range: 'bytes=0-2', 'Accept-Encoding': 'gzip, br' });
      assert.equal(answer.status, 206);
      assert.equal(answer.text, '<p>');
      assert.equal(answer.fields.has('content-encoding'), false);
      assert.equal(answer.fields.get('vary'), 'Accept-Encoding');
    });

    it('is of the coded octets where only these are taken, under the tag of the coding', async () => {
      const only = { 'Accept-Encoding': 'gzip, identity;q=0' };
      const whole = await ask(router, 'GET', '/page.html', only);
      const part = await ask(router, 'GET', '/page.html', { ...only, Range: 'bytes=3-' });
      assert.equal(part.status, 206);
      assert.equal(part.fields.get('content-encoding'), 'gzip');
      assert.equal(part.fields.get('etag'), whole.fields.get('etag'));
      assert.deepEqual(part.body, whole.body.subarray(3));
    });

    it('is not mixed with a coded part that the client has', async () => {
      const coded = await ask(router, 'GET', '/page.html', { 'Accept-Encoding': 'gzip' });
      const answer = await ask(router, 'GET', '/page.html', {
        'Accept-Encoding': 'gzip',
        Range: 'bytes=5-',
        'If-Range': coded.fields.get('etag') ?? '',
      });
      assert.equal(answer.status, 200);
    });
  });
});
