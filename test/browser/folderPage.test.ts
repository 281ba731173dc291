/**
 * The folder's page in a real browser, as its script makes it: by `localhost` and, as browsers then lack much, by plain HTTP
 * over the network; on a desk and on a phone.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Live } from '../../src/endpoints/live/live';
import { dropBoxPage } from '../../src/endpoints/site/folderPage';
import { MiB } from '../../src/options';
import { launchChromium } from '../support/host/chromium';
import { needs, needsPosix } from '../support/needs';
import { read } from '../support/request';
import { startServed, type Served } from '../support/served';
import { picked, until } from './visitor';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const address: string = Object.values(networkInterfaces())
  .flatMap((infos = []) => infos)
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .reduce((_, each) => each.address, '');

const phone: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

const odd = ['<img src=x onerror=alert(1)>.txt', 'it\'s "q" & 100%.txt', 'two\nlines.txt', 'שלום.txt', 'n'.repeat(255)];

describe('the folder’s page', function () {
  this.slow(5000);
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let page: Page;
  let live: Live;
  /** What the page complained of: violations of its policy among them. */
  let complaints: string[];

  before(async function () {
    needsPosix(this);
    browser = await launchChromium();
  });
  after(() => (browser as Browser | undefined)?.close());
  afterEach(async () => {
    await (context as BrowserContext | undefined)?.close();
    await (served as Served | undefined)?.stop();
  });

  const write = (name: string, content: string | Buffer = name): void => {
    mkdirSync(join(served.directory, name, '..'), { recursive: true });
    writeFileSync(join(served.directory, name), content);
  };

  async function begin(
    options: Parameters<typeof startServed>[0] = {},
    how: BrowserContextOptions = {},
  ): Promise<void> {
    live = new Live();
    served = await startServed({ tls: undefined, access: 'full', liveReload: true, ...options }, {}, { live });
    complaints = [];
    context = await browser.newContext(how);
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => void complaints.push(dialog.message()));
    page.on('console', (message) => {
      if (/policy|trusted/i.test(message.text())) complaints.push(message.text());
    });
  }

  const open = async (path = 'files/', host = 'localhost'): Promise<void> => {
    await page.goto(`http://${host}:${served.port}/${path}`);
    await page.locator('.app').waitFor();
  };

  const link = (name: string): ReturnType<Page['locator']> => page.getByRole('link', { name, exact: true });
  const button = (name: string | RegExp): ReturnType<Page['locator']> => page.getByRole('button', { name });
  const names = (): Promise<string[]> => page.locator('.entry .name a').allInnerTexts();
  const send = (...files: ReturnType<typeof picked>[]): Promise<void> => page.setInputFiles('.pick-files', files);
  const stored = (name: string): string => readFileSync(join(served.directory, name), 'utf8');

  async function assertAccessible(state: string): Promise<void> {
    // Playwright's own way in, which the policy of the page does not bar.
    const session = await context.newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: `${axe};undefined` });
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])))`,
      ...{ awaitPromise: true, returnByValue: true },
    });
    assert.equal(result.value, '[]', state);
    await session.detach();
  }

  it('lists what is there, whatever its name, folders first, in the order of people, with sums', async () => {
    await begin();
    for (const name of [...odd, 'file10.txt', 'file2.txt', 'z/inner.txt']) write(name);
    await open();
    await link('file10.txt').waitFor();
    const listed = await page.locator('.entry .name a').allTextContents();
    assert.equal(listed[0], 'z');
    assert.ok(listed.indexOf('file2.txt') < listed.indexOf('file10.txt'));
    assert.deepEqual([...listed].sort(), [...odd, 'file10.txt', 'file2.txt', 'z'].sort());
    assert.match(await page.locator('.sums').innerText(), /^1 folder · 7 files, /);
    await page.locator('#filter').fill('FILE');
    assert.deepEqual(await names(), ['file2.txt', 'file10.txt']);
    await page.locator('#filter').fill('');
    await page.getByRole('button', { name: 'Size', exact: true }).click();
    assert.equal((await names())[1], 'n'.repeat(255));
    assert.deepEqual(complaints, []);
  });

  it('is gone through by the keyboard', async () => {
    await begin();
    for (const name of ['a.txt', 'b.txt', 'c.txt', 'dir/inner.txt']) write(name);
    await open();
    await link('a.txt').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await link('inner.txt').waitFor();
    await page.keyboard.press('Backspace');
    await link('a.txt').waitFor();
    assert.equal(await page.locator('.files').getAttribute('aria-activedescendant'), 'entry-0');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('4 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('b.t');
    assert.deepEqual(await names(), ['b.txt']);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await until(() => !existsSync(join(served.directory, 'b.txt')));
    await page.goBack();
    assert.deepEqual(complaints, []);
  });

  it('draws of 20,000 entries those that are seen, and goes to the last', async () => {
    await begin();
    for (let i = 0; i < 20_000; i++) writeFileSync(join(served.directory, `file ${i}`), '');
    await open();
    await link('file 0').waitFor();
    assert.ok((await page.locator('.entry').count()) < 100);
    await page.locator('.files').focus();
    await page.keyboard.press('End');
    await link('file 19999').waitFor();
    await page.locator('#filter').fill('1234');
    await link('file 1234').waitFor();
  });

  it('follows what changes, and leaves alone what is selected', async () => {
    await begin();
    write('a.txt');
    await open();
    await page.locator('.entry input').check();
    write('new.txt');
    const told = setInterval(() => live.changed(['/new.txt']), 100);
    await link('new.txt')
      .waitFor()
      .finally(() => clearInterval(told));
    await page.getByText('1 selected').waitFor();
  });

  it('lists anew on focus where nobody tells of changes', async () => {
    await begin({ liveReload: false });
    write('a.txt');
    await open();
    await link('a.txt').waitFor();
    write('new.txt');
    await page.evaluate(`dispatchEvent(new Event('focus'))`);
    await link('new.txt').waitFor();
  });

  it('takes in files, and asks about those that exist', async () => {
    await begin();
    write('taken.txt', 'old');
    write('other.txt', 'old');
    await open();
    await send(picked('taken.txt', 'new'), picked('fresh.txt', 'fresh'));
    await page.getByRole('button', { name: 'Keep both' }).click();
    await until(
      () => existsSync(join(served.directory, 'taken (2).txt')) && existsSync(join(served.directory, 'fresh.txt')),
    );
    assert.deepEqual([stored('taken.txt'), stored('taken (2).txt'), stored('fresh.txt')], ['old', 'new', 'fresh']);
    await link('fresh.txt').waitFor();
    await send(picked('taken.txt', 'newer'), picked('other.txt', 'newer'));
    await page.getByLabel('Do the same for all').check();
    await page.getByRole('button', { name: 'Replace' }).click();
    await until(() => stored('taken.txt') === 'newer' && stored('other.txt') === 'newer');
    await send(picked('taken.txt', 'newest'));
    await page.getByRole('button', { name: 'Skip' }).click();
    await page.locator('.upload.skipped').waitFor();
    assert.equal(stored('taken.txt'), 'newer');
    assert.deepEqual(complaints, []);
  });

  it('tells beside a file why it was refused, in the server’s words', async () => {
    await begin({ exclude: ['**/*.pem'] });
    await open();
    await button('Upload').last().waitFor();
    await send(picked('key.pem', 'x'));
    const sentence = await page.locator('.upload.refused .sentence').innerText();
    const { text } = await page.evaluate<{ text: string }>(
      `fetch('key.pem', { method: 'PUT', body: 'x', headers: { Accept: 'text/plain' } }).then(async (r) => ({ text: (await r.text()).trim() }))`,
    );
    assert.equal(sentence, text);
  });

  it('takes in a large file, paused, after an answer that never came, and after the page was loaded again', async () => {
    await begin();
    const content = randomBytes(40 * MiB);
    const path = join(served.directory, '..', 'large.bin');
    writeFileSync(path, content);
    await open();
    // What arrives first is enough: the rest waits for the page to be there again.
    let patches = 0;
    await page.route('**/.http-server/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH' && ++patches > 1) await route.abort('connectionreset');
      else await route.continue();
    });
    await page.setInputFiles('.pick-files', path);
    await page.getByText('Waiting for the network').waitFor();
    await button('Pause: large.bin').click();
    await page.locator('.upload.paused').waitFor();
    await page.unroute('**/.http-server/uploads/*');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('choose the same file again').waitFor();
    await page.setInputFiles('.pick-again', { name: 'large.bin', mimeType: 'x/y', buffer: Buffer.from('another') });
    await page.getByText('That is another file').waitFor();
    const before = served.events.length;
    await page.setInputFiles('.pick-again', path);
    await until(() => existsSync(join(served.directory, 'large.bin')));
    const digest = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');
    assert.equal(digest(readFileSync(join(served.directory, 'large.bin'))), digest(content));
    await page.locator('.upload.done').waitFor();
    const sent = served.events.slice(before).filter(({ method }) => method === 'PATCH' || method === 'PUT');
    assert.deepEqual([...new Set(sent.map(({ method }) => method))], ['PATCH'], 'it went on, and did not begin again');
  });

  it('takes what is dropped with its folders', async () => {
    await begin();
    await open();
    await button('Upload').last().waitFor();
    await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
      for (const type of ['dragenter', 'dragover']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await page.getByText('Drop to upload').waitFor();
    await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await until(() => existsSync(join(served.directory, 'dropped.txt')));
    const from = join(served.directory, '..', 'tree');
    mkdirSync(join(from, 'deep/er'), { recursive: true });
    writeFileSync(join(from, 'deep/er/inner.txt'), 'inner');
    await page.setInputFiles('.pick-folder', from);
    await until(() => existsSync(join(served.directory, 'tree/deep/er/inner.txt')));
    await link('tree').waitFor();
  });

  const previews: readonly (readonly [name: string, content: string | Buffer, selector: string])[] = [
    [
      'picture.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
      '.content img',
    ],
    ['page.html', '<script>alert(1)</script><h1>x</h1>', 'pre .hljs-tag'],
    ['a.ts', 'const a = 1;', 'pre .hljs-keyword'],
    [
      'text.md',
      '# Title\n<img src=x onerror=alert(1)>\n<script>alert(1)</script>\n[a](javascript:alert(1))',
      'article h1',
    ],
    ['sound.mp3', 'no sound', '.unshown'],
    ['archive.zip', 'x', '.unshown'],
    ['octets.xyz', Buffer.from([0, 1, 2]), '.unshown'],
  ];
  it('shows files in place, and runs nothing that is in them', async () => {
    await begin();
    for (const [name, content] of previews) write(name, content);
    await open();
    for (const [name, , selector] of previews) {
      await link(name).click();
      await page.locator(`dialog ${selector}`).first().waitFor();
      assert.equal(
        await page.locator('dialog script, dialog [onerror], dialog a[href^="javascript"], dialog iframe').count(),
        0,
      );
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    assert.deepEqual(complaints, []);
  });

  it('has a link and its QR code for each', async () => {
    await begin();
    write('a b.txt');
    await open();
    await page.locator('.entry input').check();
    await button('Link and QR code').click();
    await page.getByRole('img', { name: 'QR code of the link to a b.txt' }).waitFor();
    assert.equal(
      await page.getByRole('dialog').getByRole('textbox').inputValue(),
      `http://localhost:${served.port}/files/a%20b.txt`,
    );
  });

  it('as a drop box takes files in, asks for no list, and shows none', async () => {
    await begin();
    write('there.txt');
    const { text } = await read(dropBoxPage('../'));
    await page.route('**/files/', (route) => route.fulfill({ contentType: 'text/html', body: text }));
    await open();
    await page.getByRole('heading', { name: 'Send files' }).waitFor();
    await assertAccessible('drop box');
    const before = served.events.length;
    await send(picked('sent.txt', 'sent'));
    await page.locator('.upload.done').waitFor();
    assert.equal(stored('sent.txt'), 'sent');
    assert.deepEqual(
      served.events.slice(before).map(({ method, target }) => `${method} ${target}`),
      ['POST /files/sent.txt'],
    );
    assert.equal(await page.getByText('there.txt').count(), 0);
    assert.deepEqual(complaints, []);
  });

  it('offers only what the server does', async () => {
    await begin({ access: 'readOnly' });
    write('a.txt');
    await open();
    await page.locator('.entry input').check();
    await button('Link and QR code').waitFor();
    assert.equal(await page.locator('[type=file]').count(), 0);
    assert.equal(await button(/delete|rename|move|new folder|upload/i).count(), 0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing in it that axe finds fault with, in ${colorScheme}`, async () => {
      await begin({}, { colorScheme });
      for (const name of ['a.txt', 'b.md', 'c/d.txt']) write(name, '# Title');
      write('octets.bin', Buffer.from([0, 1]));
      await open();
      await link('a.txt').waitFor();
      await assertAccessible('list');
      await page.locator('.entry input').first().check();
      await assertAccessible('selection');
      const dialogs: readonly (readonly [button: string, state: string])[] = [
        ['Rename', 'a name is asked for'],
        ['Move…', 'a folder is asked for'],
        ['Link and QR code', 'link'],
        ['Delete', 'sure?'],
      ];
      for (const [name, state] of dialogs) {
        await button(name).click();
        await page.getByRole('dialog').waitFor();
        if (name === 'Rename') {
          await page.getByRole('dialog').getByRole('textbox').fill('..');
          await page.keyboard.press('Enter');
        }
        await assertAccessible(state);
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
      }
      await button('As a grid').click();
      await assertAccessible('grid');
      await link('octets.bin').click();
      await page.locator('.unshown').waitFor();
      await assertAccessible('no preview');
      await page.keyboard.press('Escape');
      await link('b.md').click();
      await page.locator('article h1').waitFor();
      await assertAccessible('preview');
      await page.keyboard.press('Escape');
      await send(picked('a.txt', 'x'));
      await page.getByRole('dialog').waitFor();
      await assertAccessible('question');
      await page.getByRole('button', { name: 'Skip' }).click();
      await page.locator('.upload.skipped').waitFor();
      await send(picked('.hidden', 'x'));
      await page.locator('.upload.refused').waitFor();
      await assertAccessible('uploads');
      rmSync(served.directory, { recursive: true });
      mkdirSync(served.directory);
      await page.reload();
      await page.getByText('This folder is empty').waitFor();
      await assertAccessible('empty');
      await page.locator('#filter').fill('nothing');
      await assertAccessible('no match');
      await served.server.stop(0);
      await page.locator('#filter').fill('');
      await page.evaluate(`history.pushState(null, '', './away/'), dispatchEvent(new PopStateEvent('popstate'))`);
      await page.getByText('The server does not answer.').waitFor();
      await assertAccessible('error');
      assert.deepEqual(complaints, []);
    });
  }

  it('works by touch on a phone, in German', async () => {
    await begin({}, { ...phone, locale: 'de-DE' });
    for (const name of ['a.txt', 'ordner/b.txt']) write(name);
    await open();
    await link('ordner').tap();
    await link('b.txt').waitFor();
    await page.locator('.entry input').tap();
    await page.getByText('1 ausgewählt').waitFor();
    await send(picked('neu.txt', 'x'));
    await until(() => existsSync(join(served.directory, 'ordner/neu.txt')));
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'));
  });

  it('works by plain HTTP over the network, with a token', async function () {
    needs(this, 'an address in a network', address !== '');
    await begin({ host: address, token: 'sesame' });
    write('a.txt');
    await page.goto(`http://${address}:${served.port}/files/?token=sesame`);
    await link('a.txt').waitFor();
    assert.equal(await page.evaluate<boolean>('isSecureContext'), false);
    await send(picked('b.bin', randomBytes(17 * MiB)));
    await until(() => existsSync(join(served.directory, 'b.bin')));
    await link('b.bin').waitFor();
    live.changed('all');
    await link('a.txt').click();
    await page.locator('pre.source').waitFor();
    assert.deepEqual(complaints, []);
    assert.ok(readdirSync(served.directory).length >= 2);
  });
});
