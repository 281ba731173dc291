import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionId } from '../../support/host/extensionId';
import { versionNamed } from '../../support/host/versions';

describe('the host of these tests', () => {
  it('is the editor version that was asked for', () => {
    assert.equal(vscode.version, versionNamed(process.env.VSCODE_TEST_VERSION).vscode);
  });

  it('has loaded the extension and opened a folder', () => {
    assert.ok(vscode.extensions.getExtension(extensionId));
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });

  it('trusts the folder', () => {
    assert.equal(vscode.workspace.isTrusted, true);
  });
});
