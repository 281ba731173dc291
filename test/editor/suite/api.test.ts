import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ApiUser } from '../../fixtures/apiUser/extension';
import { ask, when } from '../support';

describe('another extension', () => {
  let user: ApiUser;

  before(async () => {
    const extension = vscode.extensions.getExtension<ApiUser>('test.api-user');
    assert.ok(extension, 'it is not installed');
    user = await extension.activate();
  });

  beforeEach(async () => {
    await user.server.start();
    user.seen.length = 0;
  });

  it('starts the server, and is told where it is', async () => {
    await user.server.stop();
    assert.equal(user.server.url, undefined);
    const url = await user.server.start();
    assert.equal(url, user.server.url);
    assert.match(url, /^http:\/\/localhost:\d+\/$/);
    assert.deepEqual(
      user.seen.filter((what) => !what.includes(' ')),
      ['stopping', 'stopped', 'starting', 'running'],
    );
  });

  it('is told of each request', async () => {
    const told = when(user.server.onDidLog, ({ target }) => target === '/hello.txt?api');
    await ask(Number(new URL(user.server.url ?? '').port), 'GET /hello.txt?api');
    await told;
    assert.ok(user.seen.includes('GET /hello.txt?api 200'));
  });

  it('can break nothing', () => {
    assert.ok(Object.isFrozen(user.server));
  });
});
