/** What pages do in a real Chromium, and what of it live reload follows beyond plain pages. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Live } from '../../src/endpoints/live/live';
import { launchChromium } from '../support/host/chromium';
import { startServed } from '../support/served';
import { untilPage } from '../support/untilPage';
import { change, listening, promised, write, type Site } from './pages';

const html = (head: string, body = ''): string =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;
const svg = (width: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="9"><title>drawing</title></svg>`;

describe('a page in Chromium', function () {
  this.slow(10_000);
  let browser: Browser;
  let context: BrowserContext;
  let tab: Page;
  let site: Site;

  before(async () => {
    browser = await launchChromium({
      // As people's browsers have it: Back shows a page as it was left.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
      args: ['--host-resolver-rules=MAP evil.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
    });
  });
  after(() => browser.close());
  beforeEach(async () => {
    const live = new Live();
    site = { live, served: await startServed({ liveReload: true, serveUnsaved: true, tls: undefined }, {}, { live }) };
    context = await browser.newContext();
    tab = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await site.served.stop();
  });

  const url = (path: string): string => `${site.served.origin}/${path}`;

  for (const { promise, check } of promised) it(promise, () => check(tab, site, site.served.origin));

  /** Opens a page, and marks its window: a reload takes that away. */
  async function open(path: string): Promise<void> {
    await tab.goto(url(path));
    await listening(tab);
    await tab.evaluate('window.kept = true');
  }
  const isReloaded = (): Promise<unknown> => untilPage(tab, 'window.kept !== true');
  const isKept = async (): Promise<void> => assert.equal(await tab.evaluate('window.kept'), true);

  it('R4: says in one quiet line where a policy allows nothing, and asks no more', async () => {
    const policy = `default-src 'none'; script-src 'self'; worker-src 'none'`;
    write(site, 'page.html', html(`<meta http-equiv="Content-Security-Policy" content="${policy}"><title>x</title>`));
    const lines: string[] = [];
    const told = new Promise<void>((resolve) =>
      tab.on('console', (message) => {
        if (message.type() === 'info') lines.push(message.text());
        if (message.type() === 'info') resolve();
      }),
    );
    await tab.goto(url('page.html'));
    await told;
    assert.match(lines.join('\n'), /^Live reload is off: .*Content-Security-Policy/);
    assert.equal(site.live.streams.size, 0);
  });

  it('R4: reloads, too, where the policy is a field, after one try', async () => {
    const policy = `default-src 'none'; script-src 'self'`;
    site.served.server.configure({
      ...site.served.options,
      port: site.served.port,
      headers: { 'Content-Security-Policy': policy },
    });
    write(site, 'page.html', html('<title>one</title>'));
    const errors: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await open('page.html');
    assert.ok(errors.filter((line) => line.includes('events')).length <= 1, errors.join('\n'));
    change(site, 'page.html', html('<title>two</title>'));
    await isReloaded();
  });

  const worker = `importScripts('lib.js'); fetch('data.json').then(() => postMessage('ready'))`;
  for (const path of ['lib.js', 'data.json', 'worker.js']) {
    it(`R5: reloads a page when what its worker loads changes (${path})`, async () => {
      write(site, 'worker.js', worker);
      write(site, 'lib.js', '');
      write(site, 'data.json', '{}');
      const script = `new Worker('worker.js').onmessage = () => (window.ready = true)`;
      write(site, 'page.html', html(`<script>${script}</script>`));
      await open('page.html');
      await untilPage(tab, 'window.ready');
      change(site, path, path === 'worker.js' ? `${worker} ` : '{} ');
      await isReloaded();
    });
  }

  it('R5: reloads a frame of text, and of a drawing, and not the page', async () => {
    write(site, 'a.txt', 'one');
    write(site, 'a.svg', svg(1));
    write(site, 'page.html', html('', '<iframe src="a.txt"></iframe><iframe src="a.svg"></iframe>'));
    await open('page.html');
    change(site, 'a.txt', 'two');
    await untilPage(tab, `frames[0].document.body.textContent === 'two'`);
    await untilPage(tab, `frames[1][Symbol.for('http-server live reload')]?.server !== undefined`);
    change(site, 'a.svg', svg(2));
    await untilPage(tab, `frames[1].document.documentElement.getAttribute('width') === '2'`);
    await isKept();
  });

  const color = (rgb: number): string => `:is(p, b) { color: rgb(${rgb}, 0, 0) }`;

  it('R5: replaces a sheet in the page and in what an element shows', async () => {
    write(site, 'a.css', color(1));
    const element = `document.querySelector('div').attachShadow({ mode: 'open' }).innerHTML = '<link rel="stylesheet" href="a.css"><b>x</b>'`;
    write(
      site,
      'page.html',
      html('<link rel="stylesheet" href="a.css">', `<p>x</p><div></div><script>${element}</script>`),
    );
    await open('page.html');
    change(site, 'a.css', color(2));
    await untilPage(tab, `getComputedStyle(document.querySelector('p')).color === 'rgb(2, 0, 0)'`);
    await untilPage(
      tab,
      `getComputedStyle(document.querySelector('div').shadowRoot.querySelector('b')).color === 'rgb(2, 0, 0)'`,
    );
    await isKept();
  });

  it('R5: replaces an alternate sheet, which stays on or off', async () => {
    const sheets = ['on', 'off'].map((name) => `<link rel="alternate stylesheet" title="${name}" href="${name}.css">`);
    const rule = (rgb: number): string => `p { border-color: rgb(${rgb}, 0, 0) }`;
    write(site, 'on.css', rule(1));
    write(site, 'off.css', 'p { outline-color: rgb(1, 0, 0) }');
    write(site, 'page.html', html(sheets.join(''), '<p>x</p>'));
    await open('page.html');
    const style = `getComputedStyle(document.querySelector('p'))`;
    // So themes are switched: that it was never off would not turn it on.
    await tab.evaluate(`[true, false].forEach((off) => (document.querySelector('[title=on]').disabled = off))`);
    await untilPage(tab, `${style}.borderTopColor === 'rgb(1, 0, 0)'`);
    change(site, 'on.css', rule(2));
    await untilPage(tab, `${style}.borderTopColor === 'rgb(2, 0, 0)'`);
    change(site, 'off.css', 'p { border-color: rgb(3, 0, 0) !important }');
    await untilPage(tab, `/live=/.test(document.querySelector('[title=off]').href)`);
    change(site, 'on.css', rule(4));
    await untilPage(tab, `${style}.borderTopColor === 'rgb(4, 0, 0)'`);
    assert.equal(await tab.evaluate(`document.querySelectorAll('link').length`), 2);
    await isKept();
  });

  it('R5: renews an icon, that of the site too', async () => {
    write(site, 'page.html', html('<link rel="shortcut icon" href="a.svg">'));
    write(site, 'bare.html', html(''));
    await open('page.html');
    change(site, 'a.svg', svg(1));
    await untilPage(tab, `/a\\.svg\\?live=/.test(document.querySelector('link').href)`);
    await isKept();
    await open('bare.html');
    change(site, 'favicon.ico', 'x');
    await untilPage(tab, `/favicon\\.ico\\?live=/.test(document.querySelector('link')?.href)`);
    await isKept();
  });

  for (const changed of ['a.html', 'a.css']) {
    it(`R6: shows a page anew by Back when ${changed} changed meanwhile`, async () => {
      write(site, 'a.html', html('<title>one</title><link rel="stylesheet" href="a.css">', '<p>x</p>'));
      write(site, 'a.css', color(1));
      write(site, 'b.html', html('<title>b</title>'));
      await open('a.html');
      await open('b.html');
      if (changed === 'a.html') change(site, changed, html('<title>two</title>', '<p>x</p>'));
      else change(site, changed, color(2));
      await tab.goBack();
      if (changed === 'a.html') await untilPage(tab, `document.title === 'two'`);
      else await untilPage(tab, `getComputedStyle(document.querySelector('p')).color === 'rgb(2, 0, 0)'`);
    });
  }

  it('R6: shows a sheet as it is by Back, though it was replaced before', async () => {
    write(site, 'a.html', html('<link rel="stylesheet" href="a.css">', '<p>x</p>'));
    write(site, 'a.css', color(1));
    write(site, 'b.html', html('<title>b</title>'));
    await open('a.html');
    change(site, 'a.css', color(2));
    await untilPage(tab, `getComputedStyle(document.querySelector('p')).color === 'rgb(2, 0, 0)'`);
    await open('b.html');
    await tab.goBack();
    await untilPage(tab, `getComputedStyle(document.querySelector('p')).color === 'rgb(2, 0, 0)'`);
  });

  it('R6: leaves a page as it is by Back when nothing of it changed', async () => {
    write(site, 'a.html', html('<title>one</title>'));
    write(site, 'b.html', html('<title>b</title>'));
    await open('a.html');
    await open('b.html');
    change(site, 'c.html', '');
    await tab.goBack();
    await listening(tab);
    assert.equal(await tab.evaluate(`performance.getEntriesByType('navigation')[0].type`), 'back_forward');
  });

  it('R11: runs what a build compressed, by its name', async () => {
    write(site, 'x.framework.js.gz', gzipSync('window.ran = 1'));
    write(site, 'a.svgz', gzipSync(svg(7)));
    write(site, 'page.html', html('', '<img src="a.svgz"><script src="x.framework.js.gz"></script>'));
    await tab.goto(url('page.html'));
    assert.deepEqual(await tab.evaluate('[window.ran, document.images[0].naturalWidth]'), [1, 7]);
  });

  const documents: readonly (readonly [name: string, content: string, then: string])[] = [
    ['a.svg', svg(1), svg(2)],
    [
      'a.xhtml',
      '<html xmlns="http://www.w3.org/1999/xhtml"><body id="a"/></html>',
      '<html xmlns="http://www.w3.org/1999/xhtml" id="b"/>',
    ],
  ];
  for (const [name, content, then] of documents) {
    it(`R12: reloads ${name}, which has no script in it then`, async () => {
      write(site, name, content);
      await open(name);
      assert.equal(await tab.evaluate(`document.querySelectorAll('script').length`), 0);
      change(site, name, then);
      await isReloaded();
    });
  }

  it('R14: tells a frame of another site nothing of a file, and shows it a folder', async () => {
    const other = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><body>');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      write(site, 'x', 'x');
      await tab.goto(`http://evil.example:${(other.address() as AddressInfo).port}/`);
      for (const [path, status] of [
        ['files/x', 403],
        ['files/none', 403],
        ['%66iles//x', 403],
        ['files/', 200],
        ['', 200],
      ] as const) {
        const answered = site.served.logged(({ target }) => target === `/${path}`);
        await tab.evaluate(
          `document.body.append(Object.assign(document.createElement('iframe'), { src: '${url(path)}' }))`,
        );
        assert.equal((await answered).status, status, path);
      }
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  it('R10: refuses the parts of a sandboxed frame of our own, and the log says what helps', async () => {
    write(site, 'inner.html', html('', '<script src="a.js"></script>'));
    write(site, 'a.js', '');
    write(site, 'page.html', html('', '<iframe sandbox="allow-scripts" src="inner.html"></iframe>'));
    await tab.goto(url('page.html'));
    const { status, reason } = await site.served.logged(({ target }) => target === '/a.js');
    assert.equal(status, 403);
    assert.match(reason ?? '', /sandboxed.*allow-same-origin/);
  });
});
