import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../support/host/paths';
import { needs } from '../support/needs';
import { ask, portOf, showTooltip, tooltip } from './running';
import { EditorSession } from './session';
import { Workbench } from './workbench';

/** Its path is in the picture: where `TMPDIR` is a home, it is that of a user. */
const folder = path.join(tmpdir(), 'small-site');

describe('the picture in README', () => {
  let session: EditorSession | undefined;
  let workbench: Workbench;

  before(async function () {
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    await fs.cp(path.join(projectRoot, 'test/fixtures/workspace'), folder, { recursive: true });
    session = await EditorSession.start({
      // The picture shows the default.
      settings: { 'workbench.reduceMotion': 'on', 'httpServer.port': 4221 },
      installed: true,
      viewport: { width: 1280, height: 700 },
    });
    workbench = await Workbench.openIn(session, folder);
  });

  after(async () => {
    await session?.dispose();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('is left as readme.png: a page, the log, and the status item’s tooltip', async () => {
    const port = await portOf(workbench);
    await workbench.setTheme('dark');
    await workbench.openFile('index.html');
    await workbench.runCommand('Show HTTP Server Log');
    for (const path of ['/', '/style.css', '/favicon.ico', '/echo/hello', '/files/']) await ask(port, `GET ${path}`);
    assert.equal(await ask(port, 'POST /files/notes/photo.jpg', '\xff\xd8\xff'.repeat(60_000)), 201);
    await workbench.outputLine(/201\sPOST.*photo\.jpg/).waitFor();
    // It may be some seconds older than the log.
    await showTooltip(workbench, tooltip(workbench, 'HTTP Server').locator('td').filter({ hasText: '180 KB' }));
    await workbench.screenshot('readme');
  });
});
