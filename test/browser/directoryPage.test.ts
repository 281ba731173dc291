/** The folder's page without a script: every link works, whatever the name, nothing of it runs, and files can be sent. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { serve, type Server } from '../../src/serve';
import { TestFolder } from '../support/folder';
import { launchChromium } from '../support/host/chromium';
import { needsPosix } from '../support/needs';

const names = [
  'plain.txt',
  'a&b.txt',
  'a#b.txt',
  'a%b.txt',
  '%41.txt',
  'a?b.txt',
  'it\'s "quoted".txt',
  '<img src=x onerror=alert(1)>.txt',
  '<script>alert(1)<!--.txt',
  'javascript:alert(1).txt',
  'http:.txt',
  ' blanks .txt',
  'caf\u00e9 \u65e5\u672c \u{1f600}.txt',
  'a+b;c=d,e@f.txt',
];

describe('the page of a folder without a script', function () {
  let folder: TestFolder;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  before(async function () {
    needsPosix(this);
    folder = new TestFolder();
    for (const name of names) folder.write(name, `content of ${name}`).write(`d ${name}/inner.txt`, `inner of ${name}`);
    server = await serve(folder.options({ port: 0 }), { onExchange: () => undefined });
    browser = await launchChromium();
    page = await browser.newPage({ javaScriptEnabled: false });
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // The browser asks for an icon of its own accord.
      if (!message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
    });
  });
  after(async () => {
    await browser.close();
    await server.stop(0);
    folder.remove();
  });

  const start = (): string => `http://127.0.0.1:${server.address.port}/`;
  const bodyText = (): Promise<string> => page.locator('body').innerText();

  for (const name of names) {
    it(`leads to ${name}`, async () => {
      await page.goto(start());
      await page.getByRole('link', { name, exact: true }).click();
      await page.waitForURL((url) => url.href !== start());
      assert.equal(await page.locator('body').textContent(), `content of ${name}`);
    });

    it(`leads into the folder d ${name}, and back`, async () => {
      await page.goto(start());
      await page.getByRole('link', { name: `d ${name}/`, exact: true }).click();
      await page.getByRole('link', { name: 'inner.txt' }).click();
      await page.waitForURL(/\/inner\.txt$/);
      assert.equal(await bodyText(), `inner of ${name}`);
      await page.goBack();
      await page.getByRole('link', { name: '../' }).click();
      await page.waitForURL(start());
    });
  }

  it('sends files by its form', async () => {
    await page.goto(start());
    await page.setInputFiles('input[type=file]', {
      name: 'sent.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('x'),
    });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.waitForURL(`${start()}files/`);
    await page.getByRole('link', { name: 'sent.txt', exact: true }).waitFor();
  });

  it('ran nothing, and had nothing to complain of', () => assert.deepEqual(complaints, []));
});
