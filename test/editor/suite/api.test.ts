import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import type { ApiUser } from '../../fixtures/apiUser/extension';
import type { HttpServerApi as Documented } from '../../fixtures/apiUser/httpServerApi';
import { ask, restoreSettings, set, when } from '../support';

/** What docs/editor.md says is what there is: the compiler sees to it. */
const same = (api: HttpServerApi): Documented => api;
const sameAgain = (api: Documented): HttpServerApi => api;

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

  it('is told, by the example of docs/editor.md, where the browser reaches the server', async () => {
    await user.server.stop();
    const told = await user.follow();
    const site = await vscode.env.asExternalUri(vscode.Uri.parse(user.server.url ?? '', true));
    assert.equal(told?.toString(), site.toString());
  });

  it('is told what is served, and where each file of it is', async () => {
    const { server } = user;
    const [workspaceFolder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspaceFolder);
    const at = (name: string): vscode.Uri => vscode.Uri.joinPath(workspaceFolder.uri, name);
    assert.equal(server.folder?.fsPath, workspaceFolder.uri.fsPath);
    for (const [resource, path] of [
      [workspaceFolder.uri, '/'],
      [at('hello.txt'), '/hello.txt'],
      [at('a folder/'), '/a%20folder/'],
      [at('50% #1?.txt'), '/50%25%20%231%3F.txt'],
      [at('.env'), undefined],
      [at('../elsewhere.txt'), undefined],
      [at('hello.txt').with({ scheme: 'untitled' }), undefined],
    ] as const) {
      const url = path && new URL(path, server.url).href;
      assert.equal(server.asUrl(resource), url, resource.toString());
    }
    assert.match(server.version, /^\d+\.\d+\.\d+/);
    await server.stop();
    assert.deepEqual([server.folder, server.asUrl(at('hello.txt'))], [undefined, undefined]);
  });

  it('starts the server anew', async () => {
    user.seen.length = 0;
    assert.equal(await user.server.restart(), user.server.url);
    assert.deepEqual(
      user.seen.filter((what) => !what.includes(' ')),
      ['stopping', 'stopped', 'starting', 'running'],
    );
  });

  it('gets a sentence that says why the server does not start', async () => {
    await user.server.stop();
    await set('root', 'no/such/folder');
    await assert.rejects(user.server.start(), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.match(
        error.message,
        /^The folder no\/such\/folder, which the setting httpServer\.root names, does not exist\.$/,
      );
      return true;
    });
    await restoreSettings();
  });

  it('can break nothing', () => {
    const api = sameAgain(same(user.server));
    assert.ok(Object.isFrozen(api));
  });
});
