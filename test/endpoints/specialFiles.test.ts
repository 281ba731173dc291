/** What is no file and no folder does not exist, and never makes anybody wait. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { isInstalled, needs, needsPosix } from '../support/needs';
import { ask, bodyOf } from '../support/request';
import { TestFolder } from '../support/folder';

const hasPipes = isInstalled('mkfifo');

describe('special files', function () {
  let folder: TestFolder;
  let socket: Server;
  before(async function () {
    needsPosix(this);
    folder = new TestFolder();
    if (hasPipes) execFileSync('mkfifo', [folder.at('fifo'), folder.at('index.html')]);
    folder.write('a.txt', 'a').link('linked', 'fifo').link('null', '/dev/null').link('zero', '/dev/zero');
    socket = createServer();
    await new Promise<void>((resolve) => socket.listen(folder.at('socket'), resolve));
  });
  after(async () => {
    await new Promise((resolve) => socket.close(resolve));
    folder.remove();
  });

  const isPipe = (name: string): boolean => ['fifo', 'linked'].includes(name);
  for (const name of ['fifo', 'socket', 'linked', 'null', 'zero']) {
    for (const prefix of ['/', '/files/']) {
      it(`${prefix}${name} is not there`, async function () {
        needs(this, 'mkfifo', hasPipes || !isPipe(name));
        for (const method of ['GET', 'HEAD']) {
          assert.equal((await ask(folder.router(), method, prefix + name)).status, 404);
        }
      });
    }
  }

  it('are not in listings', async () => {
    const { text } = await ask(folder.router(), 'GET', '/files/');
    assert.deepEqual(
      (JSON.parse(text) as { name: string }[]).map(({ name }) => name),
      ['a.txt'],
    );
  });

  it('are no index of a folder', async function () {
    needs(this, 'mkfifo', hasPipes);
    const { status, text } = await ask(folder.router(), 'GET', '/');
    assert.equal(status, 200);
    assert.ok(text.includes('a.txt'));
  });

  it('are not replaced by an upload, nor removed', async () => {
    const router = folder.router({ access: 'full' });
    for (const name of hasPipes ? ['fifo', 'socket'] : ['socket']) {
      assert.equal((await ask(router, 'PUT', `/files/${name}`, {}, bodyOf(['x']))).status, 409);
      assert.equal((await ask(router, 'DELETE', `/files/${name}`)).status, 404);
      const { status, text } = await ask(router, 'MOVE', '/files/a.txt', { Destination: `/files/${name}` });
      assert.deepEqual([status, text], [409, 'A thing that is no file has that name.\n']);
      assert.ok(!lstatSync(folder.at(name)).isFile());
    }
    assert.equal(folder.left(), 0);
  });
});
