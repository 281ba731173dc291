/** What the commands are about when nothing was clicked on, and what cannot be opened. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { activeFile } from '../../../src/editor/common/activeFile';
import { forLabel } from '../../../src/editor/common/words';
import { api, ask, folder, reached, repeatedly, started, when } from '../support';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

const closeAll = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.action.closeAllEditors');

describe('the file in front of the user', function () {
  const made: vscode.Uri[] = [];

  async function make(name: string, content: Buffer): Promise<vscode.Uri> {
    const uri = vscode.Uri.joinPath(folder().uri, name);
    await vscode.workspace.fs.writeFile(uri, content);
    made.push(uri);
    return uri;
  }

  /** Opens it in the editor that the user would get; resolves when that is told. */
  async function open(uri: vscode.Uri): Promise<void> {
    const isOpen = (): boolean => vscode.window.tabGroups.activeTabGroup.activeTab?.label === uri.path.split('/').pop();
    const opened = when(vscode.window.tabGroups.onDidChangeTabs, isOpen);
    await vscode.commands.executeCommand('vscode.open', uri);
    if (!isOpen()) await opened;
  }

  afterEach(async () => {
    await closeAll();
    for (const uri of made.splice(0)) await vscode.workspace.fs.delete(uri);
  });

  const kinds: readonly (readonly [kind: string, name: string, content: Buffer])[] = [
    ['text', 'a text.txt', Buffer.from('text')],
    ['a picture', 'a picture.png', Buffer.from(pixel, 'base64')],
    ['a notebook', 'a notebook.ipynb', Buffer.from(notebook)],
  ];
  for (const [kind, name, content] of kinds) {
    it(`is known if it is ${kind}`, async () => {
      const uri = await make(name, content);
      await open(uri);
      assert.equal(activeFile()?.toString(), uri.toString());
    });
  }

  it('is the one that was changed, of two that are compared', async () => {
    const [before, after] = [await make('before.txt', Buffer.from('1')), await make('after.txt', Buffer.from('2'))];
    const opened = when(
      vscode.window.tabGroups.onDidChangeTabs,
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
    );
    await vscode.commands.executeCommand('vscode.diff', before, after);
    await opened;
    assert.equal(activeFile()?.toString(), after.toString());
  });

  it('is not the Output panel, even if that has the focus', async () => {
    const uri = await make('beside the log.txt', Buffer.from('text'));
    await open(uri);
    await vscode.commands.executeCommand('httpServer.showLog');
    await vscode.commands.executeCommand('workbench.panel.output.focus');
    assert.equal(activeFile()?.toString(), uri.toString());
  });

  it('is none where no editor is open', async () => {
    await closeAll();
    assert.equal(activeFile(), undefined);
  });
});

describe('a file that is gone, though its editor is open', () => {
  for (const command of ['openFile', 'copyUrl']) {
    it(`is no error of ${command}, but said to be gone`, async () => {
      await vscode.env.clipboard.writeText('before');
      const gone = vscode.Uri.joinPath(folder().uri, 'gone.html');
      // It resolves when the message is closed.
      const told = Promise.resolve(vscode.commands.executeCommand(`httpServer.${command}`, gone));
      await repeatedly(async () => vscode.commands.executeCommand('notifications.clearAll'), told);
      assert.equal(await vscode.env.clipboard.readText(), 'before');
    });
  }
});

describe('a file that is called like an icon', () => {
  it('is no icon', () => assert.equal(forLabel('$(trash) $(x).html'), '\\$(trash) \\$(x).html'));
});

describe('the folder that is served', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
  });
  after(() => vscode.commands.executeCommand('httpServer.serveFolder', folder().uri));

  it('is the one that was picked while the server was starting', async () => {
    const starting = reached(server, 'stopped').then(() => reached(server, 'starting'));
    const restarted = vscode.commands.executeCommand('httpServer.restart');
    await starting;
    await vscode.commands.executeCommand('httpServer.serveFolder', vscode.Uri.joinPath(folder().uri, 'notes'));
    await restarted;
    assert.equal((await ask(port, 'GET /files/readme.txt')).status, 200);
  });
});
