import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../../src/editor/api';
import { api, ask, started, when } from '../../support';

const folderNamed = (name: string): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.find((candidate) => candidate.name === name);
  return folder?.uri ?? assert.fail(`no folder is called ${name}`);
};

describe('a window with two folders', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
    for (const name of ['first', 'second']) {
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folderNamed(name), 'name.txt'), Buffer.from(name));
    }
  });

  const served = async (): Promise<string> => (await ask(port, 'GET /files/name.txt')).body.toString();

  it('serves the first', async () => {
    assert.equal(await served(), 'first');
  });

  it('serves the second when told to, on the same port', async () => {
    await vscode.commands.executeCommand('httpServer.serveFolder', folderNamed('second'));
    assert.equal(await served(), 'second');
  });

  it('remembers that over a restart', async () => {
    await vscode.commands.executeCommand('httpServer.restart');
    assert.equal(await served(), 'second');
  });

  it('is not disturbed by a folder that is added', async () => {
    const third = vscode.Uri.joinPath(folderNamed('second'), '../third');
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(third, 'name.txt'), Buffer.from('third'));
    const added = when(vscode.workspace.onDidChangeWorkspaceFolders);
    assert.ok(vscode.workspace.updateWorkspaceFolders(2, 0, { uri: third }));
    await added;
    assert.equal(await served(), 'second');
    await vscode.commands.executeCommand('httpServer.serveFolder', folderNamed('third'));
    assert.equal(await served(), 'third');
  });

  it('serves the first again, on the same port, when the one that is served is removed', async () => {
    const applied = when(server.onDidChangeState, (kind) => kind === 'running');
    assert.ok(vscode.workspace.updateWorkspaceFolders(2, 1));
    await applied;
    assert.equal(await served(), 'first');
    assert.equal(server.url, `http://localhost:${port}/`);
  });
});
