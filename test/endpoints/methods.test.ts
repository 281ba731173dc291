/** Which method each URL knows, and what the others are told. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/options';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

const sorted = (allow: string | undefined): string => (allow ?? '').split(', ').sort().join(' ');

describe('methods', () => {
  let folder: TestFolder;
  beforeEach(() => {
    folder = new TestFolder();
    folder
      .write('a.txt', 'a')
      .write('echoes', 'e')
      .write('filesystem', 'f')
      .write('user-agents', 'u')
      .write('Echo', 'E');
  });
  afterEach(() => folder.remove());

  const reading = 'GET HEAD OPTIONS';
  const writing = ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE'];
  const rows: readonly (readonly [target: string, access: Access, allow: string])[] = [
    ['/', 'full', reading],
    ['/a.txt', 'full', reading],
    ['/gone', 'full', reading],
    ['/echo', 'full', reading],
    ['/echo/x', 'full', reading],
    ['/user-agent', 'full', reading],
    ['/.http-server/x', 'full', reading],
    ['/files/a.txt', 'readOnly', reading],
    ['/files/a.txt', 'readWrite', 'COPY GET HEAD MKCOL OPTIONS POST PUT'],
    ['/files/a.txt', 'full', 'COPY DELETE GET HEAD MKCOL MOVE OPTIONS POST PUT'],
    ['/files/', 'readWrite', 'COPY GET HEAD MKCOL OPTIONS POST PUT'],
    ['*', 'readOnly', reading],
    ['*', 'full', 'COPY DELETE GET HEAD MKCOL MOVE OPTIONS POST PUT'],
  ];
  for (const [target, access, allow] of rows) {
    it(`${target} with ${access} allows ${allow}`, async () => {
      const router = folder.router({ access });
      const options = await ask(router, 'OPTIONS', target);
      assert.equal(options.status, 204);
      assert.equal(options.body.length, 0);
      assert.equal(sorted(options.fields.get('allow')), allow);
      if (target === '*') return;
      for (const method of writing.filter((name) => !allow.split(' ').includes(name))) {
        const answer = await ask(router, method, target, {}, bodyOf(['x']));
        assert.equal(answer.status, 405, method);
        assert.equal(sorted(answer.fields.get('allow')), allow);
      }
    });
  }

  it('says where files are stored to whoever would store them where they are shown', async () => {
    const rows: readonly (readonly [access: Access, methods: readonly string[]])[] = [
      ['readOnly', []],
      ['readWrite', ['POST', 'PUT', 'MKCOL', 'COPY']],
      ['full', writing],
    ];
    for (const [access, methods] of rows) {
      for (const method of [...writing, 'PATCH']) {
        const answer = await ask(folder.router({ access }), method, '/a.txt', {}, bodyOf(['x']));
        assert.equal(answer.status, 405);
        assert.equal(answer.text.includes('/files/'), methods.includes(method), `${method}, ${access}`);
      }
    }
  });

  for (const method of [
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'PROPPATCH',
    'LOCK',
    'UNLOCK',
    'move',
    'get',
    'BREW',
    'GETT',
    'constructor',
    '__proto__',
  ]) {
    it(`${method} is not implemented anywhere`, async () => {
      for (const target of ['/', '/files/a.txt', '/echo/x', '*']) {
        assert.equal((await ask(folder.router(), method, target)).status, 501, target);
      }
    });
  }

  it('writes nothing when only reading is allowed', async () => {
    const router = folder.router({ access: 'readOnly' });
    for (const method of writing)
      await ask(router, method, '/files/a.txt', { Destination: '/files/b.txt' }, bodyOf(['x']));
    assert.equal((await ask(router, 'GET', '/files/a.txt')).text, 'a');
  });

  it('removes nothing by default', async () => {
    assert.equal((await ask(folder.router(), 'DELETE', '/files/a.txt')).status, 405);
    assert.equal((await ask(folder.router(), 'GET', '/files/a.txt')).text, 'a');
  });

  it('a segment decides, not a prefix, and not a part of it', async () => {
    const router = folder.router();
    for (const [target, text] of [
      ['/echoes', 'e'],
      ['/filesystem', 'f'],
      ['/user-agents', 'u'],
      ['/Echo', 'E'],
    ] as const) {
      assert.equal((await ask(router, 'GET', target)).text, text);
    }
    for (const target of ['/a/echo', '/user-agent/x', '/user-agent/', '/.http-server', '/.http-server/x']) {
      assert.equal((await ask(router, 'GET', target)).status, 404, target);
    }
  });

  it('an encoded segment is the same segment', async () => {
    assert.equal((await ask(folder.router(), 'GET', '/%65cho/x')).text, 'x');
    assert.equal(
      (await ask(folder.router(), 'GET', '/f%69les/a.txt')).fields.get('content-type'),
      'application/octet-stream',
    );
  });
});
