/** A file that something is mounted on, as one that is bound into a container, can be neither replaced nor removed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
    router = folder.router({ access: 'full' });
  });
  after(() => {
    if (mounted) spawnSync('umount', ['-l', folder.at('bound.txt')]);
    (folder as TestFolder | undefined)?.remove();
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
