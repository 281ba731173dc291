/** An upload that takes a while, in the editor: it is seen, it can be cancelled, and what breaks it leaves nothing. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { UploadsView } from '../../../src/editor/status/uploadMonitor';
import { RawClient } from '../../support/rawClient';
import type { RawResponse } from '../../support/rawClient';
import { folder, TestController, when } from '../support';

const half = Buffer.alloc(500_000, 'half');

describe('an upload that takes a while', () => {
  let made: TestController;
  let view: UploadsView;
  let client: RawClient;
  let answer: Promise<RawResponse>;
  const place = vscode.Uri.joinPath(folder().uri, 'progress');
  const file = vscode.Uri.joinPath(place, 'big $(zap).bin');

  beforeEach(async () => {
    await vscode.workspace.fs.writeFile(file, Buffer.from('old'));
    made = new TestController();
    view = new UploadsView(made.controller);
    await made.controller.start();
    client = await RawClient.connect(made.port ?? 0);
    await client.write(
      'PUT /files/progress/big%20$(zap).bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n',
    );
    await client.write(half);
    await when(made.controller.onDidTellUploads, ([upload]) => upload?.received === half.length);
    answer = client.read();
    answer.catch(() => undefined);
  });

  afterEach(async () => {
    client.close();
    await made.controller.stop(0);
    view.dispose();
    made.dispose();
    await vscode.workspace.fs.delete(place, { recursive: true });
  });

  /** The names beside the file. */
  const entries = async (): Promise<string[]> => (await vscode.workspace.fs.readDirectory(place)).map(([name]) => name);

  async function nothingCame(): Promise<void> {
    while ((await entries()).length > 1) await setImmediate();
    assert.deepEqual(await entries(), ['big $(zap).bin']);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(file)).toString(), 'old');
    assert.deepEqual([view.text, view.current], [undefined, []]);
  }

  it('is in the status bar, and gone from there when it is whole', async () => {
    assert.match(view.text ?? '', /^\$\(sync~spin\) big \\\$\(zap\)\.bin: 50% of 1\.0 MB, \d+ KB\/s$/);
    const none = when(made.controller.onDidTellUploads, (uploads) => uploads.length === 0);
    await client.write(half);
    assert.equal((await answer).status, 204);
    await none;
    assert.equal(view.text, undefined);
    assert.equal((await vscode.workspace.fs.stat(file)).size, 1_000_000);
  });

  it('is cancelled: its client is told', async () => {
    const told = when(made.controller.onDidTraffic, ({ events }) => events.length > 0);
    const none = when(made.controller.onDidTellUploads, (uploads) => uploads.length === 0);
    made.controller.cancelUpload(view.current[0]?.upload ?? 0);
    assert.equal((await answer).status, 403);
    assert.match((await told).events[0]?.reason ?? '', /cancelled by the user/);
    await none;
    await nothingCame();
  });

  it('is cancelled while the server stops, which then need not wait any longer', async () => {
    const stopping = when(made.controller.onDidChangeState, ({ kind }) => kind === 'stopping');
    const stopped = made.controller.stop(60_000);
    await stopping;
    made.controller.cancelUpload(view.current[0]?.upload ?? 0);
    assert.equal((await answer).status, 403);
    await stopped;
    await nothingCame();
  });

  it('is cut by Stop', async () => {
    await made.controller.stop(0);
    await nothingCame();
  });

  it('is cut when the thread dies: what is left of it goes when the next one starts', async () => {
    const running = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running');
    await made.threads[0]?.terminate();
    await running;
    assert.equal(made.threads.length, 2);
    await nothingCame();
  });
});
