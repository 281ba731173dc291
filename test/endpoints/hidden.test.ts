/** What is hidden does not differ from what is missing, whatever lies behind it. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { needsPosix } from '../support/needs';
import { ask, bodyOf } from '../support/request';

describe('R17: what lies behind a link that leads out', () => {
  let folder: TestFolder;
  let router: Endpoint;
  before(function () {
    needsPosix(this);
    folder = new TestFolder();
    mkdirSync(join(folder.outside, 'there/sub'), { recursive: true });
    writeFileSync(join(folder.outside, 'there/file'), 'x');
    symlinkSync('loop', join(folder.outside, 'there/loop'));
    folder.link('out', '..').link('file', '../there/file').link('gone', '../there/gone').link('loop', '../there/loop');
    folder.link('sub', '../there/sub').write('app.html', 'the app').write('.env', 'x').write('plain.txt', 'x');
    router = folder.router({ access: 'full', spaFallback: 'app.html' });
  });
  after(() => folder.remove());

  /** Each beside the one that is not there. */
  const pairs: readonly (readonly [there: string, missing: string])[] = [
    ['out/there/file', 'out/there/none'],
    ['out/there', 'out/none'],
    ['out/there/sub/', 'out/there/none/'],
    ['out/there/file/x', 'out/there/none/x'],
    ['out/there/loop', 'out/there/none'],
    ['out/there/loop/x', 'out/there/none/x'],
    ['file', 'gone'],
    ['sub', 'gone'],
    ['loop', 'gone'],
    ['sub/x', 'gone/x'],
    ['loop/x', 'gone/x'],
    ['.env', '.none'],
    ['.env/x', '.none/x'],
  ];
  const answer = async (method: string, target: string, accept: string): Promise<unknown> => {
    const { status, text } = await ask(router, method, target, { Accept: accept }, bodyOf(['x']));
    return { status, text };
  };
  for (const [there, missing] of pairs) {
    it(`${there} answers as ${missing} does`, async () => {
      for (const accept of ['*/*', 'text/html']) {
        for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
          const prefixes = ['GET', 'HEAD'].includes(method) ? ['/', '/files/'] : ['/files/'];
          for (const prefix of prefixes) {
            const [one, other] = [
              await answer(method, prefix + there, accept),
              await answer(method, prefix + missing, accept),
            ];
            assert.deepEqual(one, other, `${method} ${prefix}${there} (${accept})`);
          }
        }
      }
    });
  }

  it('is the page for all paths, as is what nobody has', async () => {
    for (const path of ['nowhere', 'out/there/file', 'file', '.env']) {
      assert.deepEqual(await answer('GET', `/${path}`, 'text/html'), { status: 200, text: 'the app' }, path);
    }
  });
});
