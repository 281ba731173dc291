/** A real browser in which another site tries everything against ours: it reads nothing and writes nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { LogEvent } from '../../src/accessLog';
import type { Options } from '../../src/options';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { defaultTls, trusting } from '../support/tls';
import { type Attack, helpers, reads, secrets, writes } from './attacks';

const files = { 'kept.txt': 'as it was', ...secrets };

/** Any name but ours leads to this machine, as an attacker's may. */
const names = '--host-resolver-rules=MAP *.example 127.0.0.1, EXCLUDE localhost, EXCLUDE 127.0.0.1';

describe('another site in a browser', function () {
  this.slow(5000);
  let browser: Browser;
  let attacker: Server;
  let served: Served;
  let page: Page;

  before(async () => {
    browser = await launchChromium({ args: [names, ...(await trusting())] });
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const policy = decodeURIComponent(new URL(request.url ?? '', 'http://x').searchParams.get('policy') ?? '');
      response.setHeader('Content-Type', 'text/html');
      if (policy !== '') response.setHeader('Content-Security-Policy', policy);
      response.end('<!doctype html><link rel="icon" href="data:,"><title>theirs</title><body>');
    };
    // To send a browser from one to the other they must speak alike.
    const certificate = await defaultTls();
    attacker = certificate === undefined ? createServer(answer) : createSecureServer(certificate, answer);
    attacker.listen(0, '127.0.0.1');
    await once(attacker, 'listening');
  });
  after(async () => {
    await browser.close();
    attacker.close();
    attacker.closeAllConnections();
  });
  afterEach(async () => {
    await page.context().close();
    await served.stop();
  });

  async function prepare(options: Partial<Omit<Options, 'limits'>> = {}): Promise<void> {
    served = await startServed({ access: 'full', ...options });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(served.directory, name), content);
    page = await (await browser.newContext()).newPage();
  }

  const ours = (host = 'localhost'): string => `${served.origin.replace('localhost', host)}/`;
  const theirs = (host = 'evil.example'): string =>
    `${new URL(served.origin).protocol}//${host}:${(attacker.address() as AddressInfo).port}/`;

  /** Runs `script` in the page, against the site at `victim`. */
  const run = (script: string, victim = ours()): Promise<string> =>
    page.evaluate<string>(`(async (victim) => { ${helpers}${script} })(${JSON.stringify(victim)})`);

  const isRefused = ({ status }: LogEvent): boolean => status === 403 || status === 421;

  /** Nothing was answered, but what a browser asks for on its own behalf. */
  function assertRefused(): void {
    const answered = served.events.filter((event) => !isRefused(event) && event.target !== '/favicon.ico');
    assert.deepEqual(answered, []);
  }

  function assertUntouched(): void {
    assert.deepEqual(readdirSync(served.directory).sort(), Object.keys(files));
    assert.equal(readFileSync(join(served.directory, 'kept.txt'), 'utf8'), files['kept.txt']);
  }

  async function tryToRead({ script, refused = 'nothing', isShown }: Attack): Promise<void> {
    served.events.length = 0;
    assert.equal(await run(script), refused);
    if (isShown !== true) assertRefused();
  }

  async function tryToWrite({ script, refused = 'nothing' }: Attack): Promise<void> {
    served.events.length = 0;
    assert.equal(await run(script), refused);
    await served.logged(isRefused);
    assertRefused();
    assertUntouched();
  }

  const places: readonly (readonly [name: string, address: () => string])[] = [
    ['another site', () => theirs()],
    ['another port of this machine', () => theirs('localhost')],
  ];

  for (const [place, address] of places) {
    describe(`as ${place} reads nothing by`, () => {
      for (const attack of reads) {
        it(attack.name, async () => {
          await prepare();
          await page.goto(address());
          await tryToRead(attack);
        });
      }
    });

    describe(`as ${place} writes nothing by`, () => {
      for (const attack of writes) {
        it(attack.name, async () => {
          await prepare();
          await page.goto(address());
          await tryToWrite(attack);
        });
      }
    });

    it(`as ${place} gets nothing either where the browser has the token`, async () => {
      await prepare({ token: 'sesame' });
      await page.goto(`${ours()}?token=sesame`);
      await page.goto(address());
      for (const attack of reads.filter(({ isShown }) => isShown !== true)) await tryToRead(attack);
      for (const attack of writes) {
        await tryToWrite(attack);
        await page.goto(address());
      }
    });
  }

  describe('would get something, as our own page does by', () => {
    for (const { name, script, allowed, isSandbox } of reads) {
      it(`${name}${isSandbox === true ? ', which is another site, however: nothing' : ''}`, async () => {
        await prepare();
        await page.goto(`${ours()}page.html`);
        assert.equal(await run(script), allowed);
      });
    }

    for (const { name, script, allowed, isSandbox } of writes) {
      it(`${name}${isSandbox === true ? ', which is another site, however: nothing' : ''}`, async () => {
        await prepare();
        await page.goto(`${ours()}page.html`);
        assert.equal(await run(script), allowed);
        await served.logged(({ method, status }) => method !== 'GET' && (status === 403) === (isSandbox === true));
        if (isSandbox === true) assertUntouched();
        else assert.throws(assertUntouched);
      });
    }
  });

  it('writes nothing by the report of a violated policy', async () => {
    await prepare();
    const policy = `img-src 'none'; report-uri ${ours()}files/new.txt`;
    await page.goto(`${theirs()}?policy=${encodeURIComponent(policy)}`);
    await run(`await add('img', { src: '/x' }); return ''`);
    await served.logged(({ method, status }) => method === 'POST' && status === 403);
    assertUntouched();
  });

  it('does not become a service worker of ours, nor does a file that was stored', async () => {
    await prepare();
    const register = (script: string): string =>
      `return navigator.serviceWorker.register(${script}).then(() => 'registered', (error) => error.name)`;
    await page.goto(theirs('localhost'));
    assert.equal(await run(register(`victim + 'secret.js'`)), 'SecurityError');
    await page.goto(`${ours()}page.html`);
    assert.equal(await run(register(`'/files/secret.js'`)), 'SecurityError');
    assert.equal(await run(register(`'/echo/onfetch=1'`)), 'SecurityError');
    assert.equal(await run(register(`'/secret.js'`)), 'registered');
  });

  it('does not run a file of the API as a script, even in our own page', async () => {
    await prepare();
    await page.goto(`${ours()}page.html`);
    const script = `await add('script', { src: '/files/secret.js' }); return window.stolen || 'nothing'`;
    assert.equal(await run(script), 'nothing');
  });

  describe('whose name is made to lead to us (DNS rebinding)', () => {
    const rebound = (): string => ours('rebound.example');

    it('is not shown a page', async () => {
      await prepare();
      const response = await page.goto(`${rebound()}page.html`);
      assert.equal(response?.status(), 421);
      assert.doesNotMatch(await page.content(), /secret/);
    });

    for (const attack of [...reads, ...writes]) {
      it(`gets nothing by ${attack.name}`, async () => {
        await prepare();
        // This page comes while the name still leads to its own server.
        await page.route('**/start', (route) => route.continue({ url: theirs() }));
        await page.goto(`${rebound()}start`);
        assert.doesNotMatch(await run(attack.script, rebound()), /a secret|^secret|wide|kept/);
        await served.logged(isRefused);
        assertRefused();
        assertUntouched();
      });
    }
  });

  it('may link to us', async () => {
    await prepare();
    await page.goto(theirs());
    await page.setContent(`<a href="${ours()}page.html">ours</a>`);
    await page.click('a');
    await page.waitForURL(`${ours()}page.html`);
    assert.equal(await page.title(), 'ours');
  });

  describe('that is in cors', () => {
    const prepareGuest = async (): Promise<void> => {
      await prepare({ cors: [theirs()] });
      await page.goto(theirs());
    };

    for (const name of ['fetch', 'fetch with credentials', 'XMLHttpRequest', 'a picture', 'a script', 'a module']) {
      it(`reads by ${name}`, async () => {
        await prepareGuest();
        const attack = reads.find((each) => each.name === name);
        assert.equal(await run(attack?.script ?? ''), attack?.allowed);
      });
    }

    it('writes, asking beforehand, and reads the answer', async () => {
      await prepareGuest();
      const script = `
        const answer = await fetch(victim + 'files/new.txt', { method: 'PUT', body: 'x', headers: { 'If-None-Match': '*' } });
        return [answer.status, answer.type, answer.headers.get('Location')].join(' ')`;
      assert.equal(await run(script), '201 cors /files/new.txt');
      assert.equal(readFileSync(join(served.directory, 'new.txt'), 'utf8'), 'x');
      await served.logged(({ method, status }) => method === 'OPTIONS' && status === 204);
    });

    it('reads why it was refused', async () => {
      await prepareGuest();
      const script = `const answer = await fetch(victim + 'none'); return answer.status + ' ' + (await answer.text())`;
      assert.match(await run(script), /^404 ./);
    });
  });
});
