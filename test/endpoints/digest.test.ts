/** Repr-Digest for those who want one. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs, { statSync } from 'node:fs';
import { Mocks } from '../support/mocks';
import type { Endpoint } from '../../src/http/message/message';
import { discardBody } from '../../src/http/wire/encode';
import { defaultLimits } from '../../src/options';
import { ask, makeRequest } from '../support/request';
import { openDescriptors, TestFolder } from '../support/folder';

const mocks = new Mocks();

const digest = (algorithm: string, content: string | Buffer): string =>
  `${algorithm}=:${createHash(algorithm.replace('-', '')).update(content).digest('base64')}:`;

describe('Want-Repr-Digest', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const small = 'small '.repeat(300);
  const big = 'big '.repeat(500_000);
  before(() => {
    folder = new TestFolder();
    folder.write('small.txt', small).write('big.txt', big).write('other.txt', 'other '.repeat(100_000));
    router = folder.router();
  });
  after(() => folder.remove());

  const wishes: readonly (readonly [wish: string, algorithm: string | undefined])[] = [
    ['sha-256=1', 'sha-256'],
    ['sha-512=1', 'sha-512'],
    ['sha-256=1, sha-512=3', 'sha-512'],
    ['sha-256=9,sha-512=3', 'sha-256'],
    ['md5=10, sha-256=1', 'sha-256'],
    ['H6: sha-256=10;q=1', 'sha-256'],
    ['H6: md5=1;p="a, b", sha-512=2', 'sha-512'],
    ['H6: sha-256=1, sha-512=3, sha-512=0', 'sha-256'],
    ['H6: constructor=10, sha-256=1', 'sha-256'],
    ['H6: sha-256=1;p="foo', undefined],
    ['H6: sha-256 = 1', undefined],
    ['H6: sha-256=1,', undefined],
    ['H6: sha-256=-1', undefined],
    ['H6: sha-256="1"', undefined],
    ['sha-256=0', undefined],
    ['sha-256=11', undefined],
    ['sha-256', undefined],
    ['unixsum=3', undefined],
    ['', undefined],
  ];
  for (const [target, content] of [
    ['/small.txt', small],
    ['/big.txt', big],
    ['/files/big.txt', big],
  ] as const) {
    for (const [wish, algorithm] of wishes) {
      it(`${target}: ${wish === '' ? 'nothing' : wish}`, async () => {
        const expected = algorithm && digest(algorithm, content);
        for (const method of ['GET', 'HEAD']) {
          const value = wish.replace(/^H6: /, '');
          const { status, fields } = await ask(router, method, target, { 'Want-Repr-Digest': value });
          assert.equal(status, 200);
          assert.equal(fields.get('repr-digest'), expected);
        }
      });
    }

    it(`${target}: is of the whole, whatever range is sent`, async () => {
      const fields = { 'Want-Repr-Digest': 'sha-256=1', Range: 'bytes=1-2' };
      const answer = await ask(router, 'GET', target, fields);
      assert.equal(answer.status, 206);
      assert.equal(answer.fields.get('repr-digest'), digest('sha-256', content));
    });

    it(`${target}: goes without a coding, unless only that is taken`, async () => {
      const fields = { 'Want-Repr-Digest': 'sha-256=1', 'Accept-Encoding': 'gzip' };
      const answer = await ask(router, 'GET', target, fields);
      assert.equal(answer.fields.has('content-encoding'), false);
      assert.equal(answer.fields.get('repr-digest'), digest('sha-256', content));
    });
  }

  it('is of the coded octets, where only these are taken', async () => {
    const fields = { 'Want-Repr-Digest': 'sha-256=1', 'Accept-Encoding': 'gzip, identity;q=0' };
    const answer = await ask(router, 'GET', '/small.txt', fields);
    assert.equal(answer.fields.get('content-encoding'), 'gzip');
    assert.equal(answer.fields.get('repr-digest'), digest('sha-256', answer.body));
  });

  describe('F15: the work for it', () => {
    const wish = { 'Want-Repr-Digest': 'sha-256=1' };
    let reads: { callCount(): number; restore(): void };
    beforeEach(async () => {
      // Until then, what is there could change and look the same.
      const { mtimeMs } = statSync(folder.at('big.txt'));
      while (Date.now() < mtimeMs + 100) await new Promise(setImmediate);
      reads = mocks.method(fs, 'readSync').mock;
    });
    afterEach(() => reads.restore());

    const fresh = (): Endpoint => folder.router();
    const head = async (endpoint: Endpoint, signal?: AbortSignal): Promise<string | undefined> => {
      const request = makeRequest('HEAD', '/files/big.txt', wish);
      const answer = await endpoint(signal === undefined ? request : { ...request, signal });
      discardBody(answer);
      return new Map(answer.fields).get('Repr-Digest');
    };

    it('is done once for all who ask together, and for those who ask later', async () => {
      const endpoint = fresh();
      const all = await Promise.all(Array.from({ length: 50 }, () => head(endpoint)));
      assert.deepEqual(new Set(all), new Set([digest('sha-256', big)]));
      assert.equal(await head(endpoint), digest('sha-256', big));
      // A little first, then slices of 256 KiB; where the disk was slow for once, the pool reads some, which are not counted.
      const once = 1 + Math.ceil(big.length / (256 * 1024));
      assert.ok(reads.callCount() <= once, `${reads.callCount()} reads, ${once} for one`);
    });

    it('ends with the last of them', async () => {
      const before = openDescriptors();
      const endpoint = fresh();
      const controllers = Array.from({ length: 5 }, () => new AbortController());
      const all = controllers.map(({ signal }) => head(endpoint, signal));
      while (reads.callCount() < 2) await new Promise(setImmediate);
      for (const controller of controllers) controller.abort(new Error('The client went away.'));
      for (const one of all) await assert.rejects(one, /went away/);
      for (let i = 0; i < 4; i++) await new Promise(setImmediate);
      const count = reads.callCount();
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      assert.equal(reads.callCount(), count);
      assert.equal(openDescriptors(), before);
    });

    it('goes on for those who stay', async () => {
      const endpoint = fresh();
      const controller = new AbortController();
      const first = head(endpoint, controller.signal);
      while (reads.callCount() < 1) await new Promise(setImmediate);
      const second = head(endpoint);
      await new Promise(setImmediate);
      controller.abort(new Error('The client went away.'));
      await assert.rejects(first, /went away/);
      assert.equal(await second, digest('sha-256', big));
    });

    it('is done anew when the file has changed', async () => {
      const endpoint = fresh();
      folder.write('changing.txt', 'one '.repeat(50_000));
      const first = await ask(endpoint, 'GET', '/changing.txt', wish);
      folder.write('changing.txt', 'two '.repeat(50_000));
      const second = await ask(endpoint, 'GET', '/changing.txt', wish);
      assert.equal(first.fields.get('repr-digest'), digest('sha-256', first.body));
      assert.equal(second.fields.get('repr-digest'), digest('sha-256', second.body));
    });

    it('has a bound: beyond it, answers go without', async () => {
      const endpoint = folder.router({ limits: { ...defaultLimits, digests: 1 } });
      const [one, other] = await Promise.all([
        ask(endpoint, 'HEAD', '/big.txt', wish),
        ask(endpoint, 'HEAD', '/other.txt', wish),
      ]);
      assert.deepEqual([one.status, other.status], [200, 200]);
      assert.equal([one, other].filter(({ fields }) => fields.has('repr-digest')).length, 1);
      assert.ok((await ask(endpoint, 'HEAD', '/other.txt', wish)).fields.has('repr-digest'));
    });
  });
});
