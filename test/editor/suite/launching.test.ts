/** Debugging and tasks: the server is there before what needs it, and what needs it knows where it is. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import type { ApiUser } from '../../fixtures/apiUser/extension';
import { api, folder, reached, started, when } from '../support';

describe('what is launched', function () {
  let server: HttpServerApi;
  let launched: ApiUser['launched'];
  let site: string;

  before(async () => {
    server = await api();
    await started(server);
    site = (await vscode.env.asExternalUri(vscode.Uri.parse(server.url ?? '', true))).toString();
    ({ launched } = await vscode.extensions.getExtension<ApiUser>('test.api-user')!.activate());
  });
  beforeEach(() => {
    launched.length = 0;
  });
  after(() => server.start());

  async function launch(configuration: Partial<vscode.DebugConfiguration>): Promise<Record<string, unknown>> {
    const ended = when(vscode.debug.onDidTerminateDebugSession);
    const whole = { request: 'launch', name: 'test', ...configuration } as vscode.DebugConfiguration;
    assert.equal(await vscode.debug.startDebugging(folder(), whole), true);
    await ended;
    return launched.at(-1) ?? {};
  }

  for (const command of ['start', 'url', 'restart']) {
    it(`can ask for the URL by the command ${command}`, async () => {
      await server.stop();
      assert.equal(await vscode.commands.executeCommand(`httpServer.${command}`), server.url);
      assert.match(server.url ?? '', /^http:\/\/localhost:\d+\/$/);
    });
  }

  it('is told the URL by a variable, and the server runs by then', async () => {
    await server.stop();
    const { url } = await launch({ type: 'test-browser', url: '${command:httpServer.url}index.html' });
    assert.equal(url, `${server.url}index.html`);
  });

  it('is a browser by a configuration of our own, with the folder that is served', async () => {
    await server.stop();
    const told = await launch({ type: 'httpServer', browser: 'test-browser', path: 'index.html' });
    const { type, name, url, webRoot } = told;
    assert.deepEqual(
      { type, name, url, webRoot },
      { type: 'test-browser', name: 'test', url: `${site}index.html`, webRoot: folder().uri.fsPath },
    );
    assert.equal('browser' in told, false);
  });

  const serveTask = async (): Promise<vscode.Task> => {
    const [task, ...others] = await vscode.tasks.fetchTasks({ type: 'httpServer' });
    assert.ok(task);
    assert.deepEqual(others, []);
    return task;
  };

  /** Resolves when it has begun: one that has not, the editor cannot end. */
  async function run(): Promise<vscode.TaskExecution> {
    const began = when(vscode.tasks.onDidStartTask);
    await vscode.tasks.executeTask(await serveTask());
    return (await began).execution;
  }

  it('waits for the task, which ends what it has started', async () => {
    await server.stop();
    const { isBackground, problemMatchers } = await serveTask();
    assert.deepEqual([isBackground, problemMatchers], [true, ['$httpServer']]);
    const began = when(vscode.tasks.onDidStartTask);
    const { url } = await launch({ type: 'test-browser', preLaunchTask: 'httpServer: serve', url: 'x' });
    const { execution } = await began;
    assert.equal(url, 'x');
    assert.equal(server.state, 'running');
    execution.terminate();
    await reached(server, 'stopped');
  });

  it('leaves a server alone that was there before the task, and the task ends with the server', async () => {
    await started(server);
    const execution = await run();
    const ended = when(vscode.tasks.onDidEndTask);
    execution.terminate();
    await ended;
    assert.equal(server.state, 'running');
    await run();
    const over = when(vscode.tasks.onDidEndTask);
    await server.stop();
    await over;
  });

  const forms: readonly (readonly [promise: string, value: (file: vscode.Uri) => unknown])[] = [
    ['its form in JSON', (file): unknown => file.toJSON()],
    ['a URI as text', (file) => file.toString()],
    ['an absolute path', (file) => file.fsPath],
    ['a path of the workspace', () => 'hello.txt'],
  ];
  for (const [promise, value] of forms) {
    it(`is about a file that is named by ${promise}`, async () => {
      await vscode.env.clipboard.writeText('');
      await vscode.commands.executeCommand('httpServer.copyUrl', value(vscode.Uri.joinPath(folder().uri, 'hello.txt')));
      assert.equal(await vscode.env.clipboard.readText(), `${site}hello.txt`);
    });
  }

  it('is about several files, as the explorer names those that are selected', async () => {
    const [hello, page] = ['hello.txt', 'index.html'].map((name) => vscode.Uri.joinPath(folder().uri, name));
    await vscode.commands.executeCommand('httpServer.copyUrl', hello, [hello, page]);
    assert.equal(await vscode.env.clipboard.readText(), `${site}hello.txt\n${site}index.html`);
  });
});
