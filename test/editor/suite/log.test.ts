import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { api, ask, extensionId, folder, started } from '../support';

const isLog = ({ uri }: vscode.TextDocument): boolean => uri.scheme === 'output' && uri.path.includes(extensionId);

/** The log as the Output panel shows it, once it fulfils `condition`. */
function shown(condition: (text: string) => boolean): Promise<vscode.TextDocument> {
  return new Promise((resolve) => {
    const look = (document: vscode.TextDocument): void => {
      if (!isLog(document) || !condition(document.getText())) return;
      for (const subscription of subscriptions) subscription.dispose();
      resolve(document);
    };
    const subscriptions = [
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
    ];
    vscode.workspace.textDocuments.forEach(look);
  });
}

describe('the log', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
    await vscode.commands.executeCommand('httpServer.showLog');
  });

  it('links what was asked for to the browser, and what was stored to the file, spaces and all', async () => {
    await ask(port, 'GET /hello.txt?linked=1');
    await ask(port, 'POST /files/linked%20file.txt', Buffer.from('x'));
    const document = await shown((text) => text.includes('linked=1') && text.includes('linked file.txt'));
    const links =
      (await vscode.commands.executeCommand<vscode.DocumentLink[] | undefined>(
        'vscode.executeLinkProvider',
        document.uri,
      )) ?? [];
    const targetOf = (text: string): vscode.Uri | undefined =>
      links.find(({ range }) => document.getText(range).endsWith(text))?.target;
    assert.match(targetOf('/hello.txt?linked=1')?.toString(true) ?? '', /\/hello\.txt\?linked=1$/);
    const stored = vscode.Uri.joinPath(folder().uri, 'linked file.txt');
    assert.equal(targetOf('linked file.txt')?.path, stored.path);
    await vscode.workspace.fs.delete(stored);
  });

  it('tells of every file of a form, links it, and warns of those that have unsaved changes', async () => {
    const files = ['of a form 1.txt', 'of a form 2.txt'];
    const second = vscode.Uri.joinPath(folder().uri, 'of a form 2.txt');
    await vscode.workspace.fs.writeFile(second, Buffer.from('old'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(second, new vscode.Position(0, 0), 'mine, ');
    await vscode.workspace.openTextDocument(second);
    await vscode.workspace.applyEdit(edit);
    const form = new FormData();
    for (const name of files) form.append('file', new Blob(['theirs']), name);
    await fetch(`http://localhost:${port}/files/`, { method: 'POST', body: form });
    const document = await shown((text) => /\[warning\].*of a form 2\.txt has unsaved changes/.test(text));
    const links =
      (await vscode.commands.executeCommand<vscode.DocumentLink[] | undefined>(
        'vscode.executeLinkProvider',
        document.uri,
      )) ?? [];
    const targets = new Set(links.map(({ target }) => target?.path));
    for (const name of files) assert.ok(targets.has(vscode.Uri.joinPath(folder().uri, name).path), name);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(second));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    for (const name of files) await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder().uri, name));
  });

  it('tells of more exchanges than a person can follow by one line with exact counts', async () => {
    const many = 3000;
    await ask(port, 'GET /hello.txt?before-the-many');
    const before = (await shown((text) => text.includes('before-the-many'))).getText().length;
    const client = await RawClient.connect(port);
    const requests = (count: number, path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count);
    await client.write(requests(many - 500, '/flood/hello.txt') + requests(500, '/hello.txt?flood'));
    for (let i = 0; i < many; i++) await client.read();
    client.close();
    const told = (whole: string): { lines: number; summed: number } => {
      const text = whole.slice(before);
      return {
        lines: text.match(/\/flood\/|\?flood/g)?.length ?? 0,
        summed: [...text.matchAll(/ and (\d+) more/g)].reduce((sum, [, count]) => sum + Number(count), 0),
      };
    };
    const document = await shown((text) => told(text).lines + told(text).summed >= many);
    const { lines, summed } = told(document.getText());
    assert.equal(lines + summed, many);
    // How many there are depends on how long it took.
    assert.ok(lines < many / 2, `${lines} lines`);
    assert.match(document.getText().slice(before), /\d+ × 2xx, \d+ × 4xx|\d+ × 4xx/);
  });

  it('warns of a file that was stored while it had unsaved changes, which are kept', async () => {
    const uri = vscode.Uri.joinPath(folder().uri, 'unsaved.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('old'));
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'mine, ');
    await vscode.workspace.applyEdit(edit);
    await ask(port, 'POST /files/unsaved.txt', Buffer.from('theirs'));
    await shown((text) => /\[warning\].*unsaved\.txt has unsaved changes/.test(text));
    assert.equal(document.getText(), 'mine, old');
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), 'theirs');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(uri);
  });

  it('names such a file in the one line, whatever it is called', async function () {
    // A name cannot hold a line break there.
    if (process.platform === 'win32') this.skip();
    const uri = vscode.Uri.joinPath(folder().uri, 'two\nlines.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('old'));
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'mine, ');
    await vscode.workspace.applyEdit(edit);
    await ask(port, 'PUT /files/two%0Alines.txt', Buffer.from('theirs'));
    const log = await shown((text) => text.includes('lines.txt has unsaved changes'));
    assert.match(log.getText(), /\[warning\].*two\\u\{a\}lines\.txt has unsaved changes/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(uri);
  });

  it('holds nothing of a request that could make a line of its own', async () => {
    await ask(port, 'GET /%0a%0d%1b[31mred');
    const document = await shown((text) => text.includes('[31mred'));
    assert.ok(
      document
        .getText()
        .split('\n')
        .every((line) => /^\d{4}-\d\d-\d\d |^$/.test(line)),
    );
  });
});
