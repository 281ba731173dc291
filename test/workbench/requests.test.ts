/** Requests as a user of the editor sees them. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { RawClient } from '../support/rawClient';
import { ask, portOf, until } from './running';
import { Workbench } from './workbench';

describe('requests that a user sees', () => {
  let workbench: Workbench;
  let port: number;

  before(async () => {
    workbench = await Workbench.open({
      settings: { 'workbench.reduceMotion': 'on' },
      viewport: { width: 1600, height: 1000 },
    });
    port = await portOf(workbench);
  });

  after(() => workbench.dispose());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`FAILED ${this.currentTest.title}`);
  });

  const row = (text: string | RegExp): Locator =>
    workbench.page.locator('.part.panel .pane-body .monaco-list-row').filter({ hasText: text }).first();

  const editorText = (text: string | RegExp): Locator =>
    workbench.page.locator('.editor-instance .view-lines').filter({ hasText: text }).first();

  async function webhook(content: string): Promise<void> {
    const client = await RawClient.connect(port);
    const fields = ['Host: localhost', 'Content-Type: application/json', 'Authorization: Bearer abc'];
    const head = ['POST /hooks/build HTTP/1.1', ...fields, `Content-Length: ${content.length}`, '', ''].join('\r\n');
    await client.write(head + content);
    await client.read();
    client.close();
  }

  it('in a view, the newest first, with an icon by the class of the status', async () => {
    await workbench.runCommand('Show HTTP Server Requests');
    await workbench.page.locator('.part.panel').getByText('No request has come yet').waitFor();
    await ask(port, 'GET /hello.txt');
    await ask(port, 'GET /nothing');
    await webhook('{"ref":"refs/heads/main","commits":[{"id":1,"ok":true}]}');
    await row('405 POST /hooks/build').waitFor();
    await row('404 GET /nothing').waitFor();
    await row('200 GET /hello.txt').waitFor();
    const rows = await workbench.page.locator('.part.panel .pane-body .monaco-list-row').allInnerTexts();
    assert.match(rows[0] ?? '', /405/);
  });

  it('whole, as a document, in each kind of colours', async () => {
    await until(editorText('refs/heads/main'), () => row('405 POST').click());
    for (const theme of ['light', 'dark', 'high contrast'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`requests-${theme}`);
    }
    assert.ok(!(await workbench.page.locator('.editor-instance').innerText()).includes('abc'));
  });

  it('and edits, to send them again', async () => {
    await workbench.runCommand('Edit Request and Send Again');
    await workbench.page.locator('.tab.active').filter({ hasText: 'edited-' }).waitFor();
    await workbench.runCommand('Send Edited Request');
    await workbench.page.locator('.tab.active').filter({ hasText: 'request-' }).waitFor();
    await workbench.screenshot('requests-sent-again');
  });

  it('filtered', async () => {
    await workbench.runCommand('HTTP Server: Filter Requests…');
    await workbench.quickInput().fill('GET 4xx');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.part.panel').getByText('Only: GET 4xx').waitFor();
    await row('405 POST').waitFor({ state: 'detached' });
    await row('404 GET /nothing').waitFor();
    await workbench.screenshot('requests-filtered');
    await workbench.runCommand('HTTP Server: Clear Filter of Requests');
    await row('405 POST').waitFor();
  });

  it('no more when the server stops, with a button that starts it', async () => {
    await workbench.runCommand('Stop HTTP Server');
    await row('405 POST').waitFor({ state: 'detached' });
    const start = workbench.page.locator('.part.panel .monaco-button').filter({ hasText: /^Start$/ });
    await start.waitFor();
    await workbench.screenshot('requests-stopped');
    await start.click();
    await portOf(workbench);
  });
});
