import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { EditorSession } from './session';
import { ask, notRunning, portOf, showNotifications } from './running';
import { Workbench } from './workbench';

const settings = { 'workbench.reduceMotion': 'on' };

describe('the life of a window', () => {
  let session: EditorSession;

  before(async () => {
    session = await EditorSession.start({ settings });
  });

  after(async () => {
    await session.dispose();
  });

  it('reloaded, has its server again on the same port', async () => {
    const workbench = await Workbench.openIn(session, await session.copyFolder());
    const port = await portOf(workbench);
    await workbench.page.reload();
    assert.equal(await portOf(workbench), port);
    assert.equal(await ask(port, 'GET /hello.txt'), 200);
    await workbench.page.close();
  });

  it('reloaded, has the port of before even if the one asked for is free again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const asked = (other.address() as AddressInfo).port;
    const folder = await session.copyFolder();
    await fs.mkdir(path.join(folder, '.vscode'));
    await fs.writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify({ 'httpServer.port': asked }));
    const workbench = await Workbench.openIn(session, folder);
    const used = await portOf(workbench);
    assert.notEqual(used, asked);
    other.close();
    await workbench.page.reload();
    assert.equal(await portOf(workbench), used);
    await workbench.page.close();
  });

  it('on the folder of another window, has a port of its own', async () => {
    const folder = await session.copyFolder();
    const [one, two] = [await Workbench.openIn(session, folder), await Workbench.openIn(session, folder)];
    const ports = [await portOf(one), await portOf(two)];
    assert.notEqual(ports[0], ports[1]);
    for (const port of ports) assert.equal(await ask(port, 'GET /hello.txt'), 200);
    await one.page.close();
    await two.page.close();
  });

  it('without a folder, says so when the server is to start, offers to open one, and stays healthy', async () => {
    const workbench = await Workbench.openIn(session, undefined);
    await notRunning(workbench);
    await workbench.serverItem().click();
    await showNotifications(workbench);
    const message = workbench.page.locator('.notification-list-item').filter({ hasText: 'no folder' });
    await message.getByText('Open Folder…').waitFor();
    await workbench.screenshot('no-folder');
    await workbench.runCommand('Show HTTP Server Log');
    await workbench.page.close();
  });

  it('offers no command that cannot work', async () => {
    const workbench = await Workbench.openIn(session, await session.copyFolder());
    const offered = async (): Promise<string[]> => {
      await workbench.page.keyboard.press('F1');
      await workbench.quickInput().fill('>HTTP Server: ');
      await workbench.quickPick('Show HTTP Server Log').waitFor();
      const rows = await workbench.page.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
      await workbench.page.keyboard.press('Escape');
      return ['Start', 'Stop', 'Restart'].filter((verb) => rows.some((row) => row.includes(`${verb} HTTP Server`)));
    };
    await portOf(workbench);
    assert.deepEqual(await offered(), ['Stop', 'Restart']);
    await workbench.runCommand('Stop HTTP Server');
    await notRunning(workbench);
    assert.deepEqual(await offered(), ['Start']);
    await workbench.page.close();
  });
});

describe('a folder that is not trusted', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ settings, workspaceTrust: true });
  });

  after(async () => {
    await workbench.dispose();
  });

  it('has no server until it is trusted', async () => {
    await workbench.statusBarItem('Restricted Mode').waitFor();
    assert.equal(await workbench.serverItem().count(), 0);
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.locator('.workspace-trust-editor').getByText('Trust', { exact: true }).click();
    assert.equal(await ask(await portOf(workbench), 'GET /hello.txt'), 200);
  });
});
