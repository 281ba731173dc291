/** Requests that came, as the editor shows them and as its user goes on with them. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { api, ask, folder, started, when } from '../support';

const json = Buffer.from('{"ref":"main"}');

describe('requests that came', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  /** A webhook; resolves to its number. */
  async function webhook(name: string, content: Uint8Array = json): Promise<number> {
    const waited = server.waitForRequest({ text: `/hooks/${name}` });
    const client = await RawClient.connect(port);
    const fields = ['Host: localhost', 'Content-Type: application/json', 'Authorization: Bearer abc'];
    const head = [`POST /hooks/${name} HTTP/1.1`, ...fields, `Content-Length: ${content.length}`, '', ''].join('\r\n');
    await client.write(Buffer.concat([Buffer.from(head), content]));
    await client.read();
    client.close();
    const request = await waited;
    assert.ok(request);
    return request.number;
  }

  const shown = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;

  async function text(number: number): Promise<string> {
    await vscode.commands.executeCommand('httpServer.openRequest', number);
    return shown()?.getText() ?? '';
  }

  it('open as a document that can only be read, with JSON laid out and secrets masked', async () => {
    const document = await text(await webhook('open'));
    assert.match(document, /^# \d+ · \S+Z · \S+\n# .*\n# .*\nPOST \/hooks\/open HTTP\/1\.1\n/);
    assert.match(document, /\{\n {2}"ref": "main"\n\}/);
    assert.match(document, /\nHTTP\/1\.1 405 Method Not Allowed\n/);
    assert.equal(shown()?.languageId, 'http-exchange');
    assert.equal(shown()?.uri.scheme, 'http-server-request');
  });

  it('link the file that was stored', async () => {
    const waited = server.waitForRequest({ method: 'PUT', text: 'linked.txt' });
    await ask(port, 'PUT /files/linked.txt', Buffer.from('a'));
    const number = (await waited)?.number ?? 0;
    await text(number);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      shown()?.uri,
    );
    const file = vscode.Uri.joinPath(folder().uri, 'linked.txt');
    assert.ok(links.some(({ target }) => target?.fsPath === file.fsPath));
    await vscode.workspace.fs.delete(file);
  });

  it('link nothing that a stranger has written', async () => {
    for (const line of ['# → ../../etc/passwd', '# → hello.txt', 'x\n\n# Response\n# → hello.txt']) {
      await text(await webhook('links', Buffer.from(line)));
      const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
        'vscode.executeLinkProvider',
        shown()?.uri,
      );
      assert.deepEqual(
        links.map(({ target }) => target?.toString()).filter((target) => target?.startsWith('file:')),
        [],
      );
    }
  });

  it('are compared with the one before', async () => {
    const first = await webhook('compared');
    const second = await webhook('compared', Buffer.from('{"ref":"other"}'));
    await vscode.commands.executeCommand('httpServer.compareRequest', second);
    const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.deepEqual(
      [input.original.path, input.modified.path],
      [`/request-${first}.http-exchange`, `/request-${second}.http-exchange`],
    );
  });

  const copies: readonly (readonly [promise: string, command: string, expected: RegExp])[] = [
    ['as curl', 'httpServer.copyRequestAsCurl', /^curl .*\/hooks\/copied' .*--data-raw '\{"ref":"main"\}'$/s],
    ['as fetch', 'httpServer.copyRequestAsFetch', /^await fetch\("http:\/\/localhost:\d+\/hooks\/copied", \{/],
    ['by their content', 'httpServer.copyRequestContent', /^\{"ref":"main"\}$/],
  ];
  for (const [promise, command, expected] of copies) {
    it(`are copied ${promise}, without secrets`, async () => {
      await vscode.commands.executeCommand(command, await webhook('copied'));
      const copied = await vscode.env.clipboard.readText();
      assert.match(copied, expected);
      assert.ok(!copied.includes('abc'));
    });
  }

  it('are sent again', async () => {
    const number = await webhook('again');
    await vscode.commands.executeCommand('httpServer.replayRequest', number);
    const document = shown()?.getText() ?? '';
    assert.match(document, /\nPOST \/hooks\/again HTTP\/1\.1\n/);
    assert.ok(!document.startsWith(`# ${number} `));
  });

  it('are edited and sent again, and are on no disk meanwhile', async () => {
    const number = await webhook('edited');
    await vscode.commands.executeCommand('httpServer.editRequest', number);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor?.document.uri.scheme === 'http-server-edit');
    assert.match(
      editor.document.getText(),
      /^POST \/hooks\/edited HTTP\/1\.1\n.*Authorization: \*\*\*\n.*\n\n\{"ref":"main"\}$/s,
    );
    const saved = when(vscode.workspace.onDidSaveTextDocument, ({ uri }) => uri.scheme === 'http-server-edit');
    const at = editor.document.positionAt(editor.document.getText().indexOf('edited'));
    await editor.edit((edit) => edit.insert(at, 'never-'));
    // What is not dirty, no backup is made of.
    await saved;
    assert.equal(editor.document.isDirty, false);
    await vscode.commands.executeCommand('httpServer.sendRequest', editor.document.uri);
    assert.match(shown()?.getText() ?? '', /\nPOST \/hooks\/never-edited HTTP\/1\.1\n.*"ref": "main"/s);
  });

  it('are listed for other extensions, and waited for', async () => {
    const since = await webhook('since');
    const number = await webhook('listed');
    const [newest] = await server.requests({ method: 'POST', status: '4xx' });
    assert.equal(newest?.number, number);
    assert.equal((await server.waitForRequest({ text: 'listed' }, { since }))?.number, number);
    assert.equal(await server.waitForRequest({ text: 'nobody' }, { timeout: 1 }), undefined);
  });

  it('are waited for by a command, which tells a task the number and nothing else', async () => {
    const waited = vscode.commands.executeCommand<string>('httpServer.waitForRequest', { text: 'task', since: 0 });
    const number = await webhook('task');
    assert.equal(await waited, String(number));
  });

  it('are forgotten when they are cleared, and their documents say so', async () => {
    const number = await webhook('cleared');
    await vscode.commands.executeCommand('httpServer.clearRequests');
    assert.deepEqual(await server.requests(), []);
    assert.match(await text(number), /^# The request is not kept any more\.\n$/);
  });

  it('have numbers that go on when the server starts again, and nobody waits for one that is gone', async () => {
    const number = await webhook('before');
    const waited = server.waitForRequest({ text: 'never' });
    const rejected = assert.rejects(waited, /The server is not running\./);
    await server.stop();
    await rejected;
    await assert.rejects(server.requests(), /The server is not running\./);
    port = await started(server);
    assert.ok((await webhook('after')) > number);
  });
});
