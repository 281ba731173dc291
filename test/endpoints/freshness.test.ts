/** No answer is older than its request, however the file was changed; and what did not change is not read again. */
import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../../src/http/message/message';
import { ask, makeRequest, remembered } from '../support/request';
import { TestFolder } from '../support/folder';

/** Changes `path` so that its content is `content`, which is as long as the old one. */
type Change = (path: string, content: string, folder: TestFolder) => void;

const inPlace = (path: string, content: string): void => {
  const fd = openSync(path, 'r+');
  writeSync(fd, content);
  closeSync(fd);
};

const changes: Readonly<Record<string, Change>> = {
  'edit in place with the same size': inPlace,
  'edit in place, and the old time set again': (path, content) => {
    const { atime, mtime } = statSync(path);
    inPlace(path, content);
    utimesSync(path, atime, mtime);
  },
  'truncate and write': (path, content) => {
    truncateSync(path, 0);
    inPlace(path, content);
  },
  'rename another file over it': (path, content) => {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  },
  'rename over it one with the same times': (path, content) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, content);
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
  'delete and recreate': (path, content) => {
    unlinkSync(path);
    writeFileSync(path, content);
  },
  'touch backwards': (path, content) => {
    writeFileSync(path, content);
    utimesSync(path, 1_000_000, 1_000_000);
  },
  'touch forwards': (path, content) => {
    writeFileSync(path, content);
    utimesSync(path, 4_000_000_000, 4_000_000_000);
  },
  'exchange for a link': (path, content) => {
    writeFileSync(`${path}.target`, content);
    unlinkSync(path);
    symlinkSync(`${path}.target`, path);
  },
  'write through another name': (path, content) => {
    rmSync(`${path}.hard`, { force: true });
    linkSync(path, `${path}.hard`);
    writeFileSync(`${path}.hard`, content);
  },
  'exchange the folder': (path, content, folder) => {
    renameSync(folder.at('d'), folder.at(`old-${content.slice(-10)}`));
    mkdirSync(folder.at('d'));
    writeFileSync(path, content);
  },
};

describe('freshness', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    router = folder.router();
  });
  afterEach(() => folder.remove());

  const get = async (target: string): Promise<string> => (await ask(router, 'GET', target)).text;

  for (const [title, change] of Object.entries(changes)) {
    for (const size of ['small', 'big']) {
      it(`${title}: the next request sees it (${size})`, async () => {
        const content = (i: number): string => String(i).padStart(size === 'small' ? 10 : 100_000, '0');
        folder.write('d/file.txt', content(1000));
        const targets = ['/d/file.txt', '/files/d/file.txt'];
        for (let i = 0; i < 12; i++) {
          const tags: string[] = [];
          for (const target of targets) tags.push((await ask(router, 'GET', target)).fields.get('etag') ?? '');
          change(folder.at('d/file.txt'), content(i), folder);
          for (const [index, target] of targets.entries()) {
            const answer = await ask(router, 'GET', target, { 'If-None-Match': tags[index] ?? '' });
            assert.equal(answer.status, 200);
            assert.ok(answer.text === content(i), `round ${i}`);
          }
        }
      });
    }
  }

  it('every one of hundreds of edits is seen, as fast as they come', async () => {
    for (let i = 0; i < 500; i++) {
      folder.write('file.txt', String(10_000 + i));
      assert.equal(await get('/file.txt'), String(10_000 + i));
    }
  });

  it('an edit is seen after the file has been in memory for long', async () => {
    folder.write('file.txt', 'old');
    const first = await remembered(router, '/file.txt');
    folder.write('file.txt', 'new');
    assert.equal(await get('/file.txt'), 'new');
    assert.notEqual(await router(makeRequest('GET', '/file.txt')), first);
  });

  it('a link that leads elsewhere is seen', async () => {
    folder.write('one.txt', '1').write('two.txt', '2').link('link.txt', 'one.txt');
    for (const name of ['one', 'two', 'one', 'two']) {
      rmSync(folder.at('link.txt'));
      folder.link('link.txt', `${name}.txt`);
      assert.equal(await get('/link.txt'), name === 'one' ? '1' : '2');
      await remembered(router, '/link.txt');
    }
  });

  it('a deleted file is gone, and comes back', async () => {
    folder.write('file.txt', 'x');
    await remembered(router, '/file.txt');
    unlinkSync(folder.at('file.txt'));
    assert.equal((await ask(router, 'GET', '/file.txt')).status, 404);
    folder.write('file.txt', 'y');
    assert.equal(await get('/file.txt'), 'y');
  });

  it('a file that becomes a folder is a folder', async () => {
    folder.write('x', 'file');
    await remembered(router, '/x');
    unlinkSync(folder.at('x'));
    folder.write('x/index.html', 'folder');
    assert.equal((await ask(router, 'GET', '/x')).status, 308);
    assert.equal(await get('/x/'), 'folder');
  });

  it('an index that appears and goes is seen', async () => {
    assert.match(await get('/'), /<table>/);
    folder.write('index.html', 'index');
    assert.equal(await get('/'), 'index');
    unlinkSync(folder.at('index.html'));
    assert.match(await get('/'), /<table>/);
  });

  it('a file of a folder that was moved out and linked to is gone, though it is the same file', async () => {
    folder.write('d/e/file.txt', 'x').write('../elsewhere/x', '');
    await remembered(router, '/d/e/file.txt');
    renameSync(folder.at('d'), join(folder.outside, 'elsewhere', 'd'));
    symlinkSync('../elsewhere/d', folder.at('d'));
    assert.equal(readFileSync(folder.at('d/e/file.txt'), 'utf8'), 'x');
    assert.equal((await ask(router, 'GET', '/d/e/file.txt')).status, 404);
  });

  it('a file that was moved out itself and linked to is gone', async () => {
    folder.write('file.txt', 'x');
    await remembered(router, '/file.txt');
    renameSync(folder.at('file.txt'), join(folder.outside, 'file.txt'));
    symlinkSync('../file.txt', folder.at('file.txt'));
    assert.equal((await ask(router, 'GET', '/file.txt')).status, 404);
  });

  it('a file that is linked to becomes excluded when it is renamed', async () => {
    folder.write('plain/file.txt', 'x').link('link', 'plain');
    await remembered(router, '/link/file.txt');
    renameSync(folder.at('plain'), folder.at('.plain'));
    rmSync(folder.at('link'));
    folder.link('link', '.plain');
    assert.equal((await ask(router, 'GET', '/link/file.txt')).status, 404);
  });

  describe('of what did not change', () => {
    for (const target of ['/file.txt', '/d/e/file.txt', '/files/d/e/file.txt', '/link/e/file.txt', '/']) {
      it(`${target} is the very same answer, and at once`, async () => {
        folder.write('file.txt', 'x').write('d/e/file.txt', 'x').write('index.html', 'x').link('link', 'd');
        const first = await remembered(router, target);
        assert.equal(first.lasting, true);
        for (const method of ['GET', 'HEAD']) assert.equal(router(makeRequest(method, target)), first);
        assert.equal(router(makeRequest('GET', target, { 'User-Agent': 'x', Accept: '*/*' })), first);
      });
    }

    it('is the very same answer before the clock has ticked, too', async () => {
      folder.write('file.txt', 'x');
      const first = await router(makeRequest('GET', '/file.txt'));
      assert.equal(await router(makeRequest('GET', '/file.txt')), first);
    });

    it('is the very same answer for each coding, and at once', async () => {
      folder.write('file.txt', 'x'.repeat(2000));
      const fields = { 'Accept-Encoding': 'gzip' };
      const first = await remembered(router, '/file.txt', fields);
      assert.equal(router(makeRequest('GET', '/file.txt', fields)), first);
    });

    it('goes on being proved', async () => {
      folder.write('file.txt', 'x');
      utimesSync(folder.at('file.txt'), 2_000_000_000, 2_000_000_000);
      const first = await router(makeRequest('GET', '/file.txt'));
      // A time in the future proves nothing: the file is read each time.
      assert.ok(router(makeRequest('GET', '/file.txt')) instanceof Promise);
      assert.equal(await router(makeRequest('GET', '/file.txt')), first);
    });
  });
});
