/** Vite's development server behind a proxy rule: its pages, its modules, and what it tells pages by its WebSocket. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { modulesFolder } from '../bench/modules';
import { launchChromium } from '../support/host/chromium';
import { sparePort } from '../support/host/sparePort';
import { needs } from '../support/needs';
import { startServed, temporaryFolder, type Served } from '../support/served';

/** Of the package, what is used here: it is no dependency of ours, so its types are not here either. */
interface Vite {
  readonly createServer: (options: object) => Promise<ViteServer>;
}
interface ViteServer {
  readonly httpServer: { address(): { port: number } };
  listen(): Promise<unknown>;
  close(): Promise<void>;
}

const entry = join(modulesFolder, 'vite/dist/node/index.js');

const app = (text: string): string => `export const text = '${text}';`;
const main = `import { text } from './text.js';
document.querySelector('p').textContent = text;
import.meta.hot.accept('./text.js', (next) => (document.querySelector('p').textContent = next.text));`;
const html = '<!doctype html><title>app</title><p></p><script type="module" src="/main.js"></script>';

describe('Vite behind a proxy rule', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let vite: ViteServer | undefined;
  let served: Served;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    needs(this, 'Vite, which the benchmark installs', existsSync(entry));
    folder = await temporaryFolder();
    for (const [name, text] of [
      ['index.html', html],
      ['main.js', main],
      ['text.js', app('first')],
    ] as const)
      put(name, text);
    const { createServer } = (await import(pathToFileURL(entry).href)) as Vite;
    const server = { host: '127.0.0.1', port: await sparePort() };
    vite = await createServer({ root: folder.path, configFile: false, logLevel: 'error', cacheDir: '.vite', server });
    await vite.listen();
    served = await startServed({
      rules: [{ match: '/**', proxy: `http://localhost:${vite.httpServer.address().port}` }],
    });
    browser = await launchChromium();
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await vite?.close();
    if (browser !== undefined) await served.stop();
    await folder?.remove();
  });

  const put = (name: string, text: string): void => {
    mkdirSync(folder?.path ?? '', { recursive: true });
    writeFileSync(join(folder?.path ?? '', name), text);
  };
  const shows = (text: string): Promise<unknown> => page.locator('p', { hasText: text }).waitFor();

  it('shows its page, and replaces a module in it as it changes, without another load', async () => {
    const connected = page.waitForEvent('console', (message) => message.text().includes('[vite] connected'));
    await page.goto(served.origin);
    await shows('first');
    await connected;
    await page.evaluate('window.isSamePage = true');
    put('text.js', app('second'));
    await shows('second');
    assert.equal(await page.evaluate('window.isSamePage'), true);
  });

  it('hears from it that a page is to be loaded anew', async () => {
    const loaded = page.waitForEvent('load');
    put('index.html', html.replace('<p></p>', '<p></p><b>third</b>'));
    await loaded;
    await page.locator('b', { hasText: 'third' }).waitFor();
    const { rule } = await served.logged(({ status }) => status === 101);
    assert.equal(rule, 1);
  });

  it('goes on where both have a token by the same name', async () => {
    served.server.configure({ ...served.options, token: 'sesame' });
    const connected = page.waitForEvent('console', (message) => message.text().includes('[vite] connected'));
    await page.goto(`${served.origin}/?token=sesame`);
    await shows('second');
    await connected;
    put('text.js', app('fourth'));
    await shows('fourth');
  });
});
