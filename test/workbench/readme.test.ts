import assert from 'node:assert/strict';
import path from 'node:path';
import { needs } from '../support/needs';
import { ask, portOf, until } from './running';
import { Workbench } from './workbench';

/** For a page: has whoever looks at it see that folder in the place of the temporary one. */
const replaced = (folder: string, shown: string): string => `(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
    if (text.data.includes(${JSON.stringify(folder)})) text.data = text.data.replaceAll(${JSON.stringify(folder)}, ${JSON.stringify(shown)});
  }
})()`;

describe('the picture in README', () => {
  let workbench: Workbench;

  before(async function () {
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    workbench = await Workbench.open({
      // The picture shows the default.
      settings: { 'workbench.reduceMotion': 'on', 'httpServer.port': 4221 },
      installed: true,
      viewport: { width: 1280, height: 700 },
    });
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
  });

  it('is left as readme.png: a page, the log, and the status item’s tooltip', async () => {
    const port = await portOf(workbench);
    await workbench.setTheme('dark');
    await workbench.runCommand('Go to File');
    await workbench.page.locator('.quick-input-widget input').first().fill('index.html');
    await workbench.quickPick('index.html').click();
    await workbench.page.locator('.tab').filter({ hasText: 'index.html' }).waitFor();
    await workbench.runCommand('Show HTTP Server Log');
    for (const path of ['/', '/style.css', '/favicon.ico', '/echo/hello', '/files/']) await ask(port, `GET ${path}`);
    assert.equal(await ask(port, 'POST /files/notes/photo.jpg', '\xff\xd8\xff'.repeat(60_000)), 201);
    await workbench.outputLine(/201\sPOST.*photo\.jpg/).waitFor();
    const hover = workbench.page.locator('.monaco-hover, .workbench-hover').filter({ hasText: 'HTTP Server' }).last();
    await until(hover, async () => {
      await workbench.page.mouse.move(640, 300);
      await workbench.serverItem().hover();
    });
    // It may be some seconds older than the log.
    await hover.locator('td').filter({ hasText: '180 KB' }).waitFor();
    const folder = workbench.workspace ?? '';
    await workbench.page.evaluate(replaced(folder, `/home/me/${path.basename(folder)}`));
    await workbench.screenshot('readme');
    assert.doesNotMatch(await workbench.page.locator('body').innerText(), /http-server-workspace-/);
  });
});
