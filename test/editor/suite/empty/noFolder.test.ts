import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../../src/editor/api';
import { Sharing } from '../../../../src/editor/sharing/share';
import { StatusBar } from '../../../../src/editor/status/statusBar';
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

  it('has no item in the status bar, for a click on it could only fail', () => {
    const made = new TestController();
    const sharing = new Sharing(made.controller);
    const bar = new StatusBar(made.controller, sharing);
    assert.equal(bar.isOffered, false);
    for (const item of [bar, sharing, made]) item.dispose();
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
