import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { perform } from '../../../src/editor/server/problem';
import { api, ask, folder, answers, started } from '../support';

const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`httpServer.${command}`, ...args);

describe('the commands', () => {
  let server: HttpServerApi;
  let port: number;

  beforeEach(async () => {
    server = await api();
    port = await started(server);
  });

  after(() => server.start());

  it('Stop leaves no listener', async () => {
    await run('stop');
    assert.equal(server.state, 'stopped');
    assert.equal(server.url, undefined);
    assert.equal(await answers(port), false);
  });

  it('Stop closes connections that are idle', async () => {
    const client = await RawClient.connect(port);
    await client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.read();
    await run('stop');
    await client.readToEnd();
    client.close();
  });

  it('Start listens again, on the port of before', async () => {
    await run('stop');
    await run('start');
    assert.equal(server.state, 'running');
    assert.equal((await ask(port, 'GET /')).status, 200);
  });

  it('Start on a running server changes nothing', async () => {
    const kinds: string[] = [];
    const subscription = server.onDidChangeState((kind) => kinds.push(kind));
    await run('start');
    subscription.dispose();
    assert.deepEqual(kinds, []);
  });

  it('Restart goes through every state and ends on the same port', async () => {
    const kinds: string[] = [];
    const subscription = server.onDidChangeState((kind) => kinds.push(kind));
    await run('restart');
    subscription.dispose();
    assert.deepEqual(kinds, ['stopping', 'stopped', 'starting', 'running']);
    assert.equal(server.url, `http://localhost:${port}/`);
    assert.equal((await ask(port, 'GET /')).status, 200);
  });

  it('Start, Stop and Start at once end in a running server', async () => {
    await Promise.all([run('stop'), run('start'), run('stop'), run('start')]);
    assert.equal(server.state, 'running');
    assert.equal((await ask(port, 'GET /')).status, 200);
  });

  it('Copy URL puts the address of a file on the clipboard, where the browser reaches it', async () => {
    const file = vscode.Uri.joinPath(folder().uri, 'a & b#c%d.txt');
    await vscode.workspace.fs.writeFile(file, Buffer.from('odd'));
    await run('copyUrl', file);
    await vscode.workspace.fs.delete(file);
    const uri = vscode.Uri.parse(await vscode.env.clipboard.readText(), true);
    const site = await vscode.env.asExternalUri(vscode.Uri.parse(server.url ?? '', true));
    assert.equal(uri.authority, site.authority);
    assert.equal(uri.path, `${site.path}a & b#c%d.txt`);
  });

  it('Copy URL without a file is about the site, and starts the server if need be', async () => {
    await run('stop');
    await run('copyUrl');
    const site = await vscode.env.asExternalUri(vscode.Uri.parse(server.url ?? '', true));
    assert.equal(await vscode.env.clipboard.readText(), site.toString());
  });

  it('Copy URL of what the settings keep back says so, and copies nothing', async () => {
    const secret = vscode.Uri.joinPath(folder().uri, '.env');
    await vscode.workspace.fs.writeFile(secret, Buffer.from('A=1'));
    await vscode.env.clipboard.writeText('as it was');
    // The notification waits for its user.
    void run('copyUrl', secret);
    await run('copyUrl', vscode.Uri.joinPath(folder().uri, 'hello.txt'));
    assert.match(await vscode.env.clipboard.readText(), /hello\.txt$/);
    await vscode.workspace.fs.delete(secret);
  });

  it('what was asked for is done once what was in its way is out of it', async () => {
    const file = vscode.Uri.joinPath(folder().uri, 'beneath/deep.txt');
    await vscode.workspace.fs.writeFile(file, Buffer.from('deep'));
    await perform({
      title: 'Serve Its Folder',
      command: 'httpServer.serveFolder',
      args: [vscode.Uri.joinPath(file, '..')],
      then: { title: '', command: 'httpServer.copyUrl', args: [file] },
    });
    assert.match(await vscode.env.clipboard.readText(), /[^h]\/deep\.txt$/);
    await run('serveFolder', folder().uri);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(file, '..'), { recursive: true });
  });

  it('Serve This Folder serves a folder below, and the workspace folder again', async () => {
    const below = vscode.Uri.joinPath(folder().uri, 'below');
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(below, 'deep.txt'), Buffer.from('deep'));
    await run('serveFolder', below);
    assert.equal((await ask(port, 'GET /files/deep.txt')).body.toString(), 'deep');
    assert.equal((await ask(port, 'GET /files/hello.txt')).status, 404);
    await run('serveFolder', folder().uri);
    assert.equal((await ask(port, 'GET /files/below/deep.txt')).body.toString(), 'deep');
    await vscode.workspace.fs.delete(below, { recursive: true });
  });
});
