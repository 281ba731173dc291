/**
 * A server on the network, by plain HTTP: there no browser says whose page asks. Pages of other ports of the host, for
 * which the cookie is sent, and of other sites, for which the password of the dialog may be, still read and write nothing.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { helpers, reads, secrets, writes, type Attack } from './attacks';
import { needs } from '../support/needs';

const all = Object.values(networkInterfaces()).flatMap((infos = []) => infos);
const address = all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '';

describe('a server on the network, by plain HTTP', function () {
  this.slow(5000);
  let browser: Browser;
  let attacker: Server;
  let served: Served;
  let page: Page;

  before(async function () {
    needs(this, 'an address in a network', address !== '');
    browser = await launchChromium({ args: [`--host-resolver-rules=MAP *.example ${address}`] });
    attacker = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><body>');
    }).listen(0, address);
    await once(attacker, 'listening');
  });
  after(async () => {
    if (address === '') return;
    await browser.close();
    attacker.close();
    attacker.closeAllConnections();
  });
  beforeEach(async () => {
    served = await startServed({ host: address, token: 'sesame', access: 'full', tls: undefined });
    for (const [name, content] of Object.entries(secrets)) writeFileSync(join(served.directory, name), content);
  });
  afterEach(async () => {
    await page.context().close();
    await served.stop();
  });

  const ours = (): string => `http://${address}:${served.port}/`;
  const theirs = (host: string): string => `http://${host}:${(attacker.address() as AddressInfo).port}/`;

  const run = ({ script }: Attack): Promise<string> =>
    page.evaluate<string>(`(async (victim) => { ${helpers}${script} })(${JSON.stringify(ours())})`);

  async function signIn(target: string, options?: BrowserContextOptions): Promise<void> {
    page = await (await browser.newContext(options)).newPage();
    await page.goto(ours() + target);
    assert.equal(await page.title(), 'ours');
  }

  const dialog = { httpCredentials: { username: 'anybody', password: 'sesame' } };
  const ways: readonly (readonly [name: string, enter: () => Promise<void>])[] = [
    ['the cookie', () => signIn('page.html?token=sesame')],
    ['the password', () => signIn('page.html', dialog)],
  ];
  const tries = reads.filter(({ isShown }) => isShown !== true);

  for (const [way, enter] of ways) {
    for (const host of [address, 'evil.example']) {
      it(`gives nothing to a page of ${host === address ? 'another port' : host} in a browser that has ${way}`, async () => {
        await enter();
        for (const attack of [...tries, ...writes]) {
          await page.goto(theirs(host));
          served.events.length = 0;
          assert.doesNotMatch(await run(attack), /a secret|^secret|wide|kept|basic/, attack.name);
          if (!writes.includes(attack)) continue;
          await served.logged(({ status }) => status >= 400);
          assert.deepEqual(readdirSync(served.directory).sort(), Object.keys(secrets), attack.name);
        }
      });
    }

    it(`gives its own pages what they ask for, in a browser that has ${way}`, async () => {
      await enter();
      for (const attack of tries) {
        await page.goto(`${ours()}page.html`);
        // Without `kept.txt` another file comes first.
        if (attack.name !== 'fetch of a listing') assert.equal(await run(attack), attack.allowed, attack.name);
      }
    });
  }
});
