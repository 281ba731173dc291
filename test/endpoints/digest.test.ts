/** Repr-Digest for those who want one. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Endpoint } from '../../src/http/message';
import { ask } from '../support/request';
import { TestFolder } from '../support/folder';

const digest = (algorithm: string, content: string | Buffer): string =>
  `${algorithm}=:${createHash(algorithm.replace('-', '')).update(content).digest('base64')}:`;

describe('Want-Repr-Digest', () => {
  let folder: TestFolder;
  let router: Endpoint;
  const small = 'small '.repeat(300);
  const big = 'big '.repeat(500_000);
  before(() => {
    folder = new TestFolder();
    folder.write('small.txt', small).write('big.txt', big);
    router = folder.router();
  });
  after(() => folder.remove());

  const wishes: readonly (readonly [wish: string, algorithm: string | undefined])[] = [
    ['sha-256=1', 'sha-256'],
    ['sha-512=1', 'sha-512'],
    ['sha-256=1, sha-512=3', 'sha-512'],
    ['sha-256=9,sha-512=3', 'sha-256'],
    ['md5=10, sha-256=1', 'sha-256'],
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
          const { status, fields } = await ask(router, method, target, { 'Want-Repr-Digest': wish });
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
});
