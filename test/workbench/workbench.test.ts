import assert from 'node:assert/strict';
import { themes, Workbench } from './workbench';

describe('the workbench that the tests drive', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });

  after(async () => {
    await workbench.dispose();
  });

  it('runs a command by the palette', async () => {
    await workbench.runCommand('View: Show Search');
    await workbench.page.locator('.search-view').waitFor();
    // Twice it is the same: a click that seems to have failed is tried again.
    await workbench.runCommand('View: Show Explorer');
    await workbench.page.locator('.search-view').waitFor({ state: 'hidden' });
  });

  it('shows an output channel', async () => {
    await workbench.openOutputChannel('Extension Host');
    await workbench.outputLine('Extension host').waitFor();
    assert.match(await workbench.outputText(), /\[info\]/);
  });

  for (const theme of themes) {
    it(`can be looked at in ${theme}`, async () => {
      await workbench.setTheme(theme);
      await workbench.screenshot(`workbench-${theme.replace(' ', '-')}`);
    });
  }
});
