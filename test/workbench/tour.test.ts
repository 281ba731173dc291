import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { networkAddresses } from '../../src/addresses';
import { needs } from '../support/needs';
import { clickText, portOf } from './running';
import { sizes, Stage } from './stage';
import { Workbench } from './workbench';

const addresses = networkAddresses();

/** What the user does is what is seen. */
const settings = {
  ...{ 'workbench.reduceMotion': 'on', 'httpServer.port': 4221, 'files.autoSave': 'off' },
  ...{ 'editor.minimap.enabled': false, 'editor.quickSuggestions': false, 'editor.wordWrap': 'on' },
  ...{
    'workbench.tips.enabled': false,
    'window.commandCenter': false,
    'window.title': '${activeEditorShort} – ${rootName}',
  },
};

describe('the animation in README', () => {
  let workbench: Workbench;

  before(async function () {
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    needs(this, 'an address in a network', addresses.length > 0);
    workbench = await Workbench.open({ settings, installed: true, viewport: sizes.editor });
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
  });

  const panel = (): FrameLocator => workbench.webview();

  async function open(size: { readonly width: number; readonly height: number }, url?: string): Promise<Page> {
    const page = await workbench.session.openPlainPage();
    await page.setViewportSize(size);
    if (url !== undefined) await page.goto(url);
    return page;
  }

  /** What is typed in the editor, and seen on those pages. */
  async function type(text: string, ...pages: Page[]): Promise<void> {
    await workbench.page.bringToFront();
    await workbench.page.keyboard.type(text);
    await Promise.all(pages.map((page) => page.locator('p').filter({ hasText: text }).waitFor()));
  }

  it('is left as frames: an editor, a browser that follows it, and a phone that sends a file', async () => {
    const port = await portOf(workbench);
    await workbench.setTheme('dark');
    const { page } = workbench;
    await page.locator('.explorer-folders-view').getByText('index.html').dblclick();
    const browser = await open(sizes.browser, `http://localhost:${port}/`);
    const pages: ConstructorParameters<typeof Stage>[1] = { stage: await open(sizes.stage), browser };
    const stage = new Stage(workbench, pages);
    await page.bringToFront();
    await clickText(workbench, 'Served from the folder');
    // The line is wrapped: once to the end of what is seen of it, and then to its own.
    for (let i = 0; i < 2; i++) await page.keyboard.press('End');
    for (let i = 0; i < '</p>'.length; i++) await page.keyboard.press('ArrowLeft');
    await stage.show('Your folder is on HTTP as soon as it is open', 2);
    for (const word of [' It', ' follows', ' what', ' you', ' type.']) {
      await type(word, browser);
      await stage.show('Pages follow what you type, before you save it', 0.4);
    }
    await stage.show('Pages follow what you type, before you save it', 1.2);

    const network = addresses.length > 1 ? [addresses[0]!.address] : [];
    await workbench.runCommand('Share on Local Network', 'Read and Write, by HTTP', ...network);
    await panel().getByText('Stop Sharing').waitFor();
    const link = await panel().locator('.link code').innerText();
    await stage.show('One command lets in a phone: it scans the code', 2);
    const phone = await open(sizes.phone, link);
    pages.phone = phone;
    await phone.getByText('hello.txt').waitFor();
    await phone.locator('.pick-files').waitFor({ state: 'attached' });
    await page.bringToFront();
    await stage.show('One command lets in a phone: it scans the code', 2);

    await page.locator('.tab').filter({ hasText: 'index.html' }).click();
    await workbench.runCommand('Show HTTP Server Log');
    await workbench.outputLine('GET').waitFor();
    await stage.show('It takes files, too', 1.2);
    const photo = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(180_000, 1) };
    await phone.setInputFiles('.pick-files', photo);
    await phone.locator('.upload.done').waitFor();
    await page.bringToFront();
    await workbench.outputLine(/photo\.jpg/).waitFor();
    assert.equal((await fs.stat(path.join(workbench.workspace ?? '', 'photo.jpg'))).size, 180_000);
    await page.locator('.explorer-folders-view').getByText('photo.jpg').waitFor();
    // What the mouse points at would tell of itself.
    await page.mouse.move(0, 0);
    await page.locator('.monaco-hover:visible, .workbench-hover:visible').waitFor({ state: 'detached' });
    await stage.show('It takes files, too: you see each request', 3);
  });
});
