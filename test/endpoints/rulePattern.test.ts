/** Which paths a pattern is for, and what its stars stand for. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { compilePattern, patternFlaw } from '../../src/rulePattern';
import { parsePath } from '../../src/endpoints/common/path';

/** What the stars stand for, as text; undefined if the pattern is for another path. */
function match(pattern: string, path: string): readonly string[] | undefined {
  const { segments, isFolder } = parsePath(path);
  return compilePattern(pattern)
    .match(segments, isFolder)
    ?.map((capture) => capture.segments.join('/') + (capture.isFolder ? '/' : ''));
}

describe('the pattern of a rule', () => {
  const rows: readonly (readonly [pattern: string, path: string, captures: readonly string[] | undefined])[] = [
    ['/', '/', []],
    ['/', '/a', undefined],
    ['/about', '/about', []],
    ['/about', '/about/', []],
    ['/about', '/About', undefined],
    ['/about', '/aboutus', undefined],
    ['/about', '/about/us', undefined],
    ['/about/', '/about/', []],
    ['/about/', '/about', undefined],
    ['/a.b', '/axb', undefined],
    ['/a+(b)[c]', '/a+(b)%5Bc%5D', []],
    ['/ä b', '/%C3%A4%20b', []],
    ['/a', '//x/..//./a', []],
    ['/a', '/%61', []],
    ['/*', '/a', ['a']],
    ['/*', '/', undefined],
    ['/*', '/a/b', undefined],
    ['/*/b/*', '/a/b/c', ['a', 'c']],
    ['/*.php', '/a.b.php', ['a.b']],
    ['/*.php', '/.php', ['']],
    ['/*.php', '/a.php.bak', undefined],
    ['/ab*ba', '/aba', undefined],
    ['/ab*ba', '/abba', ['']],
    ['/v*-x/*', '/v12-x/y', ['12', 'y']],
    ['/**', '/', ['']],
    ['/**', '/a/b/c', ['a/b/c']],
    ['/**', '/a/b/', ['a/b/']],
    ['/api/**', '/api', ['']],
    ['/api/**', '/api/', ['']],
    ['/api/**', '/api/x/y', ['x/y']],
    ['/api/**', '/apis', undefined],
    ['/**/x', '/x', ['']],
    ['/**/x', '/a/x/x', ['a/x']],
    ['/**/x', '/a/y', undefined],
    ['/a/**/b', '/a/b', ['']],
    ['/a/**/b', '/a/b/b/', ['b']],
    ['/a/**/a', '/a', undefined],
    ['/**/m/**', '/a/m/b/m/c', ['a', 'b/m/c']],
    ['/**/m/**', '/a/b', undefined],
    ['/a/**/m/**/b', '/a/b', undefined],
    ['/**/m/*/**/z', '/m/m/1/z', ['', 'm', '1']],
    ['/**/*.js', '/a/b/c.js', ['a/b', 'c']],
    ['/blog/*/*/**', '/blog/2026/11/a/b', ['2026', '11', 'a/b']],
    ['/$1/x', '/$1/x', []],
    ['/%41', '/A', undefined],
  ];
  for (const [pattern, path, captures] of rows) {
    it(`${pattern} ${captures === undefined ? 'is not for' : 'is for'} ${path}`, () => {
      assert.equal(patternFlaw(pattern), undefined);
      assert.deepEqual(match(pattern, path), captures);
    });
  }

  const flaws: readonly (readonly [pattern: string, why: RegExp])[] = [
    ['about', /slash/],
    ['', /slash/],
    ['/a//b', /empty/],
    ['/a/../b', /dot segment/],
    ['/./b', /dot segment/],
    ['/a*b*', /two \*/],
    ['/a**', /\*\*/],
    ['/***', /\*\*/],
    ['/a?x=1', /only the path/],
    ['/a#b', /only the path/],
    ['/a\\b', /no path has/],
    ['/a\0', /no path has/],
    ['/files/**', /not for rules/],
    ['/echo', /not for rules/],
    ['/.http-server/x', /not for rules/],
    ['/a'.repeat(33), /segments/],
  ];
  for (const [pattern, why] of flaws) {
    it(`${JSON.stringify(pattern.slice(0, 20))} cannot be one`, () => assert.match(patternFlaw(pattern) ?? '', why));
  }

  it('agrees with a regular expression that tries everything', () => {
    const part = fc.constantFrom('a', 'b', '*', '**', 'a*', '*b', 'a*b');
    const segment = fc.constantFrom('a', 'b', 'ab', 'aab', 'c');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.array(segment, { maxLength: 7 }), (parts, segments) => {
        const source = parts.map((each) =>
          each === '**' ? '(?:/[^/]+)*' : `/${each.replace('*', each === '*' ? '[^/]+' : '[^/]*')}`,
        );
        const expected = new RegExp(`^${source.join('')}$`).test(segments.map((each) => `/${each}`).join(''));
        const found = compilePattern(`/${parts.join('/')}`).match(segments, false);
        assert.equal(found !== undefined, expected);
        assert.ok(found === undefined || found.length === parts.filter((each) => each.includes('*')).length);
      }),
      { numRuns: 2000 },
    );
  });

  it('looks at no segment more often than the pattern is long, whatever the path', () => {
    const pattern = compilePattern(`/${Array(15).fill('**/a').join('/')}/x`);
    let looks = 0;
    const path = new Proxy(Array<string>(4000).fill('a'), {
      get(target, key, receiver): unknown {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key, receiver);
      },
    });
    assert.equal(pattern.match(path, false), undefined);
    assert.ok(looks < 32 * 4000, String(looks));
  });
});
