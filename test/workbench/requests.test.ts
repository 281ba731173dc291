/** Requests as a user of the editor sees them. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { needs } from '../support/needs';
import { RawClient } from '../support/rawClient';
import { agentFolder } from './agent';
import { ask, portOf, refuse, until } from './running';
import { themes, Workbench } from './workbench';

describe('requests that a user sees', () => {
  let workbench: Workbench;
  let beside: string;
  let port: number;

  before(async () => {
    beside = await agentFolder();
    workbench = await Workbench.open({
      beside,
      settings: { 'workbench.reduceMotion': 'on' },
      viewport: { width: 1600, height: 1000 },
    });
    port = await portOf(workbench);
  });

  after(async () => {
    await workbench.dispose();
    await rm(beside, { recursive: true });
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

  let haveCome = false;

  /** Sends what is looked at, unless a test before has done so. */
  async function come(): Promise<void> {
    if (haveCome) return;
    haveCome = true;
    await ask(port, 'GET /hello.txt');
    await ask(port, 'GET /nothing');
    await webhook('{"ref":"refs/heads/main","commits":[{"id":1,"ok":true}]}');
  }

  it('in a view, the newest first, with an icon by the class of the status', async () => {
    await workbench.runCommand('Show HTTP Server Requests');
    await workbench.page.locator('.part.panel').getByText('No request has come yet').waitFor();
    await come();
    await row('405 POST /hooks/build').waitFor();
    await row('404 GET /nothing').waitFor();
    await row('200 GET /hello.txt').waitFor();
    const rows = await workbench.page.locator('.part.panel .pane-body .monaco-list-row').allInnerTexts();
    assert.match(rows[0] ?? '', /405/);
  });

  /** Shows the one from outside as a document. */
  async function show(): Promise<void> {
    await come();
    await workbench.runCommand('Show HTTP Server Requests');
    await until(editorText('refs/heads/main'), () => row('405 POST').click());
  }

  it('whole, as a document, in each kind of colours', async () => {
    await show();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`requests-${theme}`);
    }
    assert.ok(!(await workbench.page.locator('.editor-instance').innerText()).includes('abc'));
  });

  it('and edits, to send them again', async () => {
    await show();
    await workbench.runCommand('Edit Request and Send Again');
    await workbench.page.locator('.tab.active').filter({ hasText: 'edited-' }).waitFor();
    await workbench.runCommand('Send Edited Request');
    await workbench.page.locator('.tab.active').filter({ hasText: 'request-' }).waitFor();
    await workbench.screenshot('requests-sent-again');
  });

  /** Takes the place that the editor proposes for a file; resolves to what is then in it. */
  async function saved(name: RegExp): Promise<string> {
    const input = workbench.quickInput();
    while (!name.test(await input.inputValue())) await workbench.page.waitForTimeout(50);
    await workbench.screenshot(`requests-save-${name.source.replaceAll(/\W/g, '')}`);
    const file = await input.inputValue();
    // What still looks into the folder takes no answer.
    await until(
      workbench.page.locator('.monaco-workbench:not(:has(.quick-input-widget:visible))'),
      async () => void (await workbench.quick.press('Enter')),
    );
    while (!existsSync(file) || statSync(file).size === 0) await workbench.page.waitForTimeout(50);
    return readFile(file, 'utf8');
  }

  it('saved: the content of one, and all as an archive, which asks about secrets', async () => {
    await show();
    await workbench.runCommand('Save Request Content');
    assert.match(await saved(/request-\d+\.json$/), /^\{"ref":"refs\/heads\/main"/);
    await until(workbench.quickPick('With Secrets'), () => workbench.runCommand('Export Requests as HAR'));
    await workbench.quickPick('Without Secrets').click();
    const text = await saved(/requests\.har$/);
    const { log } = JSON.parse(text) as { log: { entries: { request: { method: string } }[] } };
    assert.deepEqual([...new Set(log.entries.map(({ request }) => request.method))].sort(), ['GET', 'POST']);
    assert.ok(!text.includes('Bearer abc'));
  });

  it('handed to an agent, once the user was asked, in each kind of colours, and not asked again', async function () {
    // The oldest asks in a chat alone.
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    const question = workbench.page.locator('.monaco-dialog-box').filter({ hasText: 'Let the agent read requests?' });
    await workbench.runCommand('Agent: Read Requests');
    await question.waitFor();
    await refuse(workbench);
    await workbench.statusBarItem('agent was refused').waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.runCommand('Agent: Read Requests');
      await question.waitFor();
      assert.ok(!(await question.innerText()).includes('hooks'), 'it has words of a client');
      await workbench.screenshot(`agent-asks-${theme}`);
      if (theme !== themes.at(-1)) await refuse(workbench);
    }
    await question
      .locator('.monaco-button')
      .filter({ hasText: /^(?:Yes|Allow|Continue)$/ })
      .click();
    await workbench.statusBarItem('agent answers: 1').waitFor();
    await workbench.runCommand('Agent: Read Requests');
    await workbench.statusBarItem('agent answers: 2').waitFor();
  });

  it('filtered', async () => {
    await come();
    await workbench.runCommand('Show HTTP Server Requests');
    await until(workbench.page.locator('.part.panel').getByText('Only: GET 4xx'), async (timeout) => {
      await workbench.runCommand('HTTP Server: Filter Requests…');
      if (await workbench.quick.write('GET 4xx', timeout)) await workbench.quick.press('Enter');
    });
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
    port = await portOf(workbench);
  });

  // The last, for the status item tells thousands in a short form.
  it('of a burst as far as they are kept, and how many more there were', async () => {
    const sent = 6000;
    const client = await RawClient.connect(port);
    const last = 'GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    await client.write('GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(sent - 1) + last);
    await client.readToEnd();
    client.close();
    const panel = workbench.page.locator('.part.panel').first();
    const told = async (text: RegExp): Promise<number> => Number(text.exec(await panel.innerText())?.[1] ?? 0);
    // Whatever else has taken the keyboard meanwhile.
    await until(row(/and \d+ more/), async () => {
      await workbench.runCommand('Show HTTP Server Requests');
      await workbench.page.keyboard.press('End');
    });
    // A machine may be too slow for any to be only counted.
    while (200 + (await told(/and\s(\d+)\smore/)) + (await told(/(\d+)\scame\stoo\sfast/)) !== sent) {
      await workbench.runCommand('Show HTTP Server Requests');
      await workbench.page.keyboard.press('End');
    }
    await workbench.screenshot('requests-burst');
  });
});
