/** How often the status item and its tooltip change. */
import assert from 'node:assert/strict';
import { Uri } from 'vscode';
import { Sharing } from '../../../src/editor/sharing/share';
import { StatusBar } from '../../../src/editor/status/statusBar';
import { ServedFolder } from '../../../src/editor/status/servedFolder';
import { makePlan } from '../../../src/editor/server/plan';
import type { FolderChoice } from '../../../src/editor/server/workspaceMemory';
import { ask, folder, TestController, when } from '../support';

/** Resolves when it holds, which is looked at again and again. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the folder that is served', () => {
  it('is marked in the explorer while it is, and no other is', async () => {
    const notes = Uri.joinPath(folder().uri, 'notes');
    const wanted: { choice?: FolderChoice } = {};
    const made = new TestController({ plan: () => makePlan(wanted.choice) });
    const marks = new ServedFolder(made.controller);
    const marked = (): boolean[] => [folder().uri, notes].map((uri) => marks.provideFileDecoration(uri) !== undefined);
    assert.deepEqual(marked(), [false, false]);
    await made.controller.start();
    assert.deepEqual(marked(), [true, false]);
    const changed = when(marks.onDidChangeFileDecorations);
    wanted.choice = { folder: folder().uri.toString(), path: 'notes' };
    await made.controller.apply();
    assert.deepEqual(marked(), [false, true]);
    assert.deepEqual(
      (await changed).map(({ fsPath }) => fsPath),
      [folder().uri.fsPath, notes.fsPath],
    );
    await made.controller.stop();
    assert.deepEqual(marked(), [false, false]);
    for (const item of [marks, made]) item.dispose();
  });
});

describe('the status item', function () {
  const made = new TestController();
  const sharing = new Sharing(made.controller);
  let now = Date.now();
  const bar = new StatusBar(made.controller, sharing, () => now);
  let requests = 0;

  /** Asks for something, and waits until the item says so. */
  async function request(): Promise<void> {
    await ask(made.port ?? 0, 'GET /hello.txt');
    requests++;
    await until(() => bar.text.endsWith(` ${requests}`));
  }

  before(async () => {
    await made.controller.start();
  });
  after(async () => {
    await made.controller.stop();
    bar.dispose();
    sharing.dispose();
    made.dispose();
  });

  it('follows the traffic, while the tooltip that is perhaps being read stays for five seconds', async () => {
    await request();
    const { tooltip: first } = bar;
    now += 5000;
    await until(() => bar.tooltip !== first);
    const { tooltip } = bar;
    assert.match(tooltip, /\| &emsp;1 \|/);
    for (let i = 0; i < 3; i++) {
      now += 1600;
      await request();
      assert.equal(bar.tooltip, tooltip);
    }
    now += 1600;
    await until(() => bar.tooltip !== tooltip);
    assert.match(bar.tooltip, /\| &emsp;4 \|/);
  });

  it('has another tooltip at once when the server is in another state', async () => {
    const { tooltip } = bar;
    await made.controller.stop();
    assert.notEqual(bar.tooltip, tooltip);
    assert.match(bar.tooltip, /stopped/);
  });
});
