import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { needs } from '../support/needs';
import { untilPage } from '../support/untilPage';
import { EditorSession } from './session';
import { portOf } from './running';
import { Workbench } from './workbench';

/** What would be cut, decoded twice or encoded twice on a careless way to the browser. */
const odd = 'a b#c%41&d+é日.html';

// The editor is at a name, as where it is used from afar: what is on this machine by name it forwards once more.
describe('the file of the active editor', () => {
  let session: EditorSession | undefined;
  let workbench: Workbench | undefined;

  before(async function () {
    // The program around the oldest editor needs a native module for passwords, which its installation leaves out.
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    session = await EditorSession.start({ proxy: true, settings: { 'workbench.reduceMotion': 'on' } });
  });

  after(async () => {
    await session?.dispose();
  });

  /** A window with those settings. */
  async function open(settings: Readonly<Record<string, unknown>>): Promise<Workbench> {
    assert.ok(session);
    const folder = await session.copyFolder();
    await fs.mkdir(path.join(folder, '.vscode'));
    await fs.writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    await fs.writeFile(path.join(folder, odd), '<!doctype html><title>An odd name</title><p>Oddly named');
    const opened = await Workbench.openIn(session, folder, 'editor.localhost');
    await portOf(opened);
    return opened;
  }

  /** The window, with that file in its editor. */
  async function show(file: string): Promise<Workbench> {
    assert.ok(workbench);
    await workbench.page.locator('.explorer-folders-view').getByText(file, { exact: true }).dblclick();
    await workbench.page.locator('.tab.active').filter({ hasText: file }).waitFor();
    return workbench;
  }

  describe('opens in the browser', () => {
    before(async () => {
      workbench = await open({});
    });

    after(async () => {
      await workbench?.page.close();
    });

    /** The title of the page that `action` opens. */
    async function titleAfter({ page }: Workbench, action: () => Promise<void>): Promise<unknown> {
      const [popup] = await Promise.all([page.waitForEvent('popup'), action()]);
      // It begins as an empty page.
      const title = await untilPage(popup, 'document.title');
      await popup.close();
      return title;
    }

    it('by the command', async () => {
      const window = await show('index.html');
      const title = await titleAfter(window, () => window.runCommand('Open with HTTP Server'));
      assert.equal(title, 'A small site');
    });

    it('by the command, whatever its name', async () => {
      const window = await show(odd);
      const title = await titleAfter(window, () => window.runCommand('Open with HTTP Server'));
      assert.equal(title, 'An odd name');
    });

    it('from the pick of endpoints, whatever its name', async () => {
      const window = await show(odd);
      await window.runCommand('Open HTTP Server Endpoint');
      await window.quickPick('/user-agent').waitFor();
      const title = await titleAfter(window, () => window.page.keyboard.press('Enter'));
      assert.equal(title, 'An odd name');
    });
  });

  describe('has a preview beside it', () => {
    before(async () => {
      workbench = await open({});
    });

    after(async () => {
      await workbench?.page.close();
    });

    it('that follows it by the keyboard alone, in one tab, while the text keeps the focus', async () => {
      assert.ok(workbench);
      const { page } = workbench;
      const frame = workbench.webview('vscode.simple-browser').frameLocator('iframe');
      await workbench.openFile('index.html');
      await workbench.runCommand('HTTP Server: Open Preview to the Side');
      await frame.getByText('Served from the folder').waitFor();
      // It takes the keyboard when it is ready, and may not keep it.
      await page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
      await workbench.openFile('style.css');
      await workbench.openFile('hello.txt');
      await frame.getByText('Hello, World!').waitFor();
      assert.equal(await page.locator('.tab').filter({ hasText: 'Simple Browser' }).count(), 1);
      await page.locator('.editor-instance .view-lines').getByText('Hello, World!').waitFor();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('Typed ');
      await page.locator('.editor-instance .view-lines').getByText('Typed').waitFor();
      await workbench.screenshot('preview');
      await page.keyboard.press('Control+Z');
      await workbench.openFile(odd);
      await frame.getByText('Oddly named').waitFor();
    });
  });

  describe('opens in a tab, if the setting openIn says so', () => {
    before(async () => {
      workbench = await open({ 'httpServer.openIn': 'integrated' });
    });

    after(async () => {
      await workbench?.page.close();
    });

    it('by the command', async () => {
      const window = await show('index.html');
      await window.runCommand('Open with HTTP Server');
      await window
        .webview('vscode.simple-browser')
        .frameLocator('iframe')
        .getByText('Served from the folder')
        .waitFor();
      await window.screenshot('integrated');
    });

    it('by the command, whatever its name', async () => {
      const window = await show(odd);
      await window.runCommand('Open with HTTP Server');
      await window.webview('vscode.simple-browser').frameLocator('iframe').getByText('Oddly named').waitFor();
    });
  });
});
