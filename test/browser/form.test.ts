/** A form of a page that we serve, sent by a real browser, stores the files that were chosen. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/host/chromium';
import { projectRoot } from '../support/host/paths';
import { startServed, type Served } from '../support/served';

const page = `<!doctype html><title>form</title>
<form action="files/inbox/" method="post" enctype="multipart/form-data">
<input name="note" value="ignored"><input type="file" name="one" multiple><input type="file" name="none"><button>Send</button>
</form>`;

describe('a form in a browser', function () {
  this.slow(5000);
  let browser: Browser;
  let served: Served;
  before(async () => {
    browser = await launchChromium();
    served = await startServed();
    writeFileSync(join(served.directory, 'form.html'), page);
  });
  after(async () => {
    await browser.close();
    await served.stop();
  });

  it('as docs/http.md has it, stores the files that were chosen', async () => {
    const text = readFileSync(join(projectRoot, 'docs/http.md'), 'utf8');
    const form = /<form .*?<\/form>/s.exec(text)?.[0] ?? '';
    writeFileSync(join(served.directory, 'page.html'), `<!doctype html><title>form</title>${form}`);
    const tab = await browser.newPage();
    await tab.goto(`http://localhost:${served.port}/page.html`);
    const chosen = ['one', 'two'].map((name) => ({ name, buffer: Buffer.from(name), mimeType: 'text/plain' }));
    await tab.setInputFiles('input[type=file]', chosen);
    const answered = tab.waitForResponse((each) => each.request().method() === 'POST');
    await tab.click('button');
    assert.equal((await answered).status(), 303);
    for (const { name } of chosen) assert.equal(readFileSync(join(served.directory, 'inbox', name), 'utf8'), name);
  });

  it('S11: stores the files that were chosen, whatever their names, and leads to the page that shows them', async () => {
    const files = new Map([
      ['plain.txt', Buffer.from('text')],
      ['a "b" & ü 💾.bin', Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256))],
      ['100%.txt', Buffer.alloc(0)],
    ]);
    const tab = await browser.newPage();
    await tab.goto(`http://localhost:${served.port}/form.html`);
    const chosen = [...files].map(([name, buffer]) => ({ name, buffer, mimeType: 'application/octet-stream' }));
    await tab.setInputFiles('input[name=one]', chosen);
    const answered = tab.waitForResponse((each) => each.request().method() === 'POST');
    await tab.click('button');
    assert.equal((await answered).status(), 303);
    await tab.waitForURL(`http://localhost:${served.port}/files/inbox/`);
    await tab
      .locator('.entry')
      .nth(files.size - 1)
      .waitFor();
    const shown = await tab.locator('.entry a').allTextContents();
    for (const name of files.keys()) assert.ok(shown.includes(name), name);
    for (const [name, content] of files) assert.deepEqual(readFileSync(join(served.directory, 'inbox', name)), content);
  });
});
