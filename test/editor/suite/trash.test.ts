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

  it('hands a folder over as one, and the editor takes it with all that is in it', async () => {
    const directory = vscode.Uri.joinPath(folder().uri, 'folder to delete');
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(directory, 'inner'));
    try {
      const kinds: string[] = [];
      made = new TestController({
        spawn: () =>
          new ServerThread(worker, (each, kind) => {
            kinds.push(kind);
            return moveToTrash(each, kind);
          }),
      });
      await made.controller.start();
      const { status } = await ask(made.port ?? 0, 'DELETE /files/folder%20to%20delete/');
      const isGone = await vscode.workspace.fs.stat(directory).then(
        () => false,
        () => true,
      );
      // Without a trash, which few machines of tests have, a folder with something in it stays.
      assert.deepEqual([isGone, kinds], [status === 204, ['folder']]);
      assert.ok(status === 204 || status === 409 || status === 503, String(status));
    } finally {
      await vscode.workspace.fs.delete(directory, { recursive: true }).then(undefined, () => undefined);
    }
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
    assert.equal(await moveToTrash(file.fsPath, 'file'), false);
    assert.ok(await isThere());
  });
});
