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

  it('takes a time that the editor tells', async () => {
    await portOf(workbench);
    await workbench.runCommand('Developer: Show Running Extensions');
    const rows = workbench.page.locator('.monaco-list-row .extension');
    // The row is there before the time.
    const row = rows.filter({ hasText: 'workspace-http-server' }).filter({ hasText: /\d+ms/ }).first();
    const text = (await row.innerText()).replace(/\s+/g, ' ');
    console.log(`      ${text}`);
    assert.match(text, /\d+ms/);
  });
});
