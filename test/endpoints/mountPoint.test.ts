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
    mkdirSync(folder.at('holds/folder'), { recursive: true });
    folder.write('../elsewhere/there.txt', 't').write('plain.txt', 'p');
    spawnSync('mount', ['--bind', folder.at('../elsewhere'), folder.at('holds/folder')]);
    router = folder.router({ access: 'full' });
  });
  after(() => {
    if (mounted) for (const at of ['bound.txt', 'holds/folder']) spawnSync('umount', ['-l', folder.at(at)]);
    (folder as TestFolder | undefined)?.remove();
  });

  for (const [promise, method, target, destination] of [
    ['is not moved', 'MOVE', '/files/bound.txt', '/files/new.txt'],
    ['is not replaced by MOVE', 'MOVE', '/files/plain.txt', '/files/bound.txt'],
    ['is not replaced by COPY', 'COPY', '/files/plain.txt', '/files/bound.txt'],
    ['keeps the folder that it is in from being moved', 'MOVE', '/files/holds/', '/files/new/'],
    ['keeps the folder that it is in from being removed', 'DELETE', '/files/holds/', ''],
    ['is not moved, as a folder', 'MOVE', '/files/holds/folder/', '/files/new/'],
    ['is not removed, as a folder', 'DELETE', '/files/holds/folder/', ''],
    ['takes nothing from another file system', 'MOVE', '/files/plain.txt', '/files/holds/folder/new.txt'],
    ['gives nothing to another file system', 'MOVE', '/files/holds/folder/there.txt', '/files/new.txt'],
  ] as const) {
    it(`${promise}: 409`, async () => {
      const answer = await ask(router, method, target, destination === '' ? {} : { Destination: destination });
      assert.equal(answer.status, 409, answer.text);
      assert.deepEqual(readdirSync(folder.path, { recursive: true }).sort(), [
        ...['bound.txt', 'holds', 'holds/folder', 'holds/folder/there.txt', 'plain.txt'],
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
