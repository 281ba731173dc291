/** Requests that were exported, read by who reads archives: the browser is answered out of the file, and asks nobody else. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { archiveOf } from '../../src/requests/har';
import { keep, storeWith } from '../requests/kept';
import { launchChromium } from '../support/host/chromium';
import { temporaryFolder } from '../support/served';

const host = 'Host: localhost:4221';

describe('an archive of requests', () => {
  let browser: Browser;
  let page: Page;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    folder = await temporaryFolder();
    browser = await launchChromium();
    page = await browser.newPage();
    const store = storeWith();
    const requests = [
      { head: ['GET / HTTP/1.1', host], response: ['HTTP/1.1 200 OK', 'Content-Type: text/html'] },
      {
        head: ['POST /hooks?a=b HTTP/1.1', host, 'Content-Type: application/json'],
        content: '{"ref":"main"}',
        response: ['HTTP/1.1 202 Accepted', 'X-Rule: 1', 'Set-Cookie: secret=1'],
      },
      { head: ['POST /octets HTTP/1.1', host], content: Buffer.from([0, 255]), response: ['HTTP/1.1 405 Not Here'] },
      { head: [''], response: ['HTTP/1.1 400 Bad Request'] },
    ].map((script) => keep(store, script));
    const file = join(folder.path, 'requests.har');
    await writeFile(file, archiveOf(requests, { version: '1.0.0', secrets: false, isSecure: () => false }));
    await page.routeFromHAR(file, { notFound: 'abort' });
  });
  after(async () => {
    await browser.close();
    await rm(folder.path, { recursive: true });
  });

  it('answers as the server has', async () => {
    const response = await page.goto('http://localhost:4221/');
    assert.equal(response?.status(), 200);
    const seen = await page.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const hook = await fetch('/hooks?a=b', { method: 'POST', headers, body: '{"ref":"main"}' });
      const octets = await fetch('/octets', { method: 'POST' });
      return [hook.status, hook.headers.get('x-rule'), octets.status];
    });
    assert.deepEqual(seen, [202, '1', 405]);
  });

  it('has nothing else', async () => {
    const isAnswered = page.evaluate(() => fetch('/other').then(() => true));
    await assert.rejects(isAnswered, /Failed to fetch/);
  });
});
