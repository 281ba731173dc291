/** Uploads as a user of the editor sees them. */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { RawClient } from '../support/rawClient';
import { ask, portOf, showNotifications, until } from './running';
import { Workbench } from './workbench';

const MB = 1_000_000;

interface Upload {
  readonly client: RawClient;
  /** Sends what is left. */
  readonly finish: () => Promise<void>;
}

describe('uploads that a user sees', () => {
  let workbench: Workbench;
  let port: number;
  let clients: RawClient[];
  let drips: NodeJS.Timeout[];

  before(async () => {
    workbench = await Workbench.open({
      settings: { 'workbench.reduceMotion': 'on', 'files.autoSave': 'off' },
      // So that no line of the log is broken.
      viewport: { width: 1920, height: 900 },
    });
    port = await portOf(workbench);
  });

  after(() => workbench.dispose());

  beforeEach(() => {
    clients = [];
    drips = [];
  });

  afterEach(() => {
    for (const drip of drips) clearInterval(drip);
    for (const client of clients) client.close();
  });

  const onDisk = (name: string): Promise<string> => fs.readFile(path.join(workbench.workspace ?? '', name), 'utf8');

  /** Begins an upload of 10 MB, of which 4 come, and from then on an octet a second: it takes its time, but goes on. */
  async function upload(name: string): Promise<Upload> {
    const client = await RawClient.connect(port);
    clients.push(client);
    await client.write(`PUT /files/${name} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${10 * MB}\r\n\r\n`);
    await client.write(Buffer.alloc(4 * MB));
    let left = 6 * MB;
    const drip = setInterval(() => {
      left -= 1;
      void client.write(Buffer.alloc(1));
    }, 1000);
    drips.push(drip);
    const finish = async (): Promise<void> => {
      clearInterval(drip);
      await client.write(Buffer.alloc(left));
    };
    return { client, finish };
  }

  const progress = (text: RegExp): Locator => workbench.statusBarItemOf('httpServer.uploads').filter({ hasText: text });

  const one = /hello\.txt: 40% of 10 MB, .*B\/s/;

  it('one that takes a while, in the status bar, and cancelled by a click', async () => {
    const before = await onDisk('hello.txt');
    const { client } = await upload('hello.txt');
    await progress(one).waitFor();
    // What is not whole yet is none of the user's files.
    await workbench.page.locator('.explorer-folders-view').getByText('hello.txt').waitFor();
    const files = await workbench.page.locator('.explorer-folders-view .monaco-list-row').allInnerTexts();
    assert.ok(!files.some((name) => name.includes('.http-server-')), files.join());
    await workbench.screenshot('upload');
    await until(workbench.quickPick('hello.txt'), () => progress(one).click());
    await workbench.screenshot('upload-cancel');
    await workbench.quickPick('hello.txt').click();
    assert.equal((await client.read()).status, 403);
    await progress(/./).waitFor({ state: 'detached' });
    assert.equal(await onDisk('hello.txt'), before);
    await workbench.runCommand('Show HTTP Server Log');
    await workbench.outputLine(/\[warning\]\s403\sPUT.*hello\.txt.*cancelled\sby\sthe\suser/).waitFor();
  });

  it('several that take a while, as one sum, and all cancelled from the server’s menu', async () => {
    const both = [await upload('one.bin'), await upload('two.bin')];
    await progress(/2 uploads: 40% of 20 MB, .*B\/s/).waitFor();
    await until(workbench.quickPick('Cancel Upload…'), () => workbench.serverItem().click());
    await workbench.quickPick('Cancel Upload…').click();
    await workbench.quickPick('two.bin').waitFor();
    await workbench.screenshot('upload-cancel-several');
    await workbench.quickPick('All Uploads').click();
    for (const { client } of both) assert.equal((await client.read()).status, 403);
    await progress(/./).waitFor({ state: 'detached' });
    const left = await fs.readdir(workbench.workspace ?? '');
    assert.deepEqual(
      left.filter((name) => /\.bin|\.tmp/.test(name)),
      [],
    );
  });

  it('a choice that goes when there is nothing to cancel any more', async () => {
    const { client, finish } = await upload('late.bin');
    await progress(/late\.bin/).waitFor();
    await until(workbench.quickPick('late.bin'), () => workbench.runCommand('Cancel Upload…'));
    await finish();
    assert.equal((await client.read()).status, 201);
    await workbench.quickPick('late.bin').waitFor({ state: 'hidden' });
    await progress(/./).waitFor({ state: 'detached' });
  });

  it('one under an editor with unsaved text, which stays and asks before it overwrites what came', async () => {
    const { page } = workbench;
    await workbench.openFile('style.css');
    const editor = page.locator('.editor-instance .monaco-editor').first();
    await until(page.locator('.tab.dirty').filter({ hasText: 'style.css' }), async () => {
      await editor.locator('.view-lines').click();
      await page.keyboard.type('/* mine */');
    });

    assert.equal(await ask(port, 'PUT /files/style.css', '/* theirs */'), 204);
    await workbench.runCommand('Show HTTP Server Log');
    await workbench.outputLine(/\[warning\].*style\.css\shas\sunsaved\schanges/).waitFor();
    await editor.locator('.view-line').filter({ hasText: '/* mine */' }).first().waitFor();

    await editor.locator('.view-lines').click();
    await workbench.runCommand('File: Save');
    await showNotifications(workbench, /Failed to save 'style\.css'.*content of the file is newer/);
    await workbench.screenshot('upload-conflict');
    assert.equal(await onDisk('style.css'), '/* theirs */');
    await page.locator('.tab.dirty').filter({ hasText: 'style.css' }).waitFor();
  });
});
