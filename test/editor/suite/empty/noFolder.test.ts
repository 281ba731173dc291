import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../../src/editor/api';
import { api, TestController } from '../../support';

describe('a window without a folder', () => {
  let server: HttpServerApi;

  before(async () => {
    server = await api();
  });

  it('has no server, and nobody complains', () => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    assert.equal(server.state, 'stopped');
  });

  it('says so when it is to start one', async () => {
    await assert.rejects(server.start(), /no folder/);
    assert.equal(server.state, 'failed');
  });

  it('offers to open one', async () => {
    const made = new TestController();
    const state = await made.controller.start();
    assert.ok(state.kind === 'failed');
    assert.equal(state.problem.actions[0]?.command, 'vscode.openFolder');
    made.dispose();
  });

  it('goes back to stopped', async () => {
    await server.stop();
    assert.equal(server.state, 'stopped');
  });
});
