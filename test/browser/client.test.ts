/** A browser as a client of HTTP/1.1: connections that persist, uploads of all kinds, errors as pages. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { MiB } from '../../src/options';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';

describe('a browser', () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  before(async () => {
    served = await startServed();
    await writeFile(join(served.directory, 'index.html'), '<!doctype html><title>home</title>');
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`http://localhost:${served.port}/`);
  });
  after(async () => {
    await browser.close();
    await served.stop();
  });

  /** Runs an async function body in the page. */
  const run = <T>(body: string): Promise<T> => page.evaluate<T>(`(async () => { ${body} })()`);

  it('gets fifty answers on a few connections', async () => {
    const texts = await run<string[]>(
      `return Promise.all(Array.from({ length: 50 }, async (_, i) => (await fetch('/echo/' + i)).text()));`,
    );
    assert.deepEqual(
      texts,
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
    // Chromium opens six to one host, and one more for what it may need.
    assert.ok(served.server.connections <= 7, `${served.server.connections} connections`);
  });

  it('uploads a blob of 20 MiB and has it back', async () => {
    const same = await run<boolean>(`
      const octets = new Uint8Array(${20 * MiB}).map((_, i) => i % 251);
      const posted = await fetch('/files/blob', { method: 'POST', body: new Blob([octets]) });
      const back = new Uint8Array(await (await fetch('/files/blob')).arrayBuffer());
      return posted.status === 201 && back.length === octets.length && back.every((octet, i) => octet === octets[i]);
    `);
    assert.ok(same);
    assert.equal((await readFile(join(served.directory, 'blob'))).length, 20 * MiB);
  });

  it('reads a refusal of a large upload', async () => {
    const status = await run<number>(
      `return (await fetch('/user-agent', { method: 'POST', body: new Uint8Array(${8 * MiB}) })).status;`,
    );
    assert.equal(status, 405);
  });

  it('asks for the head only', async () => {
    const said = await run<string>(
      `const r = await fetch('/files/blob', { method: 'HEAD' });
       return r.status + ' ' + r.headers.get('content-length') + ' ' + (await r.text()).length;`,
    );
    assert.equal(said, `200 ${20 * MiB} 0`);
  });

  it('revalidates, and takes 304 for an answer', async () => {
    const content = randomBytes(100).toString('hex');
    await writeFile(join(served.directory, 'cached.txt'), content);
    for (let i = 0; i < 2; i++) assert.equal(await run<string>(`return (await fetch('/cached.txt')).text();`), content);
    const statuses = (): readonly number[] =>
      served.events.filter(({ target }) => target === '/cached.txt').map(({ status }) => status);
    // The log tells of an answer a moment after the browser has it.
    await served.logged(() => statuses().length === 2);
    assert.deepEqual(statuses(), [200, 304]);
  });

  it('shows an error as a page', async () => {
    const response = await page.goto(`http://localhost:${served.port}/nowhere`);
    assert.equal(response?.status(), 404);
    assert.match(response.headers()['content-type'] ?? '', /^text\/html/);
    assert.match(await page.title(), /404/);
  });
});
