import assert from 'node:assert/strict';
import { portOf } from './running';
import { Workbench } from './workbench';

describe('the integrated browser', () => {
  let workbench: Workbench | undefined;

  before(async function () {
    // The program around the oldest editor needs a native module for passwords, which its installation leaves out.
    if (process.env.TEST_WORKBENCH_VERSION === 'oldest') this.skip();
    const settings = { 'httpServer.openIn': 'integrated', 'workbench.reduceMotion': 'on' };
    workbench = await Workbench.open({ proxy: true, settings });
  });

  after(async () => {
    await workbench?.dispose();
  });

  it('shows the file of the active editor', async () => {
    assert.ok(workbench);
    const { page } = workbench;
    await portOf(workbench);
    await page.locator('.explorer-folders-view').getByText('index.html').dblclick();
    await page.locator('.tab').filter({ hasText: 'index.html' }).waitFor();
    await workbench.runCommand('Open with HTTP Server');
    const site = page.frameLocator('iframe.webview').frameLocator('#active-frame').frameLocator('iframe');
    await site.getByText('Served from the folder').waitFor();
    await workbench.screenshot('integrated');
  });
});
