import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { RawClient } from '../support/rawClient';
import { EditorSession } from './session';
import { ask, notRunning, portOf, until } from './running';
import { inTime } from './quickInput';
import { Workbench } from './workbench';

const always = ['Show HTTP Server Log', 'Show HTTP Server Menu'];
const withFolder = [
  'Copy HTTP Server URL',
  'Debug with HTTP Server',
  'Open HTTP Server Endpoint…',
  'Open Preview to the Side',
  'Serve This Folder with HTTP Server',
  'Share on Local Network…',
  'Show HTTP Server Console',
  'Show HTTP Server Requests',
  'Show Rules',
];
const whileRunning = ['Export Requests as HAR…', 'Restart HTTP Server', 'Stop HTTP Server', 'Wait for a Request'];

const name = 'HTTP Server';

/** The titles of our commands in the palette, which has a category before those that do not say whose they are. */
async function offered(workbench: Workbench): Promise<string[]> {
  // The list follows the typing when that has ended: it does when it has shown this, and no longer does. It is a command of an
  // extension that the editor brings, in every window: when it is there, the editor has read what extensions contribute.
  const ofExtension = 'JSON: Clear Schema Cache';
  const all = new Set<string>();
  await workbench.insist('The palette does not stay open.', async (timeout) => {
    all.clear();
    const { quick } = workbench;
    // A window that is still opening closes the palette.
    if (!(await quick.open(ofExtension, timeout)) || !(await quick.has(ofExtension, timeout))) return false;
    if (!(await quick.write(`>${name}`, timeout))) return false;
    if (!(await inTime(workbench.quickPick(ofExtension).waitFor({ state: 'hidden', timeout })))) return false;
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row .label-name');
    for (const label of await rows.allInnerTexts()) all.add(label);
    // The list has only the rows that are seen.
    const last = workbench.page.locator('.quick-input-list .monaco-list-row.focused[data-last-element=true]');
    if (!(await quick.press('ArrowUp')) || !(await inTime(last.waitFor({ timeout })))) return false;
    for (const label of await rows.allInnerTexts()) all.add(label);
    return quick.press('Escape');
  });
  const labels = [...all].map((label) => label.replaceAll('\u00a0', ' '));
  const ours = labels.filter((label) => label.includes(name));
  for (const label of ours) assert.equal(label.lastIndexOf(name), label.indexOf(name), `${label} says it twice`);
  const titles = ours.map((label) => label.replace(`${name}: `, ''));
  // That is about the file which has the focus, in the explorer or in an editor.
  return titles.filter((title) => title !== 'Open with HTTP Server').sort();
}

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

  it('reloaded, takes back the port that a setting asks for once it is free', async () => {
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
    const loaded = workbench.page.waitForEvent('load');
    // By the command, before which the editor writes down what it remembers.
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    assert.equal(await portOf(workbench), asked);
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

  it('without a folder, has no item, and its menu offers to open one', async () => {
    const workbench = await Workbench.openIn(session, undefined);
    await until(workbench.quickPick('Open Folder…'), () => workbench.runCommand('Show HTTP Server Menu'));
    await workbench.screenshot('no-folder');
    await workbench.page.keyboard.press('Escape');
    assert.equal(await workbench.serverItem().count(), 0);
    await workbench.runCommand('Show HTTP Server Log');
    await workbench.page.close();
  });

  it('offers no command that cannot work', async () => {
    const workbench = await Workbench.openIn(session, await session.copyFolder());
    await portOf(workbench);
    assert.deepEqual(await offered(workbench), [...always, ...withFolder, ...whileRunning].sort());
    await workbench.runCommand('Stop HTTP Server');
    await notRunning(workbench);
    assert.deepEqual(await offered(workbench), [...always, ...withFolder, 'Start HTTP Server'].sort());
    await workbench.page.close();
  });

  it('offers, without a folder, only what needs none', async () => {
    const workbench = await Workbench.openIn(session, undefined);
    assert.deepEqual(await offered(workbench), always);
    await workbench.page.close();
  });
});

/** Each has a browser of its own, which ends with it: a page that is on its way elsewhere may hold up the next one. */
describe('a window whose folder is closed', () => {
  let session: EditorSession;

  beforeEach(async () => {
    session = await EditorSession.start({ settings });
  });

  afterEach(async () => {
    await session.dispose();
  });

  it('leaves no server behind', async () => {
    const workbench = await Workbench.openIn(session, await session.copyFolder());
    const port = await portOf(workbench);
    const client = await RawClient.connect(port);
    await workbench.runCommand('Close Workspace');
    await client.readToEnd();
    await assert.rejects(ask(port, 'GET /hello.txt'));
  });

  it('lets an upload that is under way end', async () => {
    const workbench = await Workbench.openIn(session, await session.copyFolder());
    const port = await portOf(workbench);
    const [idle, client] = [await RawClient.connect(port), await RawClient.connect(port)];
    await client.write(`PUT /files/late.txt HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 12\r\n\r\n`);
    await client.write('begun, ');
    await workbench.runCommand('Close Workspace');
    // The editor deactivates the extension: what is idle is closed.
    await idle.readToEnd();
    await client.write('ended');
    assert.equal((await client.read()).status, 201);
    assert.equal(await fs.readFile(path.join(workbench.workspace ?? '', 'late.txt'), 'utf8'), 'begun, ended');
    client.close();
  });
});

describe('a folder that is not trusted', () => {
  let workbench: Workbench;

  before(async () => {
    // An editor takes whatever is developed for trusted.
    workbench = await Workbench.open({ settings, workspaceTrust: true, installed: true });
  });

  after(async () => {
    await workbench.dispose();
  });

  it('has no server until it is trusted', async () => {
    await workbench.statusBarItem('Restricted Mode').waitFor();
    assert.equal(await workbench.serverItem().count(), 0);
    assert.deepEqual(await offered(workbench), []);
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.locator('.workspace-trust-editor').getByText('Trust', { exact: true }).click();
    assert.equal(await ask(await portOf(workbench), 'GET /hello.txt'), 200);
  });
});

describe('a folder that is on no disk', () => {
  let session: EditorSession;

  before(async () => {
    session = await EditorSession.start({ settings, installed: true });
  });

  after(async () => {
    await session.dispose();
  });

  it('has neither a server nor commands', async () => {
    const workbench = await Workbench.openIn(session, 'vscode-vfs://somewhere/else');
    assert.deepEqual(await offered(workbench), []);
    assert.equal(await workbench.serverItem().count(), 0);
    await workbench.page.close();
  });
});
