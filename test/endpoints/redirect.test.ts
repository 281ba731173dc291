/** A folder without its slash: a relative redirect that keeps the query. */
import assert from 'node:assert/strict';
import { ask } from '../support/request';
import { TestFolder } from '../support/folder';

describe('a folder without its slash', () => {
  let folder: TestFolder;
  const names = ['d', 'a b', 'a&b', 'a#b', 'a%b', 'a?b', "it's", 'a:b', 'http:', '\u{1f600}', 'x'.repeat(255)];
  before(() => {
    folder = new TestFolder();
    for (const name of names) folder.write(`${name}/index.html`, name).write(`d/${name}/index.html`, name);
  });
  after(() => folder.remove());

  const rows: readonly (readonly [promise: string, target: string, location: string])[] = [
    ['is told to add it', '/d', './d/'],
    ['keeps the query', '/d?a=b&c=%2F', './d/?a=b&c=%2F'],
    ['keeps an empty query', '/d?', './d/?'],
    ['keeps question marks in the query', '/d?a?b', './d/?a?b'],
    ['further down', '/d/d', './d/'],
    ['is not taken for a scheme', '/a:b', './a:b/'],
    ['keeps its encoding', '/a%20b', './a%20b/'],
    ['never leads to another host', '//d', './d/'],
  ];
  for (const [promise, target, location] of rows) {
    it(promise, async () => {
      const { status, fields, body } = await ask(folder.router(), 'GET', target);
      assert.equal(status, 308);
      assert.equal(fields.get('location'), location);
      assert.equal(fields.get('cache-control'), 'no-cache');
      assert.equal(body.length, 0);
    });
  }

  for (const prefix of ['/', '/d/']) {
    for (const name of names) {
      it(`leads from ${prefix}${name.slice(0, 20)} to its index, behind a proxy's prefix as well`, async () => {
        const target = prefix + encodeURIComponent(name);
        const { fields } = await ask(folder.router(), 'GET', target);
        for (const base of ['http://localhost:4221', 'http://localhost/proxy/4221']) {
          const url = new URL(fields.get('location') ?? '', base + target).href;
          assert.ok(url.startsWith(base), url);
          assert.equal((await ask(folder.router(), 'GET', url.slice(base.length))).text, name);
        }
      });
    }
  }

  it('is redirected for HEAD, too', async () => {
    assert.equal((await ask(folder.router(), 'HEAD', '/d')).status, 308);
  });

  it('is nothing to `/files/{path}`, but for the folder itself', async () => {
    assert.equal((await ask(folder.router(), 'GET', '/files/d')).status, 404);
    const { status, fields } = await ask(folder.router(), 'GET', '/files?zip');
    assert.deepEqual([status, fields.get('location')], [308, './files/?zip']);
  });
});
