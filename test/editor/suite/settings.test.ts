import assert from 'node:assert/strict';
import { symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { makePlan } from '../../../src/editor/server/plan';
import { api, ask, folder, answers, reached, restoreSettings, set, started, when } from '../support';
import { sparePort } from '../../support/host/sparePort';
import { needsPosix } from '../../support/needs';

describe('a change of settings', () => {
  let server: HttpServerApi;
  let port: number;

  beforeEach(async () => {
    server = await api();
    port = await started(server);
  });

  afterEach(async () => {
    await restoreSettings();
    await reached(server, 'running');
  });

  it('port: the server moves, and the old port is free', async () => {
    const wanted = await sparePort();
    await set('port', wanted);
    await server.start();
    assert.equal(server.url, `http://localhost:${wanted}/`);
    assert.equal((await ask(wanted, 'GET /')).status, 200);
    assert.equal(await answers(port), false);
  });

  it('root: the next request sees the other folder, on the same port', async () => {
    const inner = vscode.Uri.joinPath(folder().uri, 'inner/only-here.txt');
    await vscode.workspace.fs.writeFile(inner, Buffer.from('inner'));
    const applied = when(server.onDidChangeState);
    await set('root', 'inner');
    assert.equal(await applied, 'running', 'the server need not stop for that');
    assert.equal((await ask(port, 'GET /files/only-here.txt')).body.toString(), 'inner');
    assert.equal((await ask(port, 'GET /files/hello.txt')).status, 404);
  });

  it('access: the next request is bound by it', async () => {
    const applied = when(server.onDidChangeState);
    await set('access', 'readOnly');
    await applied;
    assert.notEqual((await ask(port, 'POST /files/refused.txt', Buffer.from('x'))).status, 201);
    const uri = vscode.Uri.joinPath(folder().uri, 'refused.txt');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)));
  });

  it('a setting that the server does not need leaves it alone', async () => {
    const kinds: string[] = [];
    const subscription = server.onDidChangeState((kind) => kinds.push(kind));
    await set('openIn', 'integrated');
    await server.start();
    subscription.dispose();
    assert.deepEqual(kinds, []);
  });

  const { Global, Workspace } = vscode.ConfigurationTarget;
  const wrong: readonly (readonly [
    promise: string,
    setting: string,
    value: unknown,
    target?: vscode.ConfigurationTarget,
  ])[] = [
    ['a port that is no number', 'port', 'many'],
    ['a port beyond the last', 'port', 65536],
    ['a port that is not whole', 'port', 80.5],
    ['an access level that does not exist', 'access', 'everything'],
    ['an exclude that is no list', 'exclude', '**/*'],
    ['headers that are no texts', 'headers', { 'X-Answer': 42 }],
    ['a root that does not exist', 'root', 'no/such/folder'],
    ['a root that is a file', 'root', 'hello.txt'],
    ['a root that leads out of the folder', 'root', '..'],
    ['a root that is somewhere else', 'root', tmpdir()],
    ['a place to open pages that does not exist', 'openIn', 'foo'],
    ['a start that is neither yes nor no', 'autoStart', 'yes'],
    ['a live reload that is neither yes nor no', 'liveReload', 'yes'],
    ['a fallback outside of the folder', 'spaFallback', '../x.html'],
    ['a header that is the server’s own', 'headers', { 'Content-Length': '1' }],
    ['an origin that is none', 'cors', ['*'], Global],
    ['an allowed host that is a URL', 'allowedHosts', ['http://example.org/'], Global],
    ['a token with a line break', 'token', 'a\nb', Global],
  ];

  for (const [promise, setting, value, target = Workspace] of wrong) {
    it(`${promise} leaves the server as it was, names the setting, and is over once it is mended`, async () => {
      await set(setting, value, target);
      await server.start();
      assert.equal((await ask(port, 'GET /files/hello.txt')).status, 200);
      await assert.rejects(makePlan(undefined), new RegExp(`^ProblemError: .*httpServer\\.${setting}\\b`));
      await restoreSettings();
      assert.equal(server.url, `http://localhost:${port}/`);
    });

    it(`${promise} is a failure where the server is started with it`, async () => {
      await set(setting, value, target);
      await vscode.commands.executeCommand('httpServer.restart');
      await assert.rejects(server.start(), new RegExp(`^ProblemError: .*httpServer\\.${setting}\\b`));
      assert.equal(await answers(port), false);
    });
  }

  const secrets: readonly (readonly [promise: string, setting: string, value: unknown, type: string])[] = [
    ['a key in the place of the certificate’s files', 'tls', '-----BEGIN PRIVATE KEY-----\nhush', 'string'],
    ['a key in the place of a file', 'tls', { cert: '/cert.pem', key: '-----BEGIN PRIVATE KEY-----\nhush' }, 'object'],
    ['a token that is a list', 'token', ['hush'], 'array'],
    ['a header beside a secret one', 'headers', { 'X-Key': 'hush', 'X-Answer': 42 }, 'object'],
    ['a header that cannot be sent', 'headers', { 'X-Key': 'hush\n' }, ''],
    ['a token that cannot be sent', 'token', 'hush\n', ''],
  ];

  for (const [promise, setting, value, type] of secrets) {
    it(`${promise} is refused without being told`, async () => {
      await set(setting, value, setting === 'headers' ? Workspace : Global);
      await assert.rejects(makePlan(undefined), (error) => {
        assert.match(String(error), new RegExp(`httpServer\\.${setting}\\b.*${type === '' ? '' : `type ${type}`}`));
        assert.doesNotMatch(String(error), /hush/);
        return true;
      });
    });
  }

  it('a root that leads out of the folder by a symbolic link is refused', async function () {
    needsPosix(this);
    const link = path.join(folder().uri.fsPath, 'way-out');
    await symlink(tmpdir(), link);
    await set('root', 'way-out');
    await assert.rejects(makePlan(undefined), /httpServer\.root must not lead out/);
    await unlink(link);
  });
});
