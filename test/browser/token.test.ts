/** The token in a real browser: once in the address, then in a cookie that nobody else gets to see or to use. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { trusting } from '../support/tls';
import { untilPage } from '../support/untilPage';

describe('the token in a browser', function () {
  this.slow(5000);
  let browser: Browser;
  let other: Server;
  let served: Served;
  let page: Page;
  let link = '';

  before(async () => {
    const names = '--host-resolver-rules=MAP *.example 127.0.0.1, EXCLUDE localhost';
    browser = await launchChromium({ args: [names, ...(await trusting())] });
    other = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end(`<!doctype html><a href="${link}">there</a>`);
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });
  after(async () => {
    await browser.close();
    other.close();
    other.closeAllConnections();
  });
  beforeEach(async () => {
    served = await startServed({ token: 'sesame' });
    writeFileSync(join(served.directory, 'page.html'), '<!doctype html><title>inside</title><img src="a.svg">');
    writeFileSync(join(served.directory, 'a.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    page = await (await browser.newContext()).newPage();
  });
  afterEach(async () => {
    await page.context().close();
    await served.stop();
  });

  const ours = (path: string): string => `${served.origin}${path}`;

  /** Follows a link on a page of another site. */
  async function follow(url: string): Promise<void> {
    link = url;
    await page.goto(`http://other.example:${(other.address() as AddressInfo).port}/`);
    await page.click('a');
  }

  it('leaves the address, and all of the page is there', async () => {
    await page.goto(ours('/page.html?token=sesame&v=1'));
    assert.equal(page.url(), ours('/page.html?v=1'));
    assert.equal(await page.title(), 'inside');
    await served.logged(({ target, status }) => target === '/a.svg' && status === 200);
    assert.equal(await page.evaluate('document.cookie'), '');
  });

  it('is kept for the next page, and for uploads', async () => {
    await page.goto(ours('/page.html?token=sesame'));
    const upload = `fetch('/files/new.txt', { method: 'POST', body: 'x' }).then((response) => response.status)`;
    assert.equal(await page.evaluate(upload), 201);
    await page.goto(ours('/page.html'));
    assert.equal(await page.title(), 'inside');
  });

  it('works in a link on another site', async () => {
    await follow(ours('/page.html?token=sesame'));
    await page.waitForURL(ours('/page.html'));
    await untilPage(page, `document.title === 'inside'`);
  });

  it('is not needed again in such a link', async () => {
    await page.goto(ours('/page.html?token=sesame'));
    await follow(ours('/page.html'));
    await page.waitForURL(ours('/page.html'));
    await untilPage(page, `document.title === 'inside'`);
  });

  it('is asked for by a dialog where a link has none, and not over and over', async () => {
    await follow(ours('/page.html'));
    await served.logged(({ target, status }) => target === '/page.html' && status === 401);
    const again = (): number => served.events.filter(({ target }) => target === '/page.html').length;
    await served.logged(() => again() === 2);
    // Some browsers then show what came with the refusal, and others their dialog. None asks once more before the next page.
    // By a page of its own, for the first may still be on its way.
    const next = await page.context().newPage();
    await next.goto(ours('/echo/next?token=sesame'));
    await next.close();
    assert.equal(again(), 2);
  });

  it('may be given in that dialog', async () => {
    const context = await browser.newContext({ httpCredentials: { username: 'anybody', password: 'sesame' } });
    const locked = await context.newPage();
    await locked.goto(ours('/page.html'));
    assert.equal(await locked.title(), 'inside');
    await context.close();
  });
});
