/** What the editor tells the server: files that change, text that is not saved, and neither for nothing. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { api, ask, folder, reached, repeatedly, restoreSettings, set, started, when } from '../support';

/** A page, as the server sees one: somebody who listens. */
class Listener {
  private constructor(readonly client: RawClient) {}

  static async open(port: number): Promise<Listener> {
    const client = await RawClient.connect(port);
    await client.write(`GET /.http-server/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    const listener = new Listener(client);
    await listener.heard('retry');
    return listener;
  }

  /** Waits until it was told that; returns all it was told. */
  async heard(text: string): Promise<string> {
    for (;;) {
      const told = this.client.pending.toString();
      if (told.includes(text)) return told;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe('live reload', function () {
  let server: HttpServerApi;
  let port: number;
  let listener: Listener;

  const at = (name: string): string => path.join(folder().uri.fsPath, name);
  const text = async (target: string): Promise<string> => (await ask(port, `GET ${target}`)).body.toString();

  /** Writes a file until the listener hears of it: a watcher may take a moment to look. */
  async function written(name: string): Promise<void> {
    const heard = listener.heard(`/${name}`);
    const again = setInterval(() => void writeFile(at(name), String(Math.random())), 500);
    await heard.finally(() => clearInterval(again));
  }

  /** Waits until the site answers with that text. */
  async function shown(target: string, wanted: string): Promise<void> {
    while ((await text(target)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function applied(name: string, value: unknown): Promise<void> {
    const changed = when(server.onDidChangeState, (kind) => kind === 'running');
    await set(name, value);
    await changed;
  }

  /** The editor in a browser saves by itself after a second, unless it is told not to. */
  const autoSave = (value: string | undefined): Thenable<void> =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Workspace);

  before(async () => {
    server = await api();
    port = await started(server);
    await autoSave('off');
  });
  after(() => autoSave(undefined));
  beforeEach(async () => {
    listener = await Listener.open(port);
  });
  afterEach(async () => {
    listener.client.close();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await restoreSettings();
    await reached(server, 'running');
  });

  it('tells of a file that is written, but not of one that is excluded', async () => {
    await writeFile(at('.hidden'), 'x');
    await written('told.txt');
    assert.doesNotMatch(await listener.heard('told.txt'), /hidden/);
  });

  it('tells of thousands of files at once as of everything', async () => {
    await written('first.txt');
    await mkdir(at('many'));
    const writeAll = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 3000 }, (_, i) => writeFile(at(`many/${i}.txt`), String(Math.random()))));
    try {
      // The watcher may not look into a new folder yet.
      await repeatedly(writeAll, listener.heard('"all"'));
    } finally {
      await rm(at('many'), { recursive: true, maxRetries: 5 });
    }
  });

  it('tells what it costs while a page is open and nothing happens', async () => {
    await written('idle.txt');
    const seconds = 1;
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1000 / (seconds * 1000);
    console.log(`      extension host, idle with a page open: ${(share * 100).toFixed(2)} % of one core`);
    assert.ok(Number.isFinite(share));
  });

  it('shows what is typed before it is saved, and what is on disk when it is given up', async () => {
    await writeFile(at('typed.txt'), 'saved');
    const document = await vscode.workspace.openTextDocument(at('typed.txt'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'not '));
    await shown('/typed.txt', 'not saved');
    await listener.heard('/typed.txt');
    assert.equal(await text('/files/typed.txt'), 'saved');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await shown('/typed.txt', 'saved');
  });

  it('shows what is saved as soon as it is', async () => {
    await writeFile(at('stored.txt'), 'saved');
    const document = await vscode.workspace.openTextDocument(at('stored.txt'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'now '));
    await shown('/stored.txt', 'now saved');
    await document.save();
    await shown('/files/stored.txt', 'now saved');
    // A draft has no date.
    const hasDate = async (): Promise<boolean> =>
      (await ask(port, 'GET /stored.txt')).fields.some(([name]) => name === 'last-modified');
    while (!(await hasDate())) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('serveUnsaved: off and on again, at once', async () => {
    await writeFile(at('turned.txt'), 'saved');
    const document = await vscode.workspace.openTextDocument(at('turned.txt'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'not '));
    await shown('/turned.txt', 'not saved');
    await applied('serveUnsaved', false);
    assert.equal(await text('/turned.txt'), 'saved');
    await applied('serveUnsaved', true);
    await shown('/turned.txt', 'not saved');
  });

  it('liveReload: off, and the stream ends for good', async () => {
    await applied('liveReload', false);
    await listener.heard('event: end');
    assert.equal((await ask(port, 'GET /.http-server/events')).status, 404);
  });
});
