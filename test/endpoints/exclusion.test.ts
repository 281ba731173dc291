/** What is excluded is not there to read, absent from listings, and may not be written. */
import assert from 'node:assert/strict';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

describe('exclusion of files', () => {
  let folder: TestFolder;
  const secret = 'a secret';
  before(() => {
    folder = new TestFolder();
    for (const path of ['.env', '.git/config', 'd/.htpasswd', 'tls/server.key', 'Cert.PEM']) folder.write(path, secret);
    folder.write('open.txt', 'open').write('.well-known/security.txt', 'Contact: me').write('tls/readme.txt', 'x');
    folder.link('alias.txt', '.env').link('dir', '.git').link('key', 'tls/server.key').link('.shown', 'open.txt');
  });
  after(() => folder.remove());

  const hidden = [
    '/.env',
    '/.git/config',
    '/.git/',
    '/.git',
    '/d/.htpasswd',
    '/tls/server.key',
    '/Cert.PEM',
    '/%2eenv',
    '/%2Egit/config',
    '//.env',
    '/./.env',
    '/.env/',
    '/.env/.',
    '/.env?raw',
    '/.env?raw??',
    '/.env?import&raw',
    '/.git/./config',
    '/d/../.env',
    '/tls/server.key/.',
    '/.EnV',
    '/cert.pem',
    // Through a link to what is excluded, and through a link that is.
    '/alias.txt',
    '/dir/config',
    '/dir/',
    '/key',
    '/.shown',
  ];
  for (const prefix of ['', '/files']) {
    for (const target of hidden) {
      it(`${prefix}${target} is not there`, async () => {
        for (const method of ['GET', 'HEAD']) {
          const { status, text, response } = await ask(folder.router(), method, prefix + target);
          assert.equal(status, 404);
          assert.ok(!text.includes(secret) && !text.includes('exclude'));
          assert.equal(response.option, 'exclude');
        }
      });
    }
  }

  for (const path of [
    '.env',
    '.new',
    'd/.x',
    '.git/hooks/run',
    'new.key',
    'dir/config',
    'alias.txt',
    'tls/server.KEY',
  ]) {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      it(`${method} /files/${path} is forbidden`, async () => {
        const before = (await ask(folder.router({ exclude: [] }), 'GET', '/files/.env')).text;
        const { status } = await ask(folder.router({ access: 'full' }), method, `/files/${path}`, {}, bodyOf(['x']));
        assert.equal(status, 403);
        assert.equal((await ask(folder.router({ exclude: [] }), 'GET', '/files/.env')).text, before);
      });
    }
  }

  it('leaves what is excluded out of listings', async () => {
    const names = async (target: string): Promise<string[]> => {
      const { text } = await ask(folder.router(), 'GET', target);
      return (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
    };
    assert.deepEqual(await names('/files/'), ['.well-known', 'd', 'open.txt', 'tls']);
    assert.deepEqual(await names('/files/tls/'), ['readme.txt']);
    const { text } = await ask(folder.router(), 'GET', '/');
    assert.ok(text.includes('open.txt'));
    for (const name of ['.env', '.git', 'Cert.PEM', 'alias.txt', 'key', 'dir/']) assert.ok(!text.includes(name), name);
  });

  it('always serves what is in /.well-known/', async () => {
    for (const exclude of [['**/.*'], ['.*/**'], ['.*', '.*/**']]) {
      const router = folder.router({ exclude });
      assert.equal((await ask(router, 'GET', '/.well-known/security.txt')).text, 'Contact: me');
      assert.equal((await ask(router, 'GET', '/files/.well-known/security.txt')).text, 'Contact: me');
    }
  });

  it('serves everything where nothing is excluded', async () => {
    assert.equal((await ask(folder.router({ exclude: [] }), 'GET', '/.env')).text, secret);
  });
});
