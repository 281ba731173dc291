/** Live reload in a real browser: what reloads, what takes effect without that, and what is left alone. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Live } from '../../src/endpoints/live/live';
import { serve } from '../../src/serve';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { untilPage } from '../support/untilPage';
import { listening } from './pages';

const html = (head: string, body = ''): string =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;

const svg = (width: number): string => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="1"/>`;

const files: Readonly<Record<string, string>> = {
  'index.html': html(
    `<title>one</title><link rel="stylesheet" href="style.css"><script src="a.js"></script>`,
    `<p>first</p><div style="height: 5000px"></div><img src="picture.svg"><iframe src="frame.html"></iframe>`,
  ),
  'style.css': '@import "deep.css"; p { color: rgb(1, 0, 0) }',
  'deep.css': 'p { margin-top: 1px }',
  'a.js': 'window.a = 1; fetch("data.json")',
  'data.json': '{}',
  'picture.svg': svg(10),
  'frame.html': html('<title>frame</title>'),
  'other.html': html('<title>other</title>'),
  'unused.css': 'p { color: blue }',
};

describe('live reload', function () {
  this.slow(5000);
  let browser: Browser;
  let context: BrowserContext;
  let live: Live;
  let served: Served;
  let counts: number[];

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  beforeEach(async () => {
    counts = [];
    live = new Live((count) => counts.push(count));
    served = await startServed({ liveReload: true, serveUnsaved: true }, {}, { live });
    for (const [name, content] of Object.entries(files)) write(name, content);
    context = await browser.newContext();
  });
  afterEach(async () => {
    await context.close();
    await served.stop();
  });

  const url = (path = ''): string => `http://localhost:${served.port}/${path}`;
  const write = (path: string, content: string): void => writeFileSync(join(served.directory, path), content);

  /** Changes a file, and says so. */
  function change(path: string, content = `${files[path] ?? ''} `): void {
    write(path, content);
    live.changed([`/${path}`]);
  }

  /** A page that listens, and whose window has a mark that a reload takes away. */
  async function open(address = url()): Promise<Page> {
    const page = await context.newPage();
    await page.goto(address);
    await listening(page);
    await page.evaluate('window.kept = true');
    return page;
  }

  const isKept = (page: Page): Promise<boolean> => page.evaluate<boolean>('window.kept === true');

  async function reloads(page: Page, action: () => void): Promise<void> {
    const loaded = page.waitForEvent('load');
    action();
    await loaded;
    await listening(page);
    assert.equal(await isKept(page), false);
  }

  const reloading: readonly (readonly [promise: string, path: string])[] = [
    ['itself', 'index.html'],
    ['a script', 'a.js'],
    ['what it fetched', 'data.json'],
    ['a style sheet that another one imports', 'deep.css'],
  ];
  for (const [promise, path] of reloading) {
    it(`reloads a page when ${promise} changes`, async () => {
      const page = await open();
      await page.waitForLoadState('networkidle');
      await reloads(page, () => change(path));
    });
  }

  it('shows what changed, and stays where the page was scrolled to', async () => {
    const page = await open();
    await page.evaluate('scrollTo(0, 1234)');
    await reloads(page, () => change('index.html', (files['index.html'] ?? '').replace('first', 'second')));
    assert.equal(await page.innerText('p'), 'second');
    await untilPage(page, 'scrollY === 1234');
  });

  it('replaces a style sheet without a reload, and without a moment that has none', async () => {
    const page = await open();
    await page.evaluate(`
      window.sheets = [];
      new MutationObserver(() => sheets.push(document.querySelectorAll('link').length)).observe(document.head, { childList: true })`);
    for (const red of [2, 3]) {
      change('style.css', `p { color: rgb(${red}, 0, 0) }`);
      await untilPage(page, `getComputedStyle(document.querySelector('p')).color === 'rgb(${red}, 0, 0)'`);
      await untilPage(page, `document.querySelectorAll('link').length === 1`);
    }
    assert.ok(await isKept(page));
    assert.deepEqual(await page.evaluate('sheets'), [2, 1, 2, 1]);
  });

  it('has one style sheet in the end, however often it changes while it is loading', async () => {
    const page = await open();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/style.css?*', async (route) => {
      await released;
      // The browser no longer wants what it has given up.
      await route.continue().catch(() => undefined);
    });
    for (const red of [2, 3, 4, 5]) {
      const asked = page.waitForRequest(/style\.css\?/);
      change('style.css', `p { color: rgb(${red}, 0, 0) }`);
      await asked;
      assert.equal(await page.evaluate(`document.querySelectorAll('link').length`), 2);
    }
    release();
    await untilPage(page, `getComputedStyle(document.querySelector('p')).color === 'rgb(5, 0, 0)'`);
    await untilPage(page, `document.querySelectorAll('link').length === 1`);
    assert.ok(await isKept(page));
  });

  it('replaces a picture without a reload', async () => {
    const page = await open();
    change('picture.svg', svg(20));
    await untilPage(page, `document.images[0].width === 20`);
    assert.ok(await isKept(page));
  });

  it('reloads a frame alone', async () => {
    const page = await open();
    const frame = page.frames()[1];
    assert.ok(frame !== undefined);
    await listening(frame);
    change('frame.html', html('<title>new</title>'));
    await untilPage(frame, `document.title === 'new'`);
    assert.ok(await isKept(page));
  });

  it('leaves a page alone that does not use what changed', async () => {
    const page = await open();
    const other = await open(url('other.html'));
    change('unused.css');
    await reloads(page, () => change('index.html'));
    // Both hear in the same order.
    assert.ok(await isKept(other));
  });

  it('reloads every page when so much changed that nobody can name it', async () => {
    const [page, other] = [await open(), await open(url('other.html'))];
    await reloads(page, () => live.changed('all'));
    await untilPage(other, 'window.kept !== true');
  });

  it('shows a page that was not there, or was away while it was built anew, as soon as it is', async () => {
    const page = await open(url('later/page.html'));
    assert.equal(await page.innerText('h1'), '404 Not Found');
    mkdirSync(join(served.directory, 'later'));
    await reloads(page, () => change('later/page.html', html('<title>here</title>')));
    assert.equal(await page.title(), 'here');
    await page.evaluate('window.kept = true');
    await reloads(page, () => {
      rmSync(join(served.directory, 'later'), { recursive: true });
      live.changed(['/later']);
    });
    await page.evaluate('window.kept = true');
    mkdirSync(join(served.directory, 'later'));
    await reloads(page, () => change('later/page.html', html('<title>back</title>')));
    assert.equal(await page.title(), 'back');
  });

  it('lists a folder anew when something comes or goes in it, and reloads its page when there is an index', async () => {
    rmSync(join(served.directory, 'index.html'));
    const page = await open();
    change('new.txt', 'x');
    await page.getByRole('link', { name: 'new.txt' }).waitFor();
    assert.ok(await isKept(page));
    await reloads(page, () => change('index.html', html('<title>index</title>')));
    assert.equal(await page.title(), 'index');
  });

  it('follows the typing, and does not reload when that is saved', async () => {
    const page = await open();
    const text = (word: string): string => (files['index.html'] ?? '').replace('first', word);
    await reloads(page, () => live.unsaved('/index.html', text('typed')));
    assert.equal(await page.innerText('p'), 'typed');
    await page.evaluate('window.kept = true');
    write('index.html', text('typed'));
    live.unsaved('/index.html', undefined);
    live.changed(['/index.html']);
    live.unsaved('/style.css', 'p { color: rgb(9, 0, 0) }');
    await untilPage(page, `getComputedStyle(document.querySelector('p')).color === 'rgb(9, 0, 0)'`);
    assert.ok(await isKept(page));
  });

  it('misses nothing that changes while the page loads', async () => {
    const page = await context.newPage();
    await page.route('**/live.js', async (route) => {
      await page.unroute('**/live.js');
      change('index.html', (files['index.html'] ?? '').replace('first', 'second'));
      await route.continue();
    });
    await page.goto(url());
    await page.getByText('second').waitFor();
  });

  it('has one stream for eight tabs, which all load and all follow', async () => {
    const pages: Page[] = [];
    for (let i = 0; i < 8; i++) pages.push(await open(url('other.html')));
    assert.equal(counts.at(-1), 1);
    live.changed(['/other.html']);
    for (const page of pages) await untilPage(page, 'window.kept !== true');
  });

  it('goes on when the tab with the stream is closed', async () => {
    const [first, second] = [await open(), await open()];
    await first.close();
    await reloads(second, () => change('index.html'));
  });

  it('comes back when the server was away, and reloads if a file that the page uses changed meanwhile', async () => {
    for (const name of Object.keys(files)) utimesSync(join(served.directory, name), 1e9, 1e9);
    const [page, other] = [await open(), await open(url('other.html'))];
    await served.server.stop(0);
    const { port } = served;
    write('a.js', 'window.a = 2');
    const again = await serve({ ...served.options, port }, { onExchange: () => undefined, live: new Live() });
    try {
      await untilPage(page, 'window.a === 2');
      assert.ok(await isKept(other));
    } finally {
      await again.stop(0);
    }
  });

  it('ends at once when it is turned off, and nobody comes back', async () => {
    await open();
    await open();
    served.server.configure({ ...served.options, port: served.port, liveReload: false });
    const event = await served.logged(({ target }) => target === '/.http-server/events');
    assert.deepEqual([event.status, event.aborted], [200, false]);
    assert.equal(counts.at(-1), 0);
  });

  describe('behind a proxy that puts a prefix before the path', () => {
    let proxy: Server;
    const prefix = '/proxy/4221';

    beforeEach(async () => {
      proxy = createServer((request, response) => {
        const path = (request.url ?? '').slice(prefix.length);
        const headers = { ...request.headers, host: `localhost:${served.port}` };
        const forward = ask({ port: served.port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        });
        response.on('close', () => forward.destroy());
        forward.on('error', () => response.destroy()).end();
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
    });
    afterEach(() => {
      proxy.close();
      proxy.closeAllConnections();
    });

    it('works for the page of a folder, which lists it anew instead', async () => {
      mkdirSync(join(served.directory, 'sub/deeper'), { recursive: true });
      const page = await open(`http://localhost:${(proxy.address() as AddressInfo).port}${prefix}/sub/deeper/`);
      change('sub/deeper/new.txt');
      await page.getByRole('link', { name: 'new.txt' }).waitFor();
      assert.ok(await isKept(page));
    });

    for (const path of ['', 'index.html', 'sub/deeper/page.html']) {
      it(`works for /${path}`, async () => {
        mkdirSync(join(served.directory, 'sub/deeper'), { recursive: true });
        write('sub/deeper/page.html', html('<title>deep</title>'));
        const page = await open(`http://localhost:${(proxy.address() as AddressInfo).port}${prefix}/${path}`);
        const changed = path.endsWith('.html') ? path : `${path}${path === '' ? 'index.html' : 'new.txt'}`;
        await reloads(page, () => change(changed, html('<title>changed</title>')));
      });
    }
  });
});
