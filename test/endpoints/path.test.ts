/** Paths, decoded once. */
import assert from 'node:assert/strict';
import { HttpError } from '../../src/http/message/httpError';
import { encodeSegment, parsePath } from '../../src/endpoints/common/path';

const rows: readonly (readonly [path: string, segments: readonly string[], isFolder: boolean])[] = [
  ['', [], true],
  ['/', [], true],
  ['/a', ['a'], false],
  ['/a/', ['a'], true],
  ['/a/.', ['a'], true],
  ['/a/b/..', ['a'], true],
  ['//a//b', ['a', 'b'], false],
  ['/a/./b/../c', ['a', 'c'], false],
  ['/a%20b/%C3%A9', ['a b', '\u00e9'], false],
  ['/a+b', ['a+b'], false],
];

describe('a path', () => {
  for (const [path, segments, isFolder] of rows) {
    it(`${path === '' ? 'empty' : path} is ${segments.join(' then ') || 'the folder'}`, () => {
      assert.deepEqual(parsePath(path), { segments, isFolder });
    });
  }

  for (const path of ['/..', '/a/../..', '/%2E/%2e%2E/a', '/%', '/%4', '/%ff', '/a%2Fb', '/a%5Cb', '/a\\b', '/%00']) {
    it(`${path} is refused`, () => {
      assert.throws(
        () => parsePath(path),
        (error) => error instanceof HttpError && error.status === 400,
      );
    });
  }

  it('is made of what its segments are encoded as', () => {
    for (const name of ['a b&c#d%e?f\'g"h', '(a)!*', '\u{1f600}', '..a', 'a:b']) {
      const encoded = encodeSegment(name);
      assert.match(encoded, /^[A-Za-z0-9%._~-]+$/);
      assert.deepEqual(parsePath(`/${encoded}`).segments, [name]);
    }
  });
});
