import assert from 'node:assert/strict';
import { Workbench, type Theme } from './workbench';

describe('the workbench that the tests drive', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });

  after(async () => {
    await workbench.dispose();
  });

  it('runs a command by the palette', async () => {
    await workbench.runCommand('View: Toggle Zen Mode');
    await workbench.page.locator('.part.statusbar').waitFor({ state: 'hidden' });
    await workbench.runCommand('View: Toggle Zen Mode');
    await workbench.page.locator('.part.statusbar').waitFor();
  });

  it('shows an output channel', async () => {
    await workbench.openOutputChannel('Extension Host');
    await workbench.outputLine('Extension host').waitFor();
    assert.match(await workbench.outputText(), /\[info\]/);
  });

  for (const theme of ['light', 'dark', 'high contrast'] satisfies Theme[]) {
    it(`can be looked at in ${theme}`, async () => {
      await workbench.setTheme(theme);
      await workbench.screenshot(`workbench-${theme.replace(' ', '-')}`);
    });
  }
});
