import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { makePlan } from '../../../src/editor/server/plan';
import type { ProblemError } from '../../../src/editor/server/problem';
import { api, answers, reached, restoreSettings, setForMachine, started, when } from '../support';

const run = (command: string): Thenable<unknown> => vscode.commands.executeCommand(`httpServer.${command}`);

describe('a token for a server that the network reaches', () => {
  let server: HttpServerApi;
  let port: number;

  beforeEach(async () => {
    server = await api();
    port = await started(server);
  });

  afterEach(async () => {
    await restoreSettings();
    await run('forgetToken');
    await reached(server, 'running');
  });

  /** Resolves when the server has refused to let the network in. */
  const letIn = async (): Promise<void> => {
    const failed = when(server.onDidChangeState, (kind) => kind === 'failed');
    await setForMachine('host', '0.0.0.0');
    await failed;
  };

  it('is missed when none is set: the server does not start, and offers to generate one', async () => {
    await letIn();
    assert.equal(await answers(port), false);
    await assert.rejects(server.start(), (error) => {
      const { problem } = error as ProblemError;
      assert.match(problem.message, /httpServer\.host.*token is needed/);
      assert.deepEqual(
        problem.actions.map(({ command }) => command),
        ['httpServer.generateToken', 'workbench.action.openSettings'],
      );
      return true;
    });
  });

  it('that was generated is asked for from then on, and signs in who has the URL', async () => {
    await letIn();
    await run('generateToken');
    assert.equal(server.state, 'running');
    const plain = await fetch(`${server.url}hello.txt`);
    assert.equal(plain.status, 401);
    await plain.body?.cancel();
    await run('copyUrlWithToken');
    const token = new URL(await vscode.env.clipboard.readText()).searchParams.get('token') ?? '';
    assert.match(token, /^[\w-]{32}$/);
    assert.equal(vscode.workspace.getConfiguration('httpServer').get('token'), '', 'the settings are as they were');
    const signed = await fetch(`${server.url}hello.txt`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(signed.status, 200);
    await signed.body?.cancel();
  });

  it('that was forgotten is missed again', async () => {
    await letIn();
    await run('generateToken');
    const failed = when(server.onDidChangeState, (kind) => kind === 'failed');
    await run('forgetToken');
    await failed;
  });

  const kept = (): Promise<string> => Promise.resolve('kept');

  it('gives way to the one of the settings', async () => {
    await setForMachine('token', 'set');
    await setForMachine('host', '0.0.0.0');
    assert.equal((await makePlan(undefined, kept)).options.token, 'set');
    await reached(server, 'running');
  });

  it('is not asked for, nor looked for, on this machine only', async () => {
    const plan = await makePlan(undefined, () => assert.fail('the secret was looked for'));
    assert.equal(plan.options.token, '');
  });
});
