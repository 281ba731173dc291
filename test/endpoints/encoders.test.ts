/** Encoders of what is coded on the way: so many at once, and none for longer than somebody reads. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Body, Endpoint } from '../../src/http/message/message';
import { discardBody } from '../../src/http/wire/encode';
import { defaultLimits } from '../../src/options';
import { openDescriptors, TestFolder } from '../support/folder';
import { makeRequest, read } from '../support/request';

type Pieces = AsyncIterator<Uint8Array>;

const piecesOf = (body: Body): Pieces => (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();

describe('F17: encoders', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const most = 3;
  before(() => {
    folder = new TestFolder();
    folder
      .write('big.txt', 'Lorem ipsum dolor sit amet. '.repeat(40_000))
      .write('zeros.txt', Buffer.alloc(64 * 1024 * 1024));
    for (let i = 0; i < 2000; i++) folder.write(`many/${i}`, '');
  });
  beforeEach(() => (router = folder.router({ limits: { ...defaultLimits, encoders: most } })));
  after(() => folder.remove());

  const get = (target = '/big.txt', method = 'GET') =>
    router(makeRequest(method, target, { 'Accept-Encoding': 'br, gzip' }));
  const coding = (response: Awaited<ReturnType<Endpoint>>): string | undefined =>
    new Map(response.fields).get('Content-Encoding');

  it('are so many at once; whoever comes then gets what is not coded, whole', async () => {
    const held = await Promise.all([get(), get('/many/'), get('/many/')]);
    assert.deepEqual(held.map(coding), ['br', 'br', 'br']);
    for (const target of ['/big.txt', '/many/']) {
      const plain = await get(target);
      assert.equal(coding(plain), undefined);
      assert.equal(new Map(plain.fields).get('Vary'), new Map((await get(target)).fields).get('Vary'));
      assert.ok((await read(plain)).text.includes(target === '/many/' ? '1999' : 'Lorem'));
    }
    for (const response of held) await read(response);
    assert.equal(coding(await get()), 'br');
  });

  const ends: readonly (readonly [how: string, end: (pieces: Pieces) => Promise<void>])[] = [
    [
      'before it is read',
      async (pieces) => {
        await pieces.return?.();
      },
    ],
    [
      'in the midst',
      async (pieces) => {
        await pieces.next();
        await pieces.return?.();
      },
    ],
    [
      'while it waits for a piece',
      async (pieces) => {
        const next = pieces.next().catch(() => undefined);
        await pieces.return?.();
        await next;
      },
    ],
    [
      'twice',
      async (pieces) => {
        await pieces.return?.();
        await pieces.return?.();
      },
    ],
  ];
  for (const [how, end] of ends) {
    it(`are given back when a client goes ${how}`, async () => {
      const before = openDescriptors();
      for (let i = 0; i < 4 * most; i++) {
        const response = await get();
        assert.equal(coding(response), 'br', `the ${i + 1}th`);
        await end(piecesOf(response.body));
      }
      assert.equal(openDescriptors(), before);
    });
  }

  it('are given back when nothing is coded after all: for HEAD, and where nothing has changed', async () => {
    for (let i = 0; i < 2 * most; i++) {
      const response = await get('/big.txt', 'HEAD');
      assert.equal(coding(response), 'br');
      discardBody(response);
      const etag = new Map(response.fields).get('ETag') ?? '';
      const same = await router(makeRequest('GET', '/big.txt', { 'Accept-Encoding': 'br', 'If-None-Match': etag }));
      assert.equal(same.status, 304);
    }
    assert.equal(coding(await get()), 'br');
  });

  it('put something out, now and then, of what gives nothing to send: only that tells if the client is there', async () => {
    for (const accept of ['br', 'gzip']) {
      const response = await router(makeRequest('GET', '/zeros.txt', { 'Accept-Encoding': accept }));
      let pieces = 0;
      for await (const piece of response.body as AsyncIterable<Uint8Array>) pieces += Math.sign(piece.length);
      assert.ok(pieces >= 4, `${accept}: ${pieces}`);
      await setImmediate();
    }
  });
});
