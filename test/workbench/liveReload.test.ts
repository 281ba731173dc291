import assert from 'node:assert/strict';
import path from 'node:path';
import { projectRoot } from '../support/host/paths';
import { clickText, portOf } from './running';
import { Workbench } from './workbench';

describe('a page that follows the typing', () => {
  let workbench: Workbench | undefined;

  before(async () => {
    // The text is to be what is typed.
    const settings = {
      'files.autoSave': 'off',
      'editor.quickSuggestions': false,
      'editor.suggestOnTriggerCharacters': false,
      'editor.autoClosingBrackets': 'never',
      'html.autoClosingTags': false,
    };
    workbench = await Workbench.open({ settings });
  });
  after(() => workbench?.dispose());

  it('shows what is in the editor before it is saved, and goes back when it is undone', async () => {
    assert.ok(workbench);
    const { page } = workbench;
    const site = await workbench.session.openPlainPage();
    await site.goto(`http://localhost:${await portOf(workbench)}/`);
    await page.bringToFront();
    await page.locator('.explorer-folders-view').getByText('index.html').dblclick();
    await clickText(workbench, 'Served from the folder');
    await page.keyboard.press('End');
    // No markup, half of which could be sent before the rest is typed: half a comment would hide the page, script and all.
    await page.keyboard.type('Typed, not saved');
    await site.getByText('Typed, not saved').waitFor();
    await workbench.screenshot('live-reload-editor');
    await site.screenshot({
      path: path.join(projectRoot, 'screenshots', workbench.session.version.name, 'live-reload-page.png'),
    });
    assert.equal(await page.locator('.tab.dirty').count(), 1);
    await workbench.runCommand('File: Revert File');
    await site.getByText('Typed, not saved').waitFor({ state: 'detached' });
    await site.getByText('Served from the folder').waitFor();
  });
});
