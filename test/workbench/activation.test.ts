import assert from 'node:assert/strict';
import { portOf } from './running';
import { Workbench } from './workbench';

describe('the activation', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });

  after(async () => {
    await workbench.dispose();
  });

  it('takes little of the time of the window’s start', async () => {
    await portOf(workbench);
    await workbench.runCommand('Developer: Show Running Extensions');
    const rows = workbench.page.locator('.monaco-list-row .extension');
    const row = rows.filter({ hasText: 'workspace-http-server' }).first();
    const text = (await row.innerText()).replace(/\s+/g, ' ');
    console.log(`      ${text}`);
    assert.ok(Number(/(\d+)ms/.exec(text)?.[1]) < 500, text);
  });
});
