/** No path leads out of the folder, to read or to write. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Root } from '../../src/files/root';
import { parsePath } from '../../src/endpoints/common/path';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

describe('containment', () => {
  let folder: TestFolder;
  const secret = 'from outside';
  before(() => {
    folder = new TestFolder();
    mkdirSync(join(folder.outside, 'site2'));
    for (const path of ['secret.txt', 'site2/secret.txt']) writeFileSync(join(folder.outside, path), secret);
    folder.write('a.txt', 'a').write('d/b.txt', 'b').write('d/e/c.txt', 'c').write('...', 'dots').write('..x/y', 'y');
  });
  after(() => folder.remove());

  const refused: readonly (readonly [promise: string, target: string])[] = [
    ['a dot segment that climbs', '/../secret.txt'],
    ['one that climbs further', '/../../../../etc/passwd'],
    ['one that climbs after going down', '/d/../../secret.txt'],
    ['one that climbs and comes back', '/../site/a.txt'],
    ['one that climbs to a sibling with the same prefix', '/../site2/secret.txt'],
    ['an encoded dot segment', '/%2e%2e/secret.txt'],
    ['one half encoded', '/.%2E/secret.txt'],
    ['one behind empty segments', '///../secret.txt'],
    ['one behind a dot', '/./../secret.txt'],
    ['the last segment', '/..'],
    ['the last segment with a slash', '/d/../../'],
    ['an encoded slash', '/..%2fsecret.txt'],
    ['an encoded slash in upper case', '/..%2Fsecret.txt'],
    ['an encoded slash between names', '/d%2fb.txt'],
    ['an encoded slash behind an encoded dot segment', '/%2e%2e%2fsecret.txt'],
    ['a backslash', '/..\\secret.txt'],
    ['a backslash at the end', '/a.txt\\'],
    ['an encoded backslash', '/..%5csecret.txt'],
    ['an encoded backslash in upper case', '/%2E%2E%5Csecret.txt'],
    ['a NUL', '/a.txt%00'],
    ['a NUL in front of an extension', '/../secret.txt%00.png'],
    ['malformed percent-encoding', '/%'],
    ['malformed percent-encoding: one digit', '/%2'],
    ['malformed percent-encoding: no hexadecimal', '/%zz'],
    ['malformed percent-encoding: of Unicode', '/%u002e'],
    ['overlong UTF-8 of a dot', '/%c0%ae%c0%ae/secret.txt'],
    ['overlong UTF-8 of a slash', '/..%c0%afsecret.txt'],
    ['octets that are no UTF-8', '/%ff'],
    ['UTF-8 that is cut off', '/%e2%82'],
    ['a surrogate in UTF-8', '/%ed%a0%80'],
  ];
  for (const [promise, target] of refused) {
    for (const prefix of ['', '/files']) {
      it(`refuses ${promise}: ${prefix}${target}`, async () => {
        const { status, text } = await ask(folder.router(), 'GET', prefix + target);
        assert.equal(status, 400);
        assert.ok(!text.includes(secret) && !text.includes(folder.outside));
      });
    }
    it(`stores and removes nothing for ${promise}: ${target}`, async () => {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const { status } = await ask(folder.router({ access: 'full' }), method, `/files${target}`, {}, bodyOf(['x']));
        assert.equal(status, 400, method);
      }
      assert.equal(readFileSync(join(folder.outside, 'secret.txt'), 'utf8'), secret);
      assert.equal(readFileSync(folder.at('a.txt'), 'utf8'), 'a');
    });
  }

  const absent: readonly (readonly [promise: string, target: string])[] = [
    ['an absolute path behind the slash', '//etc/passwd'],
    ['a path of the whole disk', `/files-of-nobody/etc/passwd`],
    ['percent-encoding is decoded once', '/%252e%252e/secret.txt'],
    ['percent-encoding of a percent sign is decoded once', '/..%252fsecret.txt'],
    ['a drive letter', '/C:/Windows/win.ini'],
    ['a full-width dot segment', '/%ef%bc%8e%ef%bc%8e/secret.txt'],
    ['a semicolon is part of a name', '/..;/secret.txt'],
    ['a tilde is no home', '/~/secret.txt'],
    ['a variable is no value', '/$HOME/secret.txt'],
    ['a sibling by its name alone', '/site2/secret.txt'],
    ['a file as a folder', '/a.txt/b'],
    ['a file as a folder, with a slash', '/a.txt/'],
    ['a file as a folder, with a dot', '/a.txt/.'],
  ];
  for (const [promise, target] of absent) {
    it(`finds nothing: ${promise}: ${target}`, async () => {
      assert.equal((await ask(folder.router(), 'GET', target)).status, 404);
      assert.equal((await ask(folder.router(), 'GET', `/files${target}`)).status, 404);
    });
  }

  const inside: readonly (readonly [promise: string, target: string, text: string])[] = [
    ['a dot segment that stays inside', '/d/../a.txt', 'a'],
    ['an encoded one', '/d/%2e%2e/a.txt', 'a'],
    ['one that goes up two and down again', '/d/e/../../d/b.txt', 'b'],
    ['dots that mean this folder', '/./d/./b.txt', 'b'],
    ['empty segments', '//d///b.txt', 'b'],
    ['an encoded letter', '/%61.txt', 'a'],
    ['three dots are a name', '/...', 'dots'],
    ['dots in front of a name', '/..x/y', 'y'],
  ];
  for (const [promise, target, text] of inside) {
    it(`serves ${promise}: ${target}`, async () => {
      const router = folder.router({ exclude: [] });
      assert.equal((await ask(router, 'GET', target)).text, text);
      assert.equal((await ask(router, 'GET', `/files${target}`)).text, text);
    });
  }

  it('lets no dot segment climb from one endpoint into another', async () => {
    for (const target of ['/files/../a.txt', '/files/%2e%2e/echo/x', '/files/d/../../a.txt']) {
      assert.equal((await ask(folder.router(), 'GET', target)).status, 400, target);
    }
  });

  it('locates only what is below the root, whatever the path', () => {
    const root = new Root(folder.path, []);
    const piece = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'd',
      '%2e',
      '%2F',
      '%5c',
      '%00',
      '\\',
      'site2',
      '%',
      '%25',
      '..;',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.webSegment(), fc.string()), { maxLength: 8 }), (pieces) => {
        let located: string;
        try {
          located = root.locate(parsePath(`/${pieces.join('/')}`).segments);
        } catch {
          return;
        }
        assert.equal(join(located), located);
        assert.ok(located.startsWith(`${folder.path}/`));
      }),
      { numRuns: 300 },
    );
  });

  it('may itself be reached through a link', async () => {
    symlinkSync(folder.path, join(folder.outside, 'alias'));
    const router = folder.router({ directory: join(folder.outside, 'alias') });
    assert.equal((await ask(router, 'GET', '/d/b.txt')).text, 'b');
    assert.equal((await ask(router, 'GET', '/../secret.txt')).status, 400);
  });

  it('needs a folder that is there', () => {
    assert.throws(() => new Root(folder.at('gone'), []), { code: 'ENOENT' });
    assert.throws(() => new Root(folder.at('a.txt'), []), { code: 'ENOTDIR' });
    assert.ok(!existsSync(folder.at('gone')));
  });
});
