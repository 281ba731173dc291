/** Links inside the folder are followed; one that leads out does not exist. */
import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { knowsDescriptors } from '../../src/files/descriptor';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

describe('links', () => {
  let folder: TestFolder;
  const secret = 'from outside';
  beforeEach(() => {
    folder = new TestFolder();
    mkdirSync(join(folder.outside, 'site2'));
    writeFileSync(join(folder.outside, 'secret.txt'), secret);
    writeFileSync(join(folder.outside, 'site2', 'secret.txt'), secret);
    folder.write('real/a.txt', 'inside').write('top.txt', 'top');
    folder.link('file.txt', 'real/a.txt').link('dir', 'real').link('chain', 'dir').link('real/up.txt', '../top.txt');
    folder.link('out.txt', '../secret.txt').link('out', '..').link('sibling', '../site2').link('etc', '/etc');
    folder.link('absolute.txt', join(folder.outside, 'secret.txt')).link('hop', 'out').link('real/hop', '../out/site2');
    folder.link('loop', 'loop').link('a', 'b').link('b', 'a').link('nowhere', 'not/here').link('new', '../made.txt');
  });
  afterEach(() => folder.remove());

  const followed: readonly (readonly [target: string, text: string])[] = [
    ['/file.txt', 'inside'],
    ['/dir/a.txt', 'inside'],
    ['/chain/a.txt', 'inside'],
    ['/chain/up.txt', 'top'],
    ['/files/chain/a.txt', 'inside'],
  ];
  for (const [target, text] of followed) {
    it(`${target} leads to a file inside`, async () => {
      assert.equal((await ask(folder.router(), 'GET', target)).text, text);
    });
  }

  const absent = [
    '/out.txt',
    '/absolute.txt',
    '/out/secret.txt',
    '/out/site2/secret.txt',
    '/sibling/secret.txt',
    '/hop/secret.txt',
    '/real/hop/secret.txt',
    '/etc/hostname',
    // Not even that there is a folder.
    '/out',
    '/out/',
    '/sibling',
    '/sibling/',
    '/etc',
    '/etc/',
    '/loop',
    '/loop/x',
    '/a',
    '/nowhere',
    '/nowhere/',
  ];
  for (const target of absent) {
    for (const prefix of ['', '/files']) {
      it(`${prefix}${target} does not exist`, async () => {
        const { status, text } = await ask(folder.router(), 'GET', prefix + target);
        assert.equal(status, 404);
        assert.equal(text, 'There is no such file.\n');
      });
    }
  }

  it('shows links in listings where they lead to something inside', async () => {
    const { text } = await ask(folder.router(), 'GET', '/files/');
    const entries = JSON.parse(text) as { name: string; type: string; size: number }[];
    assert.deepEqual(
      entries.map(({ name, type, size }) => [name, type, size]),
      [
        ['chain', 'directory', 0],
        ['dir', 'directory', 0],
        ['file.txt', 'file', 6],
        ['real', 'directory', 0],
        ['top.txt', 'file', 3],
      ],
    );
  });

  const refused = [
    'out.txt',
    'absolute.txt',
    'out/x.txt',
    'sibling/x.txt',
    'hop/x.txt',
    'nowhere',
    'new',
    'loop',
    'a/x',
  ];
  for (const path of refused) {
    for (const method of ['POST', 'PUT']) {
      it(`${method} /files/${path} writes nothing outside`, async () => {
        const { status } = await ask(folder.router(), method, `/files/${path}`, {}, bodyOf(['overwritten']));
        assert.equal(status, 403);
        assert.deepEqual(readdirSync(folder.outside).sort(), ['secret.txt', 'site', 'site2']);
        assert.equal(readFileSync(join(folder.outside, 'secret.txt'), 'utf8'), secret);
        assert.deepEqual(readdirSync(join(folder.outside, 'site2')), ['secret.txt']);
        assert.equal(folder.left(), 0);
      });
    }
  }

  it('writes through a link to a file inside, and the link stays', async () => {
    const { status } = await ask(folder.router(), 'PUT', '/files/file.txt', {}, bodyOf(['new']));
    assert.equal(status, 204);
    assert.ok(lstatSync(folder.at('file.txt')).isSymbolicLink());
    assert.equal(readFileSync(folder.at('real/a.txt'), 'utf8'), 'new');
  });

  it('writes into a linked folder inside', async () => {
    const { status, response } = await ask(folder.router(), 'POST', '/files/chain/new.txt', {}, bodyOf(['new']));
    assert.equal(status, 201);
    assert.deepEqual(response.stored, ['real/new.txt']);
    assert.equal(readFileSync(folder.at('real/new.txt'), 'utf8'), 'new');
  });

  it('removes the link and not what it leads to', async () => {
    const router = folder.router({ access: 'full' });
    assert.equal((await ask(router, 'DELETE', '/files/file.txt')).status, 204);
    assert.equal(readFileSync(folder.at('real/a.txt'), 'utf8'), 'inside');
    assert.equal((await ask(router, 'DELETE', '/files/out.txt')).status, 403);
    assert.ok(lstatSync(folder.at('out.txt')).isSymbolicLink());
  });

  it('sees at once that a folder was exchanged for a link', async () => {
    folder.write('swap/secret.txt', 'inside');
    const router = folder.router();
    for (let i = 0; i < 50; i++) {
      assert.equal((await ask(router, 'GET', '/swap/secret.txt')).text, 'inside');
      renameSync(folder.at('swap'), folder.at('kept'));
      symlinkSync('../site2', folder.at('swap'));
      assert.equal((await ask(router, 'GET', '/swap/secret.txt')).status, 404);
      rmSync(folder.at('swap'));
      renameSync(folder.at('kept'), folder.at('swap'));
    }
  });

  it('never serves or writes outside while a folder and a link take turns', async () => {
    folder.write('swap/secret.txt', 'inside');
    const router = folder.router();
    const swapper = new Worker(takeTurns, { eval: true, workerData: folder.at('') });
    await once(swapper, 'message');
    const seen = new Map<number, number>();
    try {
      for (let i = 0; i < 1000; i++) {
        const { status, text } = await ask(router, 'GET', '/swap/secret.txt');
        assert.notEqual(text, secret);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        // Only where a folder can be held open is it certain that nothing is written elsewhere.
        if (i % 10 === 0 && knowsDescriptors)
          await ask(router, 'PUT', '/files/swap/secret.txt', {}, bodyOf(['inside']));
      }
    } finally {
      await swapper.terminate();
    }
    assert.equal(readFileSync(join(folder.outside, 'site2', 'secret.txt'), 'utf8'), secret);
    assert.deepEqual(readdirSync(join(folder.outside, 'site2')), ['secret.txt']);
    assert.deepEqual(
      [...seen.keys()].filter((status) => ![200, 404, 503].includes(status)),
      [],
    );
    assert.ok((seen.get(200) ?? 0) > 0 && (seen.get(404) ?? 0) > 0, 'the turns were too slow to be seen');
  });
});

/** Exchanges `swap` and a link to a folder outside, as fast as it can; begins anew when a request has made `swap` meanwhile. */
const takeTurns = `
  const { existsSync, renameSync, rmSync, symlinkSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const at = (name) => workerData + '/' + name;
  const again = { recursive: true, force: true };
  parentPort.postMessage('ready');
  for (;;) {
    try {
      if (existsSync(at('kept'))) {
        rmSync(at('swap'), again);
        renameSync(at('kept'), at('swap'));
      }
      rmSync(at('link'), again);
      symlinkSync('../site2', at('link'));
      renameSync(at('swap'), at('kept'));
      renameSync(at('link'), at('swap'));
      renameSync(at('swap'), at('link'));
      renameSync(at('kept'), at('swap'));
    } catch {}
  }
`;
