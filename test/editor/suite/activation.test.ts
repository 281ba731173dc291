import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { api, ask, extensionId, reached } from '../support';

describe('activation', () => {
  let server: HttpServerApi;

  before(async () => {
    server = await api();
    await reached(server, 'running');
  });

  it('happens without being asked for, and starts the server', () => {
    assert.equal(vscode.extensions.getExtension(extensionId)?.isActive, true);
    assert.equal(server.state, 'running');
  });

  it('leaves a server that a plain TCP client reaches', async () => {
    const { status } = await ask(Number(new URL(server.url ?? '').port), 'GET /');
    assert.equal(status, 200);
  });

  it('serves the workspace folder', async () => {
    const response = await ask(Number(new URL(server.url ?? '').port), 'GET /files/hello.txt');
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'hello.txt');
    assert.deepEqual(response.body, Buffer.from(await vscode.workspace.fs.readFile(uri)));
  });

  it('registers every command that it declares, and no other', async () => {
    const known = await vscode.commands.getCommands(true);
    const { contributes } = vscode.extensions.getExtension(extensionId)!.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const declared = contributes.commands.map(({ command }) => command);
    // The editor makes some of its own for each view, behind its name.
    const ours = known.filter((id) => /^httpServer\.\w+$/.test(id));
    assert.deepEqual(ours.sort(), declared.sort());
  });
});
