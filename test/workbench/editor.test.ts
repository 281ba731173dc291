import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { untilPage } from '../support/untilPage';
import { ask, notRunning, openMenu, portOf, showNotifications, showTooltip, tells, tooltip, until } from './running';
import { themes, Workbench } from './workbench';

describe('what a user sees', () => {
  let workbench: Workbench;
  let port: number;

  before(async () => {
    workbench = await Workbench.open({
      settings: { 'workbench.reduceMotion': 'on' },
    });
    port = await portOf(workbench);
  });

  after(async () => {
    await workbench.dispose();
  });

  /** How many requests have been answered: the status bar tells of the last ones a moment later. */
  let requests = 0;

  async function counted(target: string): Promise<number> {
    const status = await ask(port, `GET ${target}`);
    requests += 1;
    return status;
  }

  /** A picture in every theme. `show` makes what is to be seen, which switching the theme hides. */
  const pictures = async (name: string, show: () => Promise<void>): Promise<void> => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await show();
      await workbench.screenshot(`${name}-${theme.replace(' ', '-')}`);
      await workbench.page.keyboard.press('Escape');
    }
  };

  it('the palette’s Stop and Start, and a status item that follows', async () => {
    await workbench.runCommand('Stop HTTP Server');
    await notRunning(workbench);
    await assert.rejects(ask(port, 'GET /'));
    await workbench.runCommand('Start HTTP Server');
    assert.equal(await portOf(workbench), port);
    assert.equal(await counted('/'), 200);
  });

  it('one click that starts a stopped server', async () => {
    await workbench.runCommand('Stop HTTP Server');
    await notRunning(workbench);
    await workbench.serverItem().click();
    assert.equal(await portOf(workbench), port);
  });

  it('the number of requests in the status bar', async () => {
    for (let i = 0; i < 3; i++) await counted(`/files/hello.txt?${i}`);
    await workbench
      .serverItem()
      .filter({ hasText: new RegExp(`${port}\\s+${requests}\\s*$`) })
      .waitFor();
  });

  it('one line per exchange in the Output panel', async () => {
    await workbench.runCommand('Show HTTP Server Log');
    await ask(port, 'GET /style.css');
    await ask(port, 'GET /no/such/page');
    await ask(port, 'GET /.env');
    await ask(port, 'DELETE /files/hello.txt');
    await ask(port, 'POST /files/notes/posted.txt', 'posted');
    await workbench.outputLine(/200\sGET.*\/style\.css/).waitFor();
    await workbench.outputLine(/\[warning\]\s404\sGET.*\/no\/such\/page/).waitFor();
    await workbench.outputLine(/\[warning\]\s404\sGET.*\/\.env/).waitFor();
    await workbench.outputLine(/\[warning\]\s405\sDELETE/).waitFor();
    await workbench.outputLine(/201\sPOST.*posted\.txt/).waitFor();
    await pictures('log', () => Promise.resolve());
  });

  it('a stored file that the Output panel links', async () => {
    const stored = path.join(workbench.workspace ?? '', 'notes/posted.txt');
    await workbench.runCommand('Show HTTP Server Log');
    if (!existsSync(stored)) await ask(port, 'POST /files/notes/posted.txt', 'posted');
    // The editor cuts a link into pieces.
    const links = "[...document.querySelectorAll('.part.panel .detected-link')].map((piece) => piece.textContent)";
    await untilPage(workbench.page, `${links}.join('').includes(${JSON.stringify(stored)})`);
    const link = workbench.page.locator('.part.panel .detected-link').last();
    const tab = workbench.page.locator('.tab').filter({ hasText: 'posted.txt' });
    // A panel that is drawn anew between the press and the release takes no click.
    await until(tab, () => link.click({ modifiers: ['ControlOrMeta'] }));
    assert.equal(await fs.readFile(stored, 'utf8'), 'posted');
  });

  it('a tooltip with the address and the figures', async () => {
    await pictures('tooltip', async () => {
      for (let i = 0; i < 20; i++) await ask(port, `GET /files/hello.txt?${i}`);
      const cell = tooltip(workbench, 'HTTP Server')
        .locator('td')
        .filter({ hasText: /^\s*\d+ K?B\s*$/ });
      await showTooltip(workbench, cell.first());
    });
  });

  it('a menu on a click', async () => {
    await pictures('menu', async () => {
      await openMenu(workbench, 'Stop');
    });
  });

  it('that begins with the site, and has the settings of the window and of its machine', async () => {
    await openMenu(workbench, 'Stop');
    assert.match(await workbench.quickPick(/./).innerText(), /^Open in Browser/);
    await workbench.quickInput().fill('Settings');
    await workbench.quickPick('Settings of the Remote Machine').waitFor();
    await workbench.quickPick(/Settings(?! of)/).waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('a pick of endpoints with their addresses, the current file first', async () => {
    await workbench.page.locator('.explorer-folders-view').getByText('index.html').dblclick();
    await workbench.page.locator('.tab').filter({ hasText: 'index.html' }).waitFor();
    const endpoints = (): Promise<void> =>
      until(workbench.quickPick('/user-agent'), () => workbench.runCommand('Open HTTP Server Endpoint'));
    await pictures('endpoints', async () => {
      await endpoints();
    });
    await endpoints();
    assert.match(await workbench.quickPick(/./).innerText(), /index\.html/);
    await workbench.page.keyboard.press('Escape');
  });

  it('a globe over a page, whether the server runs or not', async () => {
    await workbench.openFile('index.html');
    const globe = workbench.page.getByRole('button', { name: 'Open with HTTP Server' });
    await globe.first().waitFor();
    await workbench.runCommand('Stop HTTP Server');
    await notRunning(workbench);
    await globe.first().waitFor();
    await workbench.serverItem().click();
    assert.equal(await portOf(workbench), port);
  });

  it('menus of files and folders in the explorer', async () => {
    const explorer = workbench.page.locator('.explorer-folders-view');
    const menu = workbench.page.locator('.monaco-menu');
    /** An open menu has all clicks. */
    const open = async (name: string, entry: string): Promise<void> =>
      until(menu.getByText(entry), async (timeout) => {
        await workbench.page.keyboard.press('Escape');
        await menu.waitFor({ state: 'detached', timeout }).catch(() => undefined);
        await explorer
          .getByText(name)
          .click({ button: 'right', timeout })
          .catch(() => undefined);
      });
    await open('index.html', 'Open with HTTP Server');
    await menu.getByText('Copy HTTP Server URL').waitFor();
    await workbench.screenshot('explorer-menu');
    await open('notes', 'Serve This Folder with HTTP Server');
    await tells(workbench, /Serving .*notes/, async () => {
      const entry = menu.locator('.action-item').filter({ hasText: 'Serve This Folder with HTTP Server' });
      await until(entry.and(workbench.page.locator('.focused')), () => entry.hover());
      await workbench.page.keyboard.press('Enter');
    });
    assert.equal(await ask(port, 'GET /files/readme.txt'), 200);
  });

  it('the reason of a failure, and a button that leads to the setting', async () => {
    const settings = path.join(workbench.workspace ?? '', '.vscode/settings.json');
    await fs.mkdir(path.dirname(settings));
    const failed = workbench.serverItem().locator('.codicon-warning');
    // A watcher may not look into a new folder yet.
    await until(failed, () => fs.writeFile(settings, JSON.stringify({ 'httpServer.root': 'no-such-folder' })));
    await pictures('failure', async () => {
      await showNotifications(workbench, 'httpServer.root');
      await showTooltip(workbench, tooltip(workbench, 'HTTP Server'));
    });
    const message = await showNotifications(workbench, 'httpServer.root');
    assert.equal(await message.count(), 1);
    await message.getByText('Open Settings').click();
    await workbench.page.locator('.settings-editor').getByText('Root', { exact: true }).first().waitFor();
    await workbench.screenshot('settings');
    assert.equal(await ask(port, 'GET /files/readme.txt'), 200, 'the server goes on as it was');
    await fs.rm(settings);
    assert.equal(await portOf(workbench), port);
    await message.waitFor({ state: 'hidden' });
  });

  it('a second window with a port of its own', async () => {
    const folder = await workbench.session.copyFolder();
    await fs.writeFile(path.join(folder, 'second.txt'), 'second');
    const second = await Workbench.openIn(workbench.session, folder);
    const other = await portOf(second);
    assert.notEqual(other, port);
    assert.equal(await ask(other, 'GET /files/second.txt'), 200);
    assert.equal(await ask(port, 'GET /files/second.txt'), 404);
    await second.page.close();
  });
});
