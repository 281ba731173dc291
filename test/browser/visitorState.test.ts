/** Nothing is lost by a reload that the visitor did not ask for, and nothing is kept that is nobody's business. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Live } from '../../src/endpoints/live/live';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { untilPage } from '../support/untilPage';
import { listening } from './pages';

/** What the visitor does to `#it`, and what is there of it after the reload. */
interface Row {
  readonly promise: string;
  readonly html: string;
  /** A script; where there is none, the visitor types. */
  readonly act?: string;
  readonly shown: string;
  readonly before: unknown;
  readonly after: unknown;
}

const typed = (promise: string, html: string, after = 'typed'): Row => ({
  ...{ promise, html, shown: 'it.value', before: 'typed', after },
});

const rows: readonly Row[] = [
  typed('keeps a text', '<input id="it" value="own">'),
  typed('keeps a text without a name, the second of its kind', '<input><input id="it">'),
  typed('keeps what stands in a text area', '<textarea id="it">own</textarea>'),
  typed('keeps an address', '<input id="it" type="email" autocomplete="email">'),
  typed(
    'keeps what a framework draws later',
    `<p></p><script>addEventListener('load', () => setTimeout(() => { document.querySelector('p').innerHTML = '<input id="it">'; window.it = document.querySelector('#it') }))</script>`,
  ),
  typed('keeps no password', '<input id="it" type="password">', ''),
  typed('keeps no field that is hidden', '<input id="it" type="hidden" value="own">', 'own'),
  typed('keeps nothing where autocomplete is off', '<input id="it" autocomplete="off">', ''),
  typed('keeps nothing in a form where it is off', '<form autocomplete="off"><input id="it"></form>', ''),
  typed('keeps no number of a card', '<input id="it" autocomplete="section-a cc-number">', ''),
  typed('keeps no number of a card that only its name tells', '<input id="it" name="cardNumber">', ''),
  typed('keeps no code for one time', '<input id="it" autocomplete="one-time-code">', ''),
  typed('keeps no password that is shown', `<input id="it" type="password" onblur="this.type = 'text'">`, ''),
  {
    promise: 'leaves alone what a script filled in',
    html: '<input id="it" value="own">',
    act: `it.value = 'typed'`,
    ...{ shown: 'it.value', before: 'typed', after: 'own' },
  },
  {
    promise: 'keeps a box that was checked',
    html: '<input id="it" type="checkbox">',
    act: 'it.click()',
    ...{ shown: 'it.checked', before: true, after: true },
  },
  {
    promise: 'keeps a box that was unchecked',
    html: '<input id="it" type="checkbox" checked>',
    act: 'it.click()',
    ...{ shown: 'it.checked', before: false, after: false },
  },
  {
    promise: 'keeps the radio button of several',
    html: '<input type="radio" name="r" value="a" checked><input id="it" type="radio" name="r" value="b">',
    act: 'it.click()',
    ...{ shown: 'it.checked', before: true, after: true },
  },
  {
    promise: 'keeps what was selected',
    html: '<select id="it" multiple><option>a<option>b<option selected>c</select>',
    act: `it.options[0].selected = true; it.options[2].selected = false; it.dispatchEvent(new Event('input'))`,
    ...{ shown: '[...it.selectedOptions].map(({ value }) => value)', before: ['a'], after: ['a'] },
  },
  {
    promise: 'sends nothing again that a page sends by a change',
    html: `<input id="it" type="checkbox" onchange="document.title += 'sent'">`,
    act: 'it.click()',
    ...{ shown: 'document.title', before: 'sent', after: '' },
  },
  {
    promise: 'keeps details open',
    html: '<details id="it"><summary>more</summary>text</details>',
    act: `it.querySelector('summary').click()`,
    ...{ shown: 'it.open', before: true, after: true },
  },
  {
    promise: 'keeps details closed that were closed',
    html: '<details id="it" open><summary>more</summary>text</details>',
    act: `it.querySelector('summary').click()`,
    ...{ shown: 'it.open', before: false, after: false },
  },
  {
    promise: 'keeps the focus and the text cursor',
    html: '<input><input id="it" value="own text">',
    act: 'it.focus(); it.setSelectionRange(2, 5)',
    shown: '[document.activeElement === it, it.selectionStart, it.selectionEnd]',
    ...{ before: [true, 2, 5], after: [true, 2, 5] },
  },
  {
    promise: 'keeps the focus of what was opened',
    html: '<details><summary>more</summary><button id="it">b</button></details>',
    act: `document.querySelector('summary').click(); it.focus()`,
    ...{ shown: 'document.activeElement === it', before: true, after: true },
  },
  {
    promise: 'keeps how far a part of the page was scrolled',
    html: '<div id="it" style="height: 50px; overflow: auto"><p style="height: 900px"></p></div>',
    act: 'it.scrollTop = 123',
    ...{ shown: 'it.scrollTop', before: 123, after: 123 },
  },
];

describe('what a visitor did to a page', function () {
  this.slow(5000);
  let browser: Browser | undefined;
  let context: BrowserContext;
  let live: Live;
  let served: Served | undefined;

  before(async () => {
    browser = await launchChromium();
    live = new Live(() => undefined);
    served = await startServed({ liveReload: true }, {}, { live });
    context = await browser.newContext();
    await context.addInitScript('window.wasKept = JSON.stringify({ ...sessionStorage })');
  });
  after(async () => {
    await browser?.close();
    await served?.stop();
  });

  const write = (html: string): void =>
    writeFileSync(join(served!.directory, 'page.html'), `<!doctype html><title></title>${html}`);

  async function open(html: string): Promise<Page> {
    write(html);
    const page = await context.newPage();
    await page.goto(`http://localhost:${served!.port}/page.html`);
    await ready(page);
    return page;
  }

  async function ready(page: Page): Promise<void> {
    await listening(page);
    await untilPage(page, `document.querySelector('#it') !== null`);
  }

  async function reload(page: Page, html: string): Promise<void> {
    const loaded = page.waitForEvent('load');
    write(html);
    live.changed(['/page.html']);
    await loaded;
    await ready(page);
  }

  const stored = (page: Page): Promise<string[]> =>
    page.evaluate(`Object.keys(sessionStorage).filter((key) => key.startsWith('http-server visitor'))`);

  for (const { promise, html, act, shown, before: first, after: second } of rows) {
    it(promise, async () => {
      const page = await open(html);
      if (act === undefined) await typeInto(page);
      else await page.evaluate(act);
      assert.deepEqual(await page.evaluate(shown), first);
      await reload(page, `<b>new</b>${html}`);
      await untilPage(page, `JSON.stringify(${shown}) === ${JSON.stringify(JSON.stringify(second))}`);
      if (act === undefined) assert.equal(await page.evaluate(`wasKept.includes('typed')`), first === second);
      assert.deepEqual(await stored(page), []);
      await page.close();
    });
  }

  /** As a visitor does, or, where nobody can, as a script that says so. */
  async function typeInto(page: Page): Promise<void> {
    await page.evaluate(`it.type === 'hidden'
      ? (it.value = 'typed', it.dispatchEvent(new Event('input', { bubbles: true })))
      : (it.focus(), it.select())`);
    if (await page.evaluate(`it.type !== 'hidden'`)) await page.keyboard.type('typed');
    await page.evaluate('it.blur()');
  }

  it('keeps it over one reload after another, and over none that the visitor asks for', async () => {
    const html = '<input id="it">';
    const page = await open(html);
    await typeInto(page);
    for (const each of ['a', 'b']) {
      await reload(page, `<b>${each}</b>${html}`);
      await untilPage(page, `it.value === 'typed'`);
    }
    await page.reload();
    await ready(page);
    assert.equal(await page.evaluate('it.value'), '');
    await page.close();
  });

  it('tells a framework that has a setter of its own', async () => {
    const html = `<input id="it"><script>
      const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
      Object.defineProperty(it, 'value', { get: own.get, set(value) { window.tracked = value; own.set.call(this, value) } });
      addEventListener('input', () => { window.heard = it.value });
    </script>`;
    const page = await open(html);
    await typeInto(page);
    await reload(page, `<b></b>${html}`);
    await untilPage(page, `window.heard === 'typed'`);
    assert.equal(await page.evaluate('window.tracked'), undefined);
    await page.close();
  });
});
