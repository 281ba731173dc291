/** A file that something is mounted on, as one that is bound into a container, can be neither replaced nor removed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Endpoint } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { needs, needsLinux, needsSuperuser } from '../support/needs';
import { ask, bodyOf } from '../support/request';

describe('F4: a mount point', () => {
  let folder: TestFolder;
  let router: Endpoint;
  let mounted = false;
  before(function () {
    needsLinux(this);
    needsSuperuser(this);
    folder = new TestFolder().write('bound.txt', 'below').write('../source.txt', 'bound');
    mounted = spawnSync('mount', ['--bind', folder.at('../source.txt'), folder.at('bound.txt')]).status === 0;
    needs(this, 'the right to mount', mounted);
    for (const at of ['holds/folder', 'holds/void', '../elsewhere/empty', '../void'])
      mkdirSync(folder.at(at), { recursive: true });
    folder.write('../elsewhere/there.txt', 't').write('plain.txt', 'p');
    spawnSync('mount', ['--bind', folder.at('../elsewhere'), folder.at('holds/folder')]);
    spawnSync('mount', ['--bind', folder.at('../void'), folder.at('holds/void')]);
    router = folder.router({ access: 'full' });
  });
  after(() => {
    if (mounted)
      for (const at of ['bound.txt', 'holds/folder', 'holds/void']) spawnSync('umount', ['-l', folder.at(at)]);
    (folder as TestFolder | undefined)?.remove();
  });

  const away = /^That is on another file system/;
  for (const [promise, method, target, destination, said = /^Something is mounted there/] of [
    ['is not moved', 'MOVE', '/files/bound.txt', '/files/new.txt'],
    ['is not replaced by MOVE', 'MOVE', '/files/plain.txt', '/files/bound.txt'],
    ['is not replaced by COPY', 'COPY', '/files/plain.txt', '/files/bound.txt'],
    ['keeps the folder that it is in from being moved', 'MOVE', '/files/holds/', '/files/new/'],
    ['keeps the folder that it is in from being removed', 'DELETE', '/files/holds/', ''],
    ['is not moved, as a folder', 'MOVE', '/files/holds/folder/', '/files/new/'],
    ['is not removed, as a folder', 'DELETE', '/files/holds/folder/', ''],
    ['is not replaced by a file, as an empty folder', 'MOVE', '/files/plain.txt', '/files/holds/void'],
    ['takes nothing from another file system', 'MOVE', '/files/plain.txt', '/files/holds/folder/new.txt', away],
    ['gives nothing to another file system', 'MOVE', '/files/holds/folder/there.txt', '/files/new.txt', away],
    ['keeps the empty folder that was to go', 'MOVE', '/files/plain.txt', '/files/holds/folder/empty', away],
  ] as const) {
    it(`${promise}: 409`, async () => {
      const answer = await ask(router, method, target, destination === '' ? {} : { Destination: destination });
      assert.equal(answer.status, 409, answer.text);
      assert.match(answer.text, said);
      assert.deepEqual(readdirSync(folder.path, { recursive: true }).sort(), [
        ...['bound.txt', 'holds', 'holds/folder', 'holds/folder/empty', 'holds/folder/there.txt', 'holds/void'],
        'plain.txt',
      ]);
      assert.equal(readFileSync(folder.at('bound.txt'), 'utf8'), 'bound');
    });
  }

  it('is entered by COPY, which makes a new file', async () => {
    const destination = { Destination: '/files/holds/folder/copy.txt' };
    assert.equal((await ask(router, 'COPY', '/files/plain.txt', destination)).status, 201);
    assert.equal((await ask(router, 'DELETE', destination.Destination)).status, 204);
  });

  const form = '--b\r\nContent-Disposition: form-data; name="f"; filename="bound.txt"\r\n\r\nx\r\n--b--\r\n';
  const type = { 'Content-Type': 'multipart/form-data; boundary=b' };
  for (const [promise, method, target, fields, body] of [
    ['is not replaced by PUT', 'PUT', '/files/bound.txt', {}, 'x'],
    ['is not replaced by POST', 'POST', '/files/bound.txt', {}, 'x'],
    ['is not replaced by a form', 'POST', '/files/', type, form],
    ['is not removed', 'DELETE', '/files/bound.txt', {}, ''],
  ] as const) {
    it(promise, async () => {
      const { status, text } = await ask(router, method, target, fields, bodyOf([body]));
      assert.equal(status, 409);
      assert.ok(text.endsWith('Something is mounted there: it can be neither replaced nor removed.\n'), text);
      assert.equal(readFileSync(folder.at('bound.txt'), 'utf8'), 'bound');
      assert.equal(folder.left(), 0);
    });
  }
});
