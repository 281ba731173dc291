/**
 * What a failure looked like, printed where it is read: of each page that is open what it shows, what has its keyboard and what its
 * window kept of that, and a picture in `screenshots/`. Mocha is told of `mochaHooks` by `--require`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import { projectRoot } from './paths';

const browsers = new Set<Browser>();

/** Looks at the pages of this one, too, as long as it is there. */
export function lookAt(browser: Browser): void {
  browsers.add(browser);
  browser.once('disconnected', () => browsers.delete(browser));
}

/** For a page: all that tells at what it is. An address may hold the secret of an editor, so what follows `?` is none of it. */
const facts = `(() => {
  const shown = (element) => element.checkVisibility();
  const texts = (selector) => [...document.querySelectorAll(selector)].filter(shown)
    .map((element) => (element.innerText || element.value || element.textContent).replace(/\\s+/g, ' ').trim().slice(0, 120));
  const named = (element) => element === null ? 'nothing'
    : element.tagName.toLowerCase() + ' .' + element.className + ' ' + (element.getAttribute('aria-label') ?? '');
  const isEditor = document.querySelector('.monaco-workbench') !== null;
  const parts = isEditor
    ? {
        tabs: texts('.tab').map((text, i) => text + ([...document.querySelectorAll('.tab')].filter(shown)[i].matches('.active') ? ' (in front)' : '')),
        group: texts('.editor-group-container.active .tab.active'),
        palette: [...document.querySelectorAll('.quick-input-widget')].filter(shown).map((widget) => widget.querySelector('input')?.value),
        entries: texts('.quick-input-list .monaco-list-row').slice(0, 6),
        asked: texts('.monaco-dialog-box'), menu: texts('.monaco-menu'), told: texts('.notification-list-item'),
        status: texts('.part.statusbar .statusbar-item'),
        frames: [...document.querySelectorAll('iframe.webview')].map(({ src }) => /extensionId=([^&]*)/.exec(src)?.[1]),
      }
    : { text: document.body?.innerText.slice(0, 500) };
  return { page: location.origin + location.pathname, title: document.title, keyboard: named(document.activeElement),
    'has it': document.hasFocus(), ...parts, before: globalThis.witness?.history };
})()`;

/** As long as a page that is alive may take to answer; the failure is told in any case. */
const ANSWER_MS = 10_000;

const soon = <T>(action: Promise<T>): Promise<T | Error> =>
  Promise.race([action, pass(ANSWER_MS, new Error('no answer'), { ref: false })]).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );

async function factsOf(frame: Frame): Promise<string> {
  const found = await soon(frame.evaluate<Record<string, unknown>>(facts));
  if (found instanceof Error) return `    ${found.message.split('\n')[0]}`;
  return Object.entries(found)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`)
    .join('\n');
}

async function pictureOf(page: Page, title: string): Promise<string> {
  const file = path.join(projectRoot, 'screenshots', `FAILED ${title.replaceAll(/[^\w -]/g, '').slice(0, 120)}.png`);
  const done = await soon(
    fs.mkdir(path.dirname(file), { recursive: true }).then(() => page.screenshot({ path: file })),
  );
  return done instanceof Error ? `    no picture: ${done.message.split('\n')[0]}` : `    picture: ${file}`;
}

/** Prints what all pages show now. */
export async function tellAll(title: string): Promise<void> {
  const pages = [...browsers].flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
  console.log(`    What ${pages.length} pages showed when this failed: ${title}`);
  for (const [i, page] of pages.entries()) {
    console.log(`  page ${i + 1}:\n${await factsOf(page.mainFrame())}\n${await pictureOf(page, `${title} ${i + 1}`)}`);
  }
}

/** Whether they are told of here at all, how many have begun, and whether one goes on. What fails outside of all is told of by whoever ends the browser. */
const tests = { areLooked: false, begun: 0, isRunning: false };

/** Tells, at the end of what began at `begun`, what it showed if no test has come to see it: what made it ready has failed. */
export async function tellUnused(begun: number): Promise<void> {
  if (tests.areLooked && tests.begun === begun && !tests.isRunning) await tellAll('before all tests');
}

export const testsBegun = (): number => tests.begun;

export const mochaHooks: Mocha.RootHookObject = {
  beforeAll() {
    tests.areLooked = true;
  },
  beforeEach() {
    tests.begun += 1;
    tests.isRunning = true;
  },
  async afterEach(this: Mocha.Context) {
    tests.isRunning = false;
    if (this.currentTest?.state === 'failed') await tellAll(this.currentTest.fullTitle());
  },
};
