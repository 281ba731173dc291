import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { EditorSession } from './session';
import { portOf } from './running';
import { Workbench } from './workbench';

describe('the file of the active editor', () => {
  let session: EditorSession | undefined;

  before(async function () {
    // The program around the oldest editor needs a native module for passwords, which its installation leaves out.
    if (process.env.TEST_WORKBENCH_VERSION === 'oldest') this.skip();
    session = await EditorSession.start({ proxy: true, settings: { 'workbench.reduceMotion': 'on' } });
  });

  after(async () => {
    await session?.dispose();
  });

  /** A window with those settings and index.html in its editor. */
  async function open(settings: Readonly<Record<string, unknown>>): Promise<Workbench> {
    assert.ok(session);
    const folder = await session.copyFolder();
    await fs.mkdir(path.join(folder, '.vscode'));
    await fs.writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    const workbench = await Workbench.openIn(session, folder);
    await portOf(workbench);
    await workbench.page.locator('.explorer-folders-view').getByText('index.html').dblclick();
    await workbench.page.locator('.tab').filter({ hasText: 'index.html' }).waitFor();
    return workbench;
  }

  it('opens in the browser', async () => {
    const workbench = await open({});
    const popup = workbench.page.waitForEvent('popup');
    await workbench.runCommand('Open with HTTP Server');
    assert.equal(await (await popup).title(), 'A small site');
    await workbench.page.close();
  });

  it('opens in a tab, if the setting openIn says so', async () => {
    const workbench = await open({ 'httpServer.openIn': 'integrated' });
    await workbench.runCommand('Open with HTTP Server');
    const webview = workbench.page.frameLocator('iframe.webview').frameLocator('#active-frame');
    await webview.frameLocator('iframe').getByText('Served from the folder').waitFor();
    await workbench.screenshot('integrated');
    await workbench.page.close();
  });
});
