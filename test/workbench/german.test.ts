/** Every flow in German, by the keyboard alone. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { networkAddresses } from '../../src/addresses';
import { projectRoot } from '../support/host/paths';
import { needs } from '../support/needs';
import { untilPage } from '../support/untilPage';
import { notRunning, portOf, until } from './running';
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
      // So that the preview has its page.
      proxy: true,
      settings: { 'workbench.reduceMotion': 'on' },
    });
    await portOf(workbench);
  });
  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
  });
  /** A text of ours, in German. @param key its English form, or its name in the manifest */
  const german = (key: string, value = ''): string =>
    (texts[key] ?? assert.fail(`There is no "${key}".`)).replace('{0}', value);

  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);

  const choose = (text: string): Promise<void> => workbench.typeChoice(text);
  const command = (title: string, ...choices: string[]): Promise<void> => workbench.typeCommand(title, ...choices);

  /** Goes to our item of the status bar, and presses it. */
  async function pressItem(): Promise<void> {
    const focused = workbench
      .serverItem()
      .locator(':focus')
      .or(workbench.serverItem().and(workbench.page.locator(':focus')));
    await workbench.insist('The arrows do not lead to the item.', async () => {
      await command('View: Focus Status Bar');
      for (let steps = 0; steps < 40 && (await focused.count()) === 0; steps++) await press('ArrowRight');
      return (await focused.count()) === 1;
    });
    await press('Enter');
  }

  const panel = (): FrameLocator => workbench.webview();

  it('has a menu at the status item, which stops the server, and starts it by the item itself', async () => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await until(workbench.quickPick(german('Open in Browser')), pressItem);
      await workbench.screenshot(`german-menu-${theme.replace(' ', '-')}`);
      await press('Escape');
    }
    await until(workbench.quickPick(german('Stop')), pressItem);
    await choose(german('Stop'));
    await notRunning(workbench);
    await pressItem();
    await portOf(workbench);
  });

  it('has a pick of endpoints', async () => {
    await until(workbench.quickPick('/user-agent'), () => command(german('command.open')));
    await workbench.screenshot('german-endpoints');
    await press('Escape');
  });

  it('has a preview beside the text, whose group stays the active one', async () => {
    const { page } = workbench;
    await workbench.openFile('hello.txt');
    await command(german('command.preview'));
    // It takes the keyboard when it is ready, and may not keep it.
    await workbench.webview('vscode.simple-browser').frameLocator('iframe').getByText('Hello, World!').waitFor();
    await page.locator('.editor-group-container.active .tab.active').filter({ hasText: 'hello.txt' }).waitFor();
    await page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
    await command('View: Close All Editor Groups');
  });

  it('has a share that receives files, in a panel whose buttons have the keyboard', async function () {
    const addresses = networkAddresses();
    needs(this, 'an address in a network', addresses.length > 0);
    const way = german('Receive Files, by {0}', 'HTTP');
    await until(workbench.quickPick(way), () => command(german('command.share')));
    await workbench.screenshot('german-share-ways');
    const ways = [
      way,
      ...addresses
        .slice(1)
        .map(() => addresses[0]!.address)
        .slice(0, 1),
    ];
    await until(workbench.quickPick('received/'), () => command(german('command.share'), ...ways));
    await workbench.screenshot('german-share-inbox');
    await choose('received/');
    await panel().getByText(german('store new files, and see none')).waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`german-share-${theme.replace(' ', '-')}`);
    }
    const focused = panel().locator(':focus', { hasText: german('Stop Sharing') });
    await workbench.insist('The panel has no such button for the keyboard.', async () => {
      await command('View: Focus Active Editor Group');
      // A frame has the keyboard a moment later.
      await untilPage(panel().locator('html'), 'document.hasFocus()');
      for (let steps = 0; steps < 10 && (await focused.count()) === 0; steps++) await press('Tab');
      return (await focused.count()) === 1;
    });
    await workbench.screenshot('german-share-focus');
    await press('Enter');
    await workbench.page
      .locator('.tab')
      .filter({ hasText: german('Share on Local Network') })
      .waitFor({ state: 'detached' });
  });
});
