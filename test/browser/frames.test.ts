/** Another site that shows ours in a frame (clickjacking): what it can have a person click on, and how to keep it out. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import type { Options } from '../../src/options';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';

describe('a frame of another site', function () {
  this.slow(5000);
  let browser: Browser;
  let other: Server;
  let served: Served;
  let page: Page;

  before(async () => {
    browser = await launchChromium({ args: ['--host-resolver-rules=MAP *.example 127.0.0.1, EXCLUDE localhost'] });
    other = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><body>');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });
  after(async () => {
    await browser.close();
    other.close();
    other.closeAllConnections();
  });
  afterEach(async () => {
    await page.context().close();
    await served.stop();
  });

  async function prepare(options: Partial<Omit<Options, 'limits'>>): Promise<void> {
    served = await startServed({ tls: undefined, ...options });
    writeFileSync(join(served.directory, 'page.html'), '<!doctype html><title>ours</title><img src="a.svg">');
    writeFileSync(join(served.directory, 'a.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    page = await (await browser.newContext()).newPage();
  }

  const theirs = (): string => `http://evil.example:${(other.address() as AddressInfo).port}/`;

  /** Resolves to the frame in which the page at `address` shows ours, when it has loaded. */
  async function show(address: string, path: string): Promise<Frame> {
    await page.goto(address);
    const script = `new Promise((resolve) => {
      const frame = Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(served.origin + path)} });
      frame.onload = () => resolve();
      document.body.append(frame);
    })`;
    await page.evaluate(script);
    const frame = page.frames()[1];
    assert.ok(frame);
    return frame;
  }

  it('has nothing in it that changes anything, where the page is our own', async () => {
    await prepare({ access: 'full' });
    for (const path of ['/', '/none']) {
      const frame = await show(theirs(), path);
      if (path === '/') await frame.locator('.entry input').first().dispatchEvent('click');
      assert.equal(await frame.locator('form, [type=file], [onclick], iframe').count(), 0);
      const names = await frame
        .locator('button')
        .evaluateAll((all) => all.map((each) => (each as { ariaLabel?: string }).ariaLabel ?? ''));
      assert.ok(
        names.every((name) => !/upload|delete|rename|move|copy|folder/i.test(name) || name === ''),
        names.join(),
      );
      const sent = `(() => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action: '/files/new.txt' });
        document.body.append(form);
        return new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
          form.submit();
        });
      })()`;
      assert.equal(await frame.evaluate(sent), 'form-action', 'even a form that somebody put there sends nothing');
    }
    assert.ok(served.events.every(({ method }) => method === 'GET'));
  });

  it('is empty where there is a token, although the browser has it', async () => {
    await prepare({ token: 'sesame' });
    await page.goto(`${served.origin}/page.html?token=sesame`);
    assert.equal(await page.title(), 'ours');
    // The log tells of answers a moment later.
    await served.logged(({ target }) => target === '/a.svg');
    served.events.length = 0;
    await show(theirs(), '/page.html');
    await served.logged(({ status }) => status === 401);
    assert.ok(served.events.every(({ status }) => status === 401));
  });

  it('is empty where the headers of the settings say so; one of ours is not', async () => {
    await prepare({ headers: { 'Content-Security-Policy': "frame-ancestors 'self'" } });
    assert.doesNotMatch((await show(theirs(), '/page.html')).url(), /page\.html/);
    assert.equal(await (await show(`${served.origin}/page.html`, '/page.html')).title(), 'ours');
  });
});
