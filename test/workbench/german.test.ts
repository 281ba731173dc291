/** Every flow in German, by the keyboard alone. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { networkAddresses } from '../../src/addresses';
import { projectRoot } from '../support/host/paths';
import { needs } from '../support/needs';
import { untilPage } from '../support/untilPage';
import { notRunning, portOf } from './running';
import { themes, Workbench } from './workbench';

describe('an editor in German, by the keyboard alone', () => {
  let workbench: Workbench;
  let texts: Readonly<Record<string, string>>;

  before(async () => {
    const files = ['l10n/bundle.l10n.de.json', 'package.nls.de.json'].map((file) => path.join(projectRoot, file));
    const parsed = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as object));
    texts = Object.assign({}, ...parsed) as typeof texts;
    workbench = await Workbench.open({
      language: 'de',
      settings: { 'workbench.reduceMotion': 'on' },
    });
    await portOf(workbench);
  });
  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`FAILED ${this.currentTest.title}`);
  });

  /** A text of ours, in German. @param key its English form, or its name in the manifest */
  const german = (key: string, value = ''): string =>
    (texts[key] ?? assert.fail(`There is no "${key}".`)).replace('{0}', value);

  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);

  const choose = (text: string): Promise<void> => workbench.typeChoice(text);
  const command = (title: string): Promise<void> => workbench.typeCommand(title);

  /** Goes to our item of the status bar, and presses it. */
  async function pressItem(): Promise<void> {
    await command('View: Focus Status Bar');
    const focused = workbench
      .serverItem()
      .locator(':focus')
      .or(workbench.serverItem().and(workbench.page.locator(':focus')));
    for (let steps = 0; steps < 40 && (await focused.count()) === 0; steps++) await press('ArrowRight');
    assert.equal(await focused.count(), 1, 'the arrows do not lead to the item');
    await press('Enter');
  }

  const panel = (): FrameLocator => workbench.page.frameLocator('iframe.webview').frameLocator('#active-frame');

  it('has a menu at the status item, which stops the server, and starts it by the item itself', async () => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await pressItem();
      await workbench.quickPick(german('Open in Browser')).waitFor();
      await workbench.screenshot(`german-menu-${theme.replace(' ', '-')}`);
      await press('Escape');
    }
    await pressItem();
    await choose(german('Stop'));
    await notRunning(workbench);
    await pressItem();
    await portOf(workbench);
  });

  it('has a pick of endpoints', async () => {
    await command(german('command.open'));
    await workbench.quickPick('/user-agent').waitFor();
    await workbench.screenshot('german-endpoints');
    await press('Escape');
  });

  it('has a preview beside the text, whose group stays the active one', async () => {
    const { page } = workbench;
    await command('Go to File');
    await page.locator('.quick-input-widget input').first().fill('hello.txt');
    await workbench.quickPick('hello.txt').waitFor();
    await press('Enter');
    await page.locator('.tab.active').filter({ hasText: 'hello.txt' }).waitFor();
    await command(german('command.preview'));
    await page.locator('.tab').filter({ hasText: 'Simple Browser' }).waitFor();
    await page.locator('.editor-group-container.active .tab.active').filter({ hasText: 'hello.txt' }).waitFor();
    await command('View: Close All Editor Groups');
  });

  it('has a share that receives files, in a panel whose buttons have the keyboard', async function () {
    const addresses = networkAddresses();
    needs(this, 'an address in a network', addresses.length > 0);
    await command(german('command.share'));
    await workbench.quickPick(german('Receive Files, by {0}', 'HTTP')).waitFor();
    await workbench.screenshot('german-share-ways');
    await choose(german('Receive Files, by {0}', 'HTTP'));
    if (addresses.length > 1) await choose(addresses[0]!.address);
    await workbench.quickPick('received/').waitFor();
    await workbench.screenshot('german-share-inbox');
    await choose('received/');
    await panel().getByText(german('store new files, and see none')).waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`german-share-${theme.replace(' ', '-')}`);
    }
    await command('View: Focus Active Editor Group');
    // A frame has the keyboard a moment later.
    await untilPage(panel().locator('html'), 'document.hasFocus()');
    const focused = panel().locator(':focus', { hasText: german('Stop Sharing') });
    for (let steps = 0; steps < 10 && (await focused.count()) === 0; steps++) await press('Tab');
    assert.equal(await focused.count(), 1, 'the panel has no such button for the keyboard');
    await workbench.screenshot('german-share-focus');
    await press('Enter');
    await workbench.page
      .locator('.tab')
      .filter({ hasText: german('Share on Local Network') })
      .waitFor({ state: 'detached' });
  });
});
