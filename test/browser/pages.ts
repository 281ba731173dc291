/** What pages do in any browser that the tests can drive: here is what it takes of one, and what is asked of each. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Live } from '../../src/endpoints/live/live';
import type { Served } from '../support/served';
import { untilPage } from '../support/untilPage';

/** A tab, as both drivers have it. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

export interface Site {
  readonly served: Served;
  readonly live: Live;
}

export const listening = (tab: Pick<Tab, 'evaluate'>): Promise<unknown> =>
  untilPage(tab, `window[Symbol.for('http-server live reload')]?.server !== undefined`);

export function write({ served }: Site, path: string, content: string | Buffer): void {
  const file = join(served.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

export function change(site: Site, path: string, content: string): void {
  write(site, path, content);
  site.live.changed([`/${path}`]);
}

const controlled = `navigator.serviceWorker.register('sw.js').then(async () => {
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => (navigator.serviceWorker.oncontrollerchange = resolve));
  }
  return true;
})`;

const claim = `addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

const offline = `${claim}
addEventListener('install', (event) =>
  event.waitUntil(caches.open('a').then((cache) => cache.addAll(['./', 'page.html'])).then(() => skipWaiting())));
addEventListener('fetch', (event) =>
  event.respondWith(caches.match(event.request).then((answer) => answer ?? new Response('no match'))));`;

const forwarding = `${claim}
addEventListener('install', () => skipWaiting());
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));`;

export interface Promised {
  readonly promise: string;
  readonly check: (tab: Tab, site: Site, origin: string) => Promise<void>;
}

const page = (head: string, body = ''): string =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;

async function reloads(tab: Tab, site: Site, path: string, content: string, then: string): Promise<void> {
  await listening(tab);
  change(site, path, content);
  await untilPage(tab, then);
}

const bases: readonly Promised[] = ['/sub/', 'https://other.example/a/'].map((base) => ({
  promise: `R2: reloads a page whose base is ${base}`,
  check: async (tab, site, origin) => {
    write(site, 'page.html', page(`<base href="${base}"><title>one</title>`));
    await tab.goto(`${origin}/page.html`);
    await reloads(tab, site, 'page.html', page(`<base href="${base}"><title>two</title>`), `document.title === 'two'`);
  },
}));

/** Rows that every browser must pass. */
export const promised: readonly Promised[] = [
  {
    promise: 'R1: shows what a service worker keeps when the server is gone',
    check: async (tab, site, origin) => {
      write(site, 'index.html', page('<title>index</title>'));
      write(site, 'page.html', page('<title>page</title>'));
      write(site, 'sw.js', offline);
      await tab.goto(`${origin}/`);
      await tab.evaluate(controlled);
      await site.served.server.stop(0);
      for (const [path, title] of [
        ['', 'index'],
        ['page.html', 'page'],
      ] as const) {
        await tab.goto(`${origin}/${path}`);
        assert.equal(await tab.evaluate('document.title'), title);
      }
    },
  },
  ...bases,
  {
    promise: 'R3: reloads a page that a service worker handed on',
    check: async (tab, site, origin) => {
      write(site, 'page.html', page('<title>one</title>'));
      write(site, 'sw.js', forwarding);
      await tab.goto(`${origin}/page.html`);
      await tab.evaluate(controlled);
      await tab.goto(`${origin}/page.html`);
      assert.equal(await tab.evaluate('navigator.serviceWorker.controller !== null'), true);
      await reloads(tab, site, 'page.html', page('<title>two</title>'), `document.title === 'two'`);
    },
  },
  {
    promise: 'R4: reloads a page whose policy lets it connect to nothing, by a worker',
    check: async (tab, site, origin) => {
      const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'">`;
      write(site, 'page.html', page(`${policy}<title>one</title>`));
      await tab.goto(`${origin}/page.html`);
      await reloads(tab, site, 'page.html', page(`${policy}<title>two</title>`), `document.title === 'two'`);
    },
  },
  {
    promise: 'R7: shows a page and its style sheet in the charset that they say',
    check: async (tab, site, origin) => {
      const text = page(
        '<meta charset="iso-8859-1"><title>x</title><link rel="stylesheet" href="a.css">',
        '<p>\xe4</p>',
      );
      write(site, 'page.html', Buffer.from(text, 'latin1'));
      write(site, 'a.css', Buffer.from('@charset "iso-8859-1"; p::after { content: "\xf6" }', 'latin1'));
      await tab.goto(`${origin}/page.html`);
      assert.equal(await tab.evaluate(`document.querySelector('p').textContent`), '\xe4');
      const after = `getComputedStyle(document.querySelector('p'), '::after').content`;
      assert.equal(await tab.evaluate(after), '"\xf6"');
    },
  },
  {
    promise: 'R8: runs a script of CommonJS’s ending',
    check: async (tab, site, origin) => {
      write(site, 'lib.umd.cjs', 'window.ran = true');
      write(site, 'page.html', page('<title>x</title><script src="lib.umd.cjs"></script>'));
      await tab.goto(`${origin}/page.html`);
      assert.equal(await tab.evaluate('window.ran'), true);
    },
  },
  {
    promise: 'R13: has the page’s own script first, for the page’s first script already',
    check: async (tab, site, origin) => {
      write(site, 'page.html', page(`<script id="own">window.first = document.querySelector('script').id</script>`));
      await tab.goto(`${origin}/page.html`);
      assert.equal(await tab.evaluate('window.first'), 'own');
      assert.equal(await tab.evaluate('document.scripts.length'), 1);
    },
  },
  {
    promise: 'R14: tells another site nothing of a file that it has in a frame',
    check: async (tab, site, origin) => {
      write(site, 'there.txt', 'x');
      const theirs = createServer((_, response) => {
        response.setHeader('Content-Type', 'text/html').end(page('<link rel="icon" href="data:,">'));
      }).listen(0, '127.0.0.1');
      await once(theirs, 'listening');
      try {
        await tab.goto(`http://127.0.0.1:${(theirs.address() as AddressInfo).port}/`);
        // A download would leave the frame as it was, and so tell that there is a file.
        for (const name of ['there.txt', 'missing.txt']) {
          await tab.evaluate(`new Promise((resolve) => {
            const frame = Object.assign(document.createElement('iframe'), { src: '${origin}/files/${name}' });
            frame.onload = resolve;
            document.body.append(frame);
          }).then(() => true)`);
          const { status } = await site.served.logged(({ target }) => target === `/files/${name}`);
          assert.equal(status, 403, name);
        }
      } finally {
        theirs.close();
        theirs.closeAllConnections();
      }
    },
  },
];
