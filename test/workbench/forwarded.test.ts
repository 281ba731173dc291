import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { needs } from '../support/needs';
import { Workbench } from './workbench';

describe('the site behind an editor that forwards ports by a path', () => {
  let workbench: Workbench | undefined;
  let page: Page;
  let site: string;

  before(async function () {
    // The program around the oldest editor needs a native module for passwords, which its installation leaves out.
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    workbench = await Workbench.open({ proxy: true, settings: { 'httpServer.port': 0 } });
    const item = workbench.serverItem().filter({ hasText: /\d/ });
    await item.waitFor();
    const port = /\d+/.exec(await item.innerText())?.[0];
    site = new URL(`/proxy/${port}/`, workbench.page.url()).href;
    page = await workbench.session.openPlainPage();
  });

  after(async () => {
    await workbench?.dispose();
  });

  it('is there', async () => {
    const response = await page.goto(site);
    assert.equal(response?.status(), 200);
    assert.equal(await page.title(), 'A small site');
  });

  it('finds its style sheet beside it', async () => {
    await page.goto(site);
    assert.equal(await page.evaluate('getComputedStyle(document.body).maxWidth'), '640px');
  });

  it('R15: is told of changes through the proxy', async function () {
    await page.goto(site);
    const file = path.join(workbench?.workspace ?? '', 'index.html');
    const text = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, text.replace('</body>', '<p id="news">news</p></body>'));
    await page.locator('#news').waitFor();
    await fs.writeFile(file, text);
    await page.locator('#news').waitFor({ state: 'detached' });
  });

  it('redirects to a folder without leaving the path', async () => {
    await page.goto(`${site}notes`);
    assert.equal(page.url(), `${site}notes/`);
  });
});
