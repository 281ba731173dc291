import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { EditorSession } from './session';
import { portOf } from './running';
import { Workbench } from './workbench';

/** What would be cut, decoded twice or encoded twice on a careless way to the browser. */
const odd = 'a b#c%41&d+é日.html';

// The editor is at a name, as where it is used from afar: what is on this machine by name it forwards once more.
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

  /** A window with those settings and a file, by default index.html, in its editor. */
  async function open(settings: Readonly<Record<string, unknown>>, file = 'index.html'): Promise<Workbench> {
    assert.ok(session);
    const folder = await session.copyFolder();
    await fs.mkdir(path.join(folder, '.vscode'));
    await fs.writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    await fs.writeFile(path.join(folder, odd), '<!doctype html><title>An odd name</title><p>Oddly named');
    const workbench = await Workbench.openIn(session, folder, 'editor.localhost');
    await portOf(workbench);
    await workbench.page.locator('.explorer-folders-view').getByText(file, { exact: true }).dblclick();
    await workbench.page.locator('.tab').filter({ hasText: file }).waitFor();
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

  it('opens in the browser, whatever its name', async () => {
    const workbench = await open({}, odd);
    const popup = workbench.page.waitForEvent('popup');
    await workbench.runCommand('Open with HTTP Server');
    assert.equal(await (await popup).title(), 'An odd name');
    await workbench.page.close();
  });

  it('opens from the pick of endpoints, whatever its name', async () => {
    const workbench = await open({}, odd);
    await workbench.runCommand('Open HTTP Server Endpoint');
    await workbench.quickPick('/user-agent').waitFor();
    const popup = workbench.page.waitForEvent('popup');
    await workbench.page.keyboard.press('Enter');
    assert.equal(await (await popup).title(), 'An odd name');
    await workbench.page.close();
  });

  it('opens in a tab, whatever its name', async () => {
    const workbench = await open({ 'httpServer.openIn': 'integrated' }, odd);
    await workbench.runCommand('Open with HTTP Server');
    const webview = workbench.page.frameLocator('iframe.webview').frameLocator('#active-frame');
    await webview.frameLocator('iframe').getByText('Oddly named').waitFor();
    await workbench.page.close();
  });
});
