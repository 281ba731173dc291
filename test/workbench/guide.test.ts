/** The pictures of docs/editor.md: what a webhook looks like that came, and what an agent is asked for. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { needs } from '../support/needs';
import { RawClient } from '../support/rawClient';
import { agentFolder } from './agent';
import { openMenu, portOf, refuse, until } from './running';
import { Workbench } from './workbench';

describe('the picture of docs/editor.md of an editor that forwards ports', () => {
  let workbench: Workbench | undefined;

  before(async function () {
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    const light = { 'workbench.reduceMotion': 'on', 'workbench.colorTheme': 'Default Light Modern' };
    workbench = await Workbench.open({ proxy: true, settings: light, viewport: { width: 1000, height: 640 } });
  });
  after(() => workbench?.dispose());
  it('webhook-port: the port of the server in the view of ports', async () => {
    assert.ok(workbench !== undefined);
    const port = await portOf(workbench);
    await workbench.runCommand('Ports: Focus on Ports View');
    const input = workbench.page.locator('.part.panel .monaco-inputbox input');
    const button = workbench.page.locator('.part.panel .monaco-button').filter({ hasText: 'Forward a Port' });
    await until(input, () => button.click());
    await input.fill(String(port));
    await input.press('Enter');
    await workbench.page.locator('.part.panel').getByText(`/proxy/${port}`).first().waitFor();
    await workbench.screenshot('webhook-port', '.part.panel');
  });
});

describe('the pictures of docs/editor.md', () => {
  let workbench: Workbench;
  let beside: string | undefined;
  let port: number;

  before(async function () {
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    beside = await agentFolder();
    workbench = await Workbench.open({
      beside,
      settings: {
        'workbench.reduceMotion': 'on',
        'workbench.colorTheme': 'Default Light Modern',
        'httpServer.rules': [{ match: '/hooks/**', method: 'POST', respond: { status: 202 } }],
      },
      machineSettings: { 'httpServer.token': 'correct-horse-battery', 'httpServer.allowedHosts': ['my-name.example'] },
      viewport: { width: 1000, height: 640 },
    });
    port = await portOf(workbench);
  });
  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
    if (beside !== undefined) await rm(beside, { recursive: true });
  });
  const row = (text: string): Locator =>
    workbench.page.locator('.part.panel .pane-body .monaco-list-row').filter({ hasText: text }).first();

  async function webhook(host: string, query = ''): Promise<void> {
    const client = await RawClient.connect(port);
    const content = '{"ref":"refs/heads/main","commits":[{"id":"4f2a","message":"A page for cats"}]}';
    const fields = [
      `Host: ${host}`,
      'User-Agent: Webhooks/1.0',
      'Content-Type: application/json',
      'X-Signature-256: sha256=6c1b2d',
    ];
    const head = [`POST /hooks/build${query} HTTP/1.1`, ...fields, `Content-Length: ${content.length}`, '', ''];
    await client.write(head.join('\r\n') + content);
    await client.read();
    client.close();
  }

  it('webhook-list: one that was refused by its name, one for want of a token, and one that came in', async () => {
    await workbench.runCommand('Show HTTP Server Requests');
    await webhook('other-name.example');
    await webhook('my-name.example');
    await webhook('my-name.example', '?token=correct-horse-battery');
    await row('202 POST /hooks/build').waitFor();
    await row('401 POST').waitFor();
    await row('421 POST').waitFor();
    await workbench.screenshot('webhook-list', '.part.panel');
  });

  it('webhook-request: that one, whole', async () => {
    const text = workbench.page.locator('.editor-instance .view-lines').filter({ hasText: 'refs/heads/main' }).first();
    await until(text, () => row('202 POST').click());
    await workbench.page.setViewportSize({ width: 1000, height: 900 });
    await workbench.screenshot('webhook-request', '.part.editor');
  });

  it('agent-asks: whether an agent may read requests', async () => {
    await workbench.runCommand('Agent: Read Requests');
    const question = workbench.page.locator('.monaco-dialog-box').filter({ hasText: 'Let the agent read requests?' });
    await question.waitFor();
    await workbench.screenshot('agent-asks', '.monaco-dialog-box');
    await refuse(workbench);
  });

  it('rules: the list of those in force, from the menu of the status item', async () => {
    await openMenu(workbench, 'Rules…');
    await workbench.quickPick('Rules…').click();
    await workbench.quickPick(/POST \/hooks\/\*\*.*respond 202/).waitFor();
    await workbench.screenshot('rules');
    await workbench.page.keyboard.press('Escape');
  });
});
