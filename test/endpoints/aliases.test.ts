/** A further name of what is excluded leads nowhere, whatever the file system takes for one: real ones are mounted here. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Live } from '../../src/endpoints/live/live';
import type { Endpoint } from '../../src/http/message/message';
import type { Options } from '../../src/options';
import { TestFolder } from '../support/folder';
import { mountedOrSkip, type MountedFolder } from '../support/disk/mounted';
import { ask, bodyOf } from '../support/request';
import { needs, needsPosix } from '../support/needs';

const secret = 'a secret';
const page = { Accept: 'text/html' };

const form = (name: string): Buffer =>
  Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\noverwritten\r\n--b--\r\n`,
    'utf8',
  );

/** Asks by every method; what is hidden is to stay as it is. */
async function isHidden(folder: TestFolder, path: string, options: Partial<Options> = {}): Promise<void> {
  const url = path.split('/').map(encodeURIComponent).join('/');
  const router = folder.router({ access: 'full', ...options });
  for (const method of ['GET', 'HEAD']) {
    for (const target of [`/${url}`, `/files/${url}`, `/${url}/`, `/files/${url}/`]) {
      const { status, text } = await ask(router, method, target);
      assert.deepEqual([status, text.includes(secret)], [404, false], `${method} ${target}`);
    }
  }
  for (const method of ['PUT', 'POST', 'DELETE']) {
    assert.equal((await ask(router, method, `/files/${url}`, {}, bodyOf(['overwritten']))).status, 403, method);
  }
  folder.write('ordinary.txt', 'o');
  for (const method of ['MOVE', 'COPY']) {
    for (const [from, to] of [
      [url, 'taken.txt'],
      ['ordinary.txt', url],
    ] as const) {
      const answer = await ask(router, method, `/files/${from}`, { Destination: `/files/${to}` });
      assert.equal(answer.status, 403, `${method} ${from} ${to} ${answer.text}`);
    }
  }
  assert.deepEqual([existsSync(folder.at('taken.txt')), existsSync(folder.at('ordinary.txt'))], [false, true]);
  const fields = { 'Content-Type': 'multipart/form-data; boundary=b' };
  assert.equal((await ask(router, 'POST', '/files/', fields, bodyOf([form(path)]))).status, 403);
  assert.equal(folder.left(), 0);
}

describe('F1: aliases on NTFS', function () {
  let folder: MountedFolder;
  before(function () {
    folder = mountedOrSkip(this, 'ntfs');
    folder.folder('.git/hooks').write('.git/config', secret).write('.env', secret).write('server.key', secret);
    folder.write('private things/a.txt', secret).write('app.js.gzip-of-keys', gzipSync(secret)).write('a.txt', 'a');
    folder.shortName('.git', 'GIT~1').shortName('.env', 'ENV~1').shortName('server.key', 'SERVER~1.KEY');
    folder.shortName('private things', 'PRIVAT~1').shortName('a.txt', 'A~1.TXT').write('REAL~1.TXT', 'real');
    folder.link('link.txt', 'ENV~1').link('folder', 'GIT~1');
  });

  it('are there', () => {
    // Otherwise all of the others would pass for nothing.
    assert.equal(readFileSync(folder.at('ENV~1'), 'utf8'), secret);
    assert.equal(readFileSync(folder.at('GIT~1/config'), 'utf8'), secret);
  });

  for (const path of ['ENV~1', 'GIT~1/config', 'GIT~1', 'SERVER~1.KEY', 'link.txt', 'folder/config', 'A~1.TXT']) {
    it(`${path} is not there, and cannot be written`, async () => {
      await isHidden(folder, path, { exclude: ['**/.*', '**/*.key'] });
      assert.equal(readFileSync(folder.at('.env'), 'utf8'), secret);
      assert.equal(readFileSync(folder.at('.git/config'), 'utf8'), secret);
      assert.equal(readFileSync(folder.at('server.key'), 'utf8'), secret);
    });
  }

  it('of what a glob of the user names is not there', () =>
    isHidden(folder, 'PRIVAT~1/a.txt', { exclude: ['private things'] }));

  it('take no new file into a hidden folder', async () => {
    const router = folder.router({ access: 'full' });
    for (const path of ['GIT~1/hooks/post-checkout', 'GIT~1/new/x', 'folder/hooks/run']) {
      assert.equal((await ask(router, 'PUT', `/files/${path}`, {}, bodyOf(['x']))).status, 403);
    }
    assert.deepEqual(
      ['hooks/post-checkout', 'new', 'hooks/run'].filter((path) => existsSync(folder.at(`.git/${path}`))),
      [],
    );
  });

  it('are no page that answers for others, nor a copy of a file', async () => {
    const router = folder.router({ spaFallback: 'ENV~1' });
    assert.equal((await ask(router, 'GET', '/nowhere', page)).status, 404);
  });

  it('do not show the unsaved text of what is hidden', async () => {
    const live = new Live();
    const router = folder.router({}, live);
    live.unsaved('/.env', 'unsaved secret');
    live.unsaved('/ENV~1', 'unsaved secret');
    assert.equal((await ask(router, 'GET', '/ENV~1')).status, 404);
  });

  it('are not needed by a file that is called so', async () => {
    const router = folder.router({ access: 'full' });
    assert.equal((await ask(router, 'GET', '/REAL~1.TXT')).text, 'real');
    assert.equal((await ask(router, 'PUT', '/files/REAL~1.TXT', {}, bodyOf(['new']))).status, 204);
    assert.equal((await ask(router, 'PUT', '/files/OTHER~1.TXT', {}, bodyOf(['new']))).status, 201);
    assert.equal((await ask(router, 'GET', '/files/OTHER~1.TXT')).text, 'new');
    assert.equal((await ask(router, 'DELETE', '/files/OTHER~1.TXT')).status, 204);
  });
});

describe('F1: streams of NTFS', function () {
  let folder: MountedFolder;
  before(function () {
    folder = mountedOrSkip(this, 'ntfsWithStreams');
    folder
      .write('server.key', secret)
      .write('server.key:notes', secret)
      .write('a.txt', 'a')
      .write('a.txt:notes', secret);
  });

  for (const path of ['server.key:notes', 'a.txt:notes']) {
    it(`${path} is not there, and cannot be written`, async () => {
      await isHidden(folder, path);
      assert.equal(readFileSync(folder.at(path), 'utf8'), secret);
    });
  }

  it('are not made for what is hidden', async () => {
    const { status } = await ask(folder.router(), 'PUT', '/files/server.key:new', {}, bodyOf(['x']));
    assert.equal(status, 403);
    assert.ok(!existsSync(folder.at('server.key:new')));
  });
});

for (const [title, kind] of [
  ['NTFS', 'ntfsWithoutCase'],
  ['FAT', 'fat'],
] as const) {
  describe(`F1: other cases on ${title}`, function () {
    let folder: MountedFolder;
    let router: Endpoint;
    before(function () {
      folder = mountedOrSkip(this, kind);
      folder.folder('.git').write('.git/config', secret).write('.env', secret).write('server.key', secret);
      folder.write('Private/a.txt', secret).write('a.txt', 'a');
      router = folder.router({ access: 'full' });
    });

    it('mean the same', () => assert.equal(readFileSync(folder.at('.ENV'), 'utf8'), secret));

    for (const path of ['.ENV', '.GIT/config', 'SERVER.KEY', 'Server.key', 'PRIVATE/a.txt']) {
      it(`${path} is not there, and cannot be written`, async () => {
        await isHidden(folder, path, { exclude: ['**/.*', '**/*.key', 'private'] });
        assert.equal(readFileSync(folder.at('.env'), 'utf8'), secret);
      });
    }

    it('of what is not hidden are served', async () => assert.equal((await ask(router, 'GET', '/A.TXT')).text, 'a'));

    it('are one file to MOVE, which changes its name, whatever may be replaced', async function () {
      needs(this, 'a driver that gives an entry one number, whatever its name', kind !== 'fat');
      const fields = { Destination: '/files/A.TXT', Overwrite: 'F' };
      assert.equal((await ask(router, 'MOVE', '/files/a.txt', fields)).status, 201);
      // This driver keeps the old case; what counts is that the file is there.
      assert.equal(readFileSync(folder.at('A.TXT'), 'utf8'), 'a');
    });

    it('are one folder, which MOVE does not put into itself', async function () {
      needs(this, 'a driver that gives an entry one number, whatever its name', kind !== 'fat');
      folder.write('moved/x.txt', 'x');
      const fields = { Destination: '/files/MOVED/new/' };
      const answer = await ask(router, 'MOVE', '/files/moved/', fields);
      assert.equal(answer.status, 403, answer.text);
      assert.equal(readFileSync(folder.at('moved/x.txt'), 'utf8'), 'x');
    });

    it('are one file to a form, of which none is stored then', async () => {
      const part = (name: string): string =>
        `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${name}\r\n`;
      const fields = { 'Content-Type': 'multipart/form-data; boundary=b' };
      // What is replaced is kept meanwhile, for which the driver of FAT that is used here lacks a call.
      const pairs =
        kind === 'fat'
          ? [['new.txt', 'NEW.txt']]
          : [
              ['new.txt', 'NEW.txt'],
              ['a.txt', 'A.TXT'],
            ];
      for (const names of pairs) {
        const body = bodyOf([...names.map(part), '--b--\r\n']);
        assert.equal((await ask(router, 'POST', '/files/', fields, body)).status, 400, names[0]);
      }
      assert.deepEqual([existsSync(folder.at('new.txt')), readFileSync(folder.at('a.txt'), 'utf8')], [false, 'a']);
      assert.equal(folder.left(), 0);
    });
  });
}

describe('F1: names that look like aliases', () => {
  let folder: TestFolder;
  let router: Endpoint;
  before(function () {
    needsPosix(this);
    folder = new TestFolder();
    router = folder.router({ access: 'full' });
  });
  after(() => folder.remove());

  for (const name of [
    'ENV~1',
    'a~b.txt',
    'dot.',
    'blank ',
    'a:b',
    '\u2764\ufe0f.png',
    '10.00\u202fAM.png',
    '\uff41.txt',
  ]) {
    it(`${JSON.stringify(name)} is stored, served and removed where it is called so`, async () => {
      const url = encodeURIComponent(name);
      for (const path of [url, `d/${url}/${url}`]) {
        assert.equal((await ask(router, 'GET', `/${path}`)).status, 404);
        for (const status of [201, 204]) {
          assert.equal((await ask(router, 'PUT', `/files/${path}`, {}, bodyOf(['x']))).status, status);
        }
        assert.equal((await ask(router, 'GET', `/${path}`)).text, 'x');
        assert.equal((await ask(router, 'DELETE', `/files/${path}`)).status, 204);
      }
      rmSync(folder.at(`d/${name}`), { recursive: true });
    });
  }
});
