/** What pages do in a real Firefox, where one is installed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser, type ElementHandle, type KeyInput, type Page } from 'puppeteer-core';
import { Live } from '../../src/endpoints/live/live';
import { MiB } from '../../src/options';
import { needs } from '../support/needs';
import { startServed } from '../support/served';
import { untilPage } from '../support/untilPage';
import { change, listening, promised, write, type Site } from './pages';

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
    this.timeout(600_000);
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
      served: await startServed({ liveReload: true, serveUnsaved: true, tls: undefined, access: 'full' }, {}, { live }),
    };
    if (browser === undefined) return;
    tab = await browser.newPage();
    // How long anything may take is for the suite to say.
    tab.setDefaultTimeout(0);
  });
  afterEach(async () => {
    await tab.close();
    await site.served.stop();
  });

  for (const { promise, check } of promised) it(promise, () => check(tab, site, site.served.origin));

  it('has the page of a folder: looked at, gone through, sent to, changed and followed, within its policy', async () => {
    const { directory, origin } = site.served;
    for (const name of ['a.txt', 'dir/inner.txt', 'text.md']) write(site, name, '# Title');
    const large = join(directory, '../large.bin');
    writeFileSync(large, randomBytes(17 * MiB));
    await tab.evaluateOnNewDocument(`
      window.complaints = [];
      addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push(violatedDirective));
      addEventListener('error', ({ message }) => complaints.push(message));`);
    await tab.goto(`${origin}/files/`);
    const named = (name: string, state = ''): string => `.entry${state} a[title="${name}"]`;
    const press = async (...keys: readonly KeyInput[]): Promise<void> => {
      for (const key of keys) await tab.keyboard.press(key);
    };
    await tab.waitForSelector(named('dir'));
    await tab.focus('.files');
    await press('ArrowDown', 'Enter');
    await tab.waitForSelector(named('inner.txt'));
    await press('Backspace');
    await tab.waitForSelector(named('dir', '.active'));

    const input = (await tab.waitForSelector('.pick-files')) as ElementHandle<never> | null;
    await input?.uploadFile(large);
    await tab.waitForSelector('.upload.done');
    assert.ok(readFileSync(join(directory, 'large.bin')).equals(readFileSync(large)));
    await tab.waitForSelector(named('large.bin'));

    await tab.focus('.files');
    await press('End', 'F2');
    await tab.waitForSelector('dialog input');
    await tab.keyboard.type('new');
    await press('Enter');
    await tab.waitForSelector(named('new.md', '.selected'));
    assert.deepEqual(readdirSync(directory).sort(), ['a.txt', 'dir', 'large.bin', 'new.md']);
    await press('Enter');
    await tab.waitForSelector('article h1');
    await press('Escape');
    await listening(tab);
    change(site, 'from another.txt', 'x');
    await tab.waitForSelector(named('from another.txt'));
    assert.deepEqual(await tab.evaluate('complaints'), []);
  });

  it('has that page on the screen of a phone, too, and takes what is dropped on it', async () => {
    const { directory, origin } = site.served;
    for (const name of ['a.txt', 'dir/inner.txt']) write(site, name, 'x');
    // An older one knows no orientation, which it is told, too: whether it has the size is looked at.
    await tab.setViewport({ width: 390, height: 780 }).catch(() => undefined);
    await untilPage(tab, 'innerWidth === 390');
    await tab.goto(`${origin}/files/`);
    await tab.waitForSelector('.pick-files');
    assert.equal(await tab.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    const drop = (type: string): string => `(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
      document.body.dispatchEvent(new DragEvent('${type}', { dataTransfer, bubbles: true, cancelable: true }));
    })()`;
    await tab.evaluate(drop('dragenter'));
    await tab.waitForSelector('.drop');
    await tab.evaluate(drop('drop'));
    await tab.waitForSelector('.entry a[title="dropped.txt"]');
    assert.equal(readFileSync(join(directory, 'dropped.txt'), 'utf8'), 'dropped');
    assert.equal(await tab.$('.drop'), null);

    // What is dragged within the page goes onto a folder.
    await tab.evaluate(`(() => {
      const [from, to] = ['a.txt', 'dir'].map((name) => document.querySelector(\`.entry a[title="\${name}"]\`).closest('.entry'));
      const dataTransfer = new DataTransfer();
      const tell = (element, type) =>
        element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      tell(from, 'dragstart'), tell(to, 'dragover'), tell(to, 'drop'), tell(from, 'dragend');
    })()`);
    await tab.waitForSelector('.news:not(.none)');
    await untilPage(tab, `document.querySelector('.entry a[title="a.txt"]') === null`);
    assert.deepEqual(readdirSync(join(directory, 'dir')).sort(), ['a.txt', 'inner.txt']);
  });
});
