/** What is deleted by a request goes to the trash of the editor, where it has one. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ServerThread } from '../../../src/editor/server/thread';
import { moveToTrash } from '../../../src/editor/server/trash';
import type { Trash } from '../../../src/editor/server/trash';
import { ask, folder, restoreSettings, set, TestController, worker } from '../support';
import { needs } from '../../support/needs';

describe('DELETE in the editor', () => {
  let file: vscode.Uri;
  let made: TestController;

  const isThere = async (): Promise<boolean> => {
    try {
      await vscode.workspace.fs.stat(file);
      return true;
    } catch {
      return false;
    }
  };

  async function remove(trash: Trash): Promise<number> {
    made = new TestController({ spawn: () => new ServerThread(worker, trash) });
    await made.controller.start();
    return (await ask(made.port ?? 0, 'DELETE /files/to%20delete.txt')).status;
  }

  beforeEach(async () => {
    file = vscode.Uri.joinPath(folder().uri, 'to delete.txt');
    await set('access', 'full');
    await vscode.workspace.fs.writeFile(file, Buffer.from('x'));
  });

  afterEach(async () => {
    await made.controller.stop(0);
    made.dispose();
    await restoreSettings();
    if (await isThere()) await vscode.workspace.fs.delete(file);
  });

  it('hands the file to the editor, which then has it', async () => {
    const asked: string[] = [];
    const status = await remove((each) => {
      asked.push(each);
      return Promise.resolve(true);
    });
    assert.deepEqual([status, asked], [204, [path.join(folder().uri.fsPath, 'to delete.txt')]]);
    assert.ok(await isThere(), 'nobody but the editor takes it away');
  });

  it('removes it where there is no trash', async () => {
    assert.equal(await remove(() => Promise.resolve(false)), 204);
    assert.ok(!(await isThere()));
  });

  it('keeps it where the trash fails', async () => {
    assert.equal(await remove(() => Promise.reject(new Error('The trash is full.'))), 503);
    assert.ok(await isThere());
  });

  it('removes it, by the trash of this editor or without', async () => {
    assert.equal(await remove(moveToTrash), 204);
    assert.ok(!(await isThere()));
  });

  it('takes the trash of a remote machine for none', async function () {
    needs(this, 'an editor used from afar', vscode.env.remoteName !== undefined);
    made = new TestController();
    assert.equal(await moveToTrash(file.fsPath), false);
    assert.ok(await isThere());
  });
});
