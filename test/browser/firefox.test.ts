/** What pages do in a real Firefox, where one is installed. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { Live } from '../../src/endpoints/live/live';
import { needs } from '../support/needs';
import { startServed } from '../support/served';
import { promised, type Site } from './pages';

const names = ['firefox', 'firefox-esr'];
const folders = (process.env.PATH ?? '').split(delimiter);
const firefox = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));

describe('a page in Firefox', function () {
  this.slow(10_000);
  let browser: Browser | undefined;
  let tab: Page;
  let site: Site;

  before(async function () {
    needs(this, 'Firefox', firefox !== undefined);
    // It makes a profile first.
    this.timeout(300_000);
    browser = await launch({
      browser: 'firefox',
      executablePath: firefox,
      headless: true,
      timeout: 240_000,
      protocolTimeout: 240_000,
      // Nothing outside of this machine is asked for.
      extraPrefsFirefox: {
        'app.normandy.enabled': false,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
        'services.settings.server': 'data:,#remote-settings-dummy/v1',
      },
    });
  });
  after(() => browser?.close());
  beforeEach(async () => {
    const live = new Live();
    site = {
      live,
      served: await startServed({ liveReload: true, serveUnsaved: true, tls: undefined }, {}, { live }),
    };
    if (browser !== undefined) tab = await browser.newPage();
  });
  afterEach(async () => {
    await tab.close();
    await site.served.stop();
  });

  for (const { promise, check } of promised) it(promise, () => check(tab, site, site.served.origin));
});
