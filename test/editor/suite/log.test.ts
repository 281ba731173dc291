import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { api, ask, extensionId, folder, reached, restoreSettings, set, started } from '../support';
import { needsPosix } from '../../support/needs';

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

interface Told {
  readonly lines: number;
  /** Those that one line stands for. */
  readonly summed: number;
}

/** How many exchanges are told of, one by one if their lines match, or together. */
const toldOf = (text: string, lines: RegExp): Told => ({
  lines: text.match(lines)?.length ?? 0,
  summed: [...text.matchAll(/ and (\d+) more/g)].reduce((sum, [, count]) => sum + Number(count), 0),
});

/** Tells in how many seconds of a clock, of which the first and the last are not whole, what has passed since fits. */
function stopwatch(): () => number {
  const begin = performance.now();
  return () => Math.ceil((performance.now() - begin) / 1000) + 1;
}

/** Where that document has links to, by the text of each. */
async function linksOf(document: vscode.TextDocument): Promise<Map<string, vscode.Uri | undefined>> {
  const links = await vscode.commands.executeCommand<vscode.DocumentLink[] | undefined>(
    'vscode.executeLinkProvider',
    document.uri,
  );
  return new Map((links ?? []).map(({ range, target }) => [document.getText(range), target]));
}

describe('the log', () => {
  let server: HttpServerApi;
  let port: number;
  const edited: vscode.TextDocument[] = [];

  /** A file of the folder, whose text in an editor is `mine, old` and not saved. It is gone after the test. */
  async function unsaved(name: string): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.joinPath(folder().uri, name);
    await vscode.workspace.fs.writeFile(uri, Buffer.from('old'));
    const document = await vscode.workspace.openTextDocument(uri);
    edited.push(document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'mine, ');
    await vscode.workspace.applyEdit(edit);
    return document;
  }

  afterEach(async () => {
    for (const document of edited.splice(0)) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await vscode.workspace.fs.delete(document.uri);
    }
  });

  /** The editor in a browser saves by itself after a second, unless it is told not to. */
  const autoSave = (value: string | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Workspace);

  before(async () => {
    server = await api();
    port = await started(server);
    await autoSave('off');
    await vscode.commands.executeCommand('httpServer.showLog');
  });
  after(() => autoSave(undefined));

  it('links what was asked for to the browser, and what was stored to the file, spaces and all', async () => {
    await ask(port, 'GET /hello.txt?linked=1');
    await ask(port, 'POST /files/linked%20file.txt', Buffer.from('x'));
    const document = await shown((text) => text.includes('linked=1') && text.includes('linked file.txt'));
    const stored = vscode.Uri.joinPath(folder().uri, 'linked file.txt');
    const links = await linksOf(document);
    assert.match(links.get('/hello.txt?linked=1')?.toString(true) ?? '', /\/hello\.txt\?linked=1$/);
    assert.equal(links.get(stored.fsPath)?.path, stored.path);
    await vscode.workspace.fs.delete(stored);
  });

  it('links what was stored while nothing is served, too', async () => {
    await ask(port, 'GET /hello.txt?gone');
    await ask(port, 'PUT /files/kept.txt', Buffer.from('x'));
    const document = await shown((text) => text.includes('?gone') && text.includes('kept.txt'));
    await server.stop();
    const links = await linksOf(document);
    const stored = vscode.Uri.joinPath(folder().uri, 'kept.txt');
    assert.equal(links.get(stored.fsPath)?.path, stored.path);
    assert.equal(links.get('/hello.txt?gone'), undefined);
    await vscode.workspace.fs.delete(stored);
    await started(server);
  });

  it('tells of every file of a form, links it, and warns of those that have unsaved changes', async () => {
    const files = ['of a form 1.txt', 'of a form 2.txt'];
    await unsaved('of a form 2.txt');
    const form = new FormData();
    for (const name of files) form.append('file', new Blob(['theirs']), name);
    await fetch(`http://localhost:${port}/files/`, { method: 'POST', body: form });
    const document = await shown((text) => /\[warning\].*of a form 2\.txt has unsaved changes/.test(text));
    const targets = new Set([...(await linksOf(document)).values()].map((target) => target?.path));
    for (const name of files) assert.ok(targets.has(vscode.Uri.joinPath(folder().uri, name).path), name);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder().uri, 'of a form 1.txt'));
  });

  it('tells of more exchanges than a person can follow by one line with exact counts', async () => {
    const many = 3000;
    await ask(port, 'GET /hello.txt?before-the-many');
    const before = (await shown((text) => text.includes('before-the-many'))).getText().length;
    const seconds = stopwatch();
    const client = await RawClient.connect(port);
    const requests = (count: number, path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count);
    await client.write(requests(many - 500, '/flood/hello.txt') + requests(500, '/hello.txt?flood'));
    for (let i = 0; i < many; i++) await client.read();
    client.close();
    const told = (text: string): Told => toldOf(text.slice(before), /\/flood\/|\?flood/g);
    const document = await shown((text) => told(text).lines + told(text).summed >= many);
    const { lines, summed } = told(document.getText());
    assert.equal(lines + summed, many);
    // How many there are depends on how long it took.
    assert.ok(lines <= 100 * seconds(), `${lines} lines`);
    if (summed > 0) assert.match(document.getText().slice(before), /\d+ × 2xx, \d+ × 4xx|\d+ × 4xx/);
  });

  it('tells of what went wrong in a second of thousands of requests that did not', async () => {
    const client = await RawClient.connect(port);
    const requests = (count: number, path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count);
    await client.write(
      requests(2000, '/hello.txt?drowning') + requests(1, '/lost-among-many') + requests(500, '/hello.txt'),
    );
    for (let i = 0; i < 2501; i++) await client.read();
    client.close();
    await shown((text) => /\[warning\] 404 GET .*\/lost-among-many/.test(text));
  });

  it('warns of a file that was stored while it had unsaved changes, which are kept', async () => {
    const document = await unsaved('unsaved.txt');
    await ask(port, 'POST /files/unsaved.txt', Buffer.from('theirs'));
    await shown((text) => /\[warning\].*unsaved\.txt has unsaved changes/.test(text));
    assert.equal(document.getText(), 'mine, old');
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(document.uri)).toString(), 'theirs');
  });

  it('says again where it serves when that had failed', async () => {
    const failed = reached(server, 'failed');
    await set('root', 'no-such-folder');
    await vscode.commands.executeCommand('httpServer.restart');
    await failed;
    const running = reached(server, 'running');
    await restoreSettings();
    await running;
    const behind = (text: string): string => text.slice(text.lastIndexOf('no-such-folder'));
    await shown((text) => text.includes('no-such-folder') && /\[info\] .*http:\/\/localhost:\d+\//.test(behind(text)));
  });

  it('names such a file in the one line, whatever it is called', async function () {
    // A name cannot hold a line break there.
    needsPosix(this);
    await unsaved('two\nlines.txt');
    await ask(port, 'PUT /files/two%0Alines.txt', Buffer.from('theirs'));
    const log = await shown((text) => text.includes('lines.txt has unsaved changes'));
    assert.match(log.getText(), /\[warning\].*two\\u\{a\}lines\.txt has unsaved changes/);
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

  // It comes last, for it leaves no room for lines of others in its second.
  it('warns of such a file no more than once a second', async () => {
    const times = 200;
    await unsaved('often.txt');
    const before = (await shown(() => true)).getText().length;
    const seconds = stopwatch();
    const client = await RawClient.connect(port);
    await client.write('PUT /files/often.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx'.repeat(times));
    for (let i = 0; i < times; i++) await client.read();
    client.close();
    const warnings = (text: string): number => text.slice(before).match(/often\.txt has unsaved changes/g)?.length ?? 0;
    const document = await shown((text) => {
      const { lines, summed } = toldOf(text.slice(before), /PUT .*often\.txt/g);
      return lines + summed >= times && warnings(text) > 0;
    });
    assert.ok(warnings(document.getText()) <= seconds(), `${warnings(document.getText())} warnings`);
  });
});
