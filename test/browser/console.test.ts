/** What a page writes to the console of a real browser reaches whoever listens, with its place. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { ConsoleLine } from '../../src/consoleReport';
import { Live } from '../../src/endpoints/live/live';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';

/** What a script does, and the lines that come of it: level, text, place. */
const cases: readonly (readonly [promise: string, script: string, ...lines: string[]])[] = [
  ['a text', `console.log('hello', 1, true, null)`, 'log hello 1 true null /a.js:1:9'],
  ['each level', `console.debug('a')\nconsole.info('b')\nconsole.warn('c')\nconsole.error('d')`]
    .concat(['debug a /a.js:1:9', 'info b /a.js:2:9', 'warn c /a.js:3:9', 'error d /a.js:4:9'])
    .map(String) as [string, string, ...string[]],
  ['a text with places in it', `console.log('%s is %d%%', 'x', 5, 'rest')`, 'log x is 5% rest /a.js:1:9'],
  [
    'values',
    `console.log({ a: [1, 'b'], get c() { return 1 } }, new Map([[1, 2]]), document.createElement('p'), () => 1)`,
    'log {a: [1, "b"], c: (…)} [[1, 2]] <p> ƒ  /a.js:1:9',
  ],
  ['a value in itself', `const a = {}; a.a = a; console.log(a)`, 'log {a: {a: {a: Object}}} /a.js:1:32'],
  [
    'an error that nobody catches',
    `throw new TypeError('no')`,
    'error Uncaught TypeError: no\n    at /a.js:1:7 /a.js:1:7',
  ],
  ['a rejection', `Promise.reject('why')`, 'error Uncaught (in promise) why -'],
  ['a part that does not load', `document.write('<img src="none.png">')`, 'error Not loaded: <img> none.png -'],
];

describe('the console of a page', function () {
  this.slow(5000);
  let browser: Browser | undefined;
  let served: Served | undefined;
  let lines: ConsoleLine[] = [];
  let page: Page;
  let wake = (): void => undefined;

  before(async () => {
    browser = await launchChromium();
    const onConsole = ({ lines: more }: { lines: readonly ConsoleLine[] }): void => {
      lines.push(...more);
      wake();
    };
    served = await startServed({ liveReload: true, forwardConsole: true }, {}, { live: new Live(), onConsole });
  });
  after(async () => {
    await browser?.close();
    await served?.stop();
  });
  beforeEach(async () => {
    lines = [];
    page = await browser!.newPage();
  });
  afterEach(() => page.close());

  async function open(script: string, head = ''): Promise<void> {
    writeFileSync(join(served!.directory, 'a.js'), script);
    writeFileSync(join(served!.directory, 'index.html'), `<!doctype html>${head}<script src="a.js"></script>`);
    await page.goto(`${served!.origin}/`);
  }

  async function told(count: number): Promise<readonly string[]> {
    while (lines.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return lines.map(({ level, text, place }) => {
      const where = place ? `${place.path}:${place.line}:${place.column}` : '-';
      return `${level} ${text} ${where}`;
    });
  }

  for (const [promise, script, ...wanted] of cases) {
    it(`tells of ${promise}`, async () => {
      await open(script);
      assert.deepEqual(await told(wanted.length), wanted);
    });
  }

  it('tells where in the page itself', async () => {
    await open('', `<p>\n<script>console.log('here')</script>`);
    assert.deepEqual(await told(1), ['log here /index.html:2:17']);
  });

  it('tells of 20 lines in a second, and of the last when the page goes', async () => {
    // None is told before, however long it takes to go: time stands still.
    await page.addInitScript('globalThis.setTimeout = () => 0');
    await open(`for (let i = 0; i < 100; i++) console.log(i); location.href = 'about:blank'`);
    assert.equal((await told(4)).length, 4);
    assert.equal(lines.at(-1)?.text, '19');
  });

  it('leaves nothing behind in the page, and shows there what it always did', async () => {
    const shown: string[] = [];
    page.on('console', (message) => shown.push(message.text()));
    await open(`console.log('own', Object.keys(window).filter((key) => key.startsWith('httpServer')).length)`);
    await told(1);
    // The driver may hear of it later than we.
    while (shown.length === 0) await page.waitForEvent('console');
    assert.deepEqual(shown, ['own 0']);
  });

  it('is let be where the policy of the page forbids it, and that is said once', async () => {
    const shown: string[] = [];
    page.on('console', (message) => shown.push(message.text()));
    const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`;
    await open(`console.log('a'); setInterval(() => console.log('b'), 100)`, policy);
    const said = (): string[] => shown.filter((text) => text.startsWith('The editor is not told'));
    while (said().length === 0) await page.waitForEvent('console');
    // It goes on to write for longer than lines are gathered.
    while (shown.length < 20) await page.waitForEvent('console');
    assert.equal(said().length, 1);
    assert.deepEqual(lines, []);
  });
});
