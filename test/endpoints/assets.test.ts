/** What browsers load for our own pages: never changed under an address, small, and nothing else is there. */
import assert from 'node:assert/strict';
import { brotliDecompressSync } from 'node:zlib';
import { dropBoxPage } from '../../src/endpoints/site/folderPage';
import type { Endpoint } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { ask, read } from '../support/request';

/** Octets, compressed: what a phone loads before it shows anything. */
const mostAtFirst = 60_000;

describe('the assets of the folder’s page', () => {
  const folder = new TestFolder();
  const router: Endpoint = folder.router();
  after(() => folder.remove());

  const addresses = async (): Promise<string[]> => {
    const { text } = await ask(router, 'GET', '/', { Accept: 'text/html' });
    return [...text.matchAll(/(?:src|href)="\.(\/\.http-server\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  };

  it('are there, with their types, for ever', async () => {
    const types: Record<string, string> = {
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      svg: 'image/svg+xml',
    };
    for (const path of await addresses()) {
      const { status, fields } = await ask(router, 'GET', path);
      assert.equal(status, 200, path);
      assert.equal(fields.get('content-type'), types[path.slice(path.lastIndexOf('.') + 1)]);
      assert.equal(fields.get('cache-control'), 'max-age=31536000, immutable');
    }
  });

  it(`and the page itself are at most ${mostAtFirst} octets at first`, async () => {
    let size = 0;
    for (const path of ['/', ...(await addresses())]) {
      const { body, text, fields } = await ask(router, 'GET', path, { 'Accept-Encoding': 'br' });
      size += body.length;
      // What is imported at once is loaded at once.
      const code = fields.get('content-encoding') === 'br' ? brotliDecompressSync(body).toString() : text;
      for (const [, chunk = ''] of code.matchAll(/\bfrom"\.\/([\w-]+\.js)"/g)) {
        size += (await ask(router, 'GET', `/.http-server/assets/${chunk}`, { 'Accept-Encoding': 'br' })).body.length;
      }
    }
    assert.ok(size <= mostAtFirst, `${size}`);
  });

  for (const name of ['', 'none.js', '../names.json', '..%2fnames.json', 'constructor', '__proto__'])
    it(`have none that is called ${name}`, async () =>
      assert.notEqual((await ask(router, 'GET', `/.http-server/assets/${name}`)).status, 200));

  it('are those of the page on which files are sent, which has a form and no list', async () => {
    const { text: page } = await read(dropBoxPage('./'));
    assert.match(page, /<form action="\.\/files\/" method="post" enctype="multipart\/form-data">/);
    assert.match(page, /<body [^>]*data-page="dropBox">/);
    assert.doesNotMatch(page, /<table/);
  });
});
