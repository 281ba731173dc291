import fs from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { extensionId } from '../support/host/extensionId';
import { projectRoot } from '../support/host/paths';
import { inTime, QuickInput } from './quickInput';
import { EditorSession, OPENING_MS, type SessionOptions } from './session';

export type Theme = 'light' | 'dark' | 'high contrast';

/** In which things are looked at. What is theirs is the same in every editor: in the oldest, one is enough. */
export const themes: readonly Theme[] =
  process.env.TEST_WORKBENCH_VERSION === 'oldest' ? ['dark'] : ['light', 'dark', 'high contrast'];

/** The labels of both editors' pickers, and the class each theme gives to the window. */
const THEMES: Readonly<Record<Theme, { label: string; css: string }>> = {
  light: { label: 'Light Modern', css: 'vs' },
  dark: { label: 'Dark Modern', css: 'vs-dark' },
  'high contrast': { label: 'Dark High Contrast', css: 'hc-black' },
};

/** Long enough for any machine, and so short that a test, which has 300 s, still says what it waited for. */
const TIMEOUT_MS = 120_000;
/** For an entry of a list, the first time; each further one has twice as long. */
const PICK_TIMEOUT_MS = 4_000;

const windows = new Set<Workbench>();

/** Those that are open. */
export const openWindows = (): readonly Workbench[] => [...windows];

/** For each step of clearing a window, which is done after a failure: the rest of the suite waits. */
const CLEARING_MS = 30_000;

/** One window of a real VS Code with the extension in it, as a user sees and drives it. */
export class Workbench {
  readonly page: Page;
  /** The folder or `.code-workspace` file that is open; undefined in an empty window. */
  readonly workspace: string | undefined;
  readonly session: EditorSession;
  /** The palette, or what else asks at its place. */
  readonly quick: QuickInput;

  private constructor(page: Page, workspace: string | undefined, session: EditorSession) {
    this.page = page;
    this.workspace = workspace;
    this.session = session;
    this.quick = new QuickInput(page);
  }

  /** Starts an editor and opens a window on a copy of the small site that all tests share. `dispose` ends it all. */
  static async open(options: SessionOptions = {}): Promise<Workbench> {
    const session = await EditorSession.start(options);
    try {
      return await Workbench.openIn(session, await session.copyFolder());
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** Opens one more window of a running editor: on a folder, a `.code-workspace` file, or empty. */
  static async openIn(session: EditorSession, workspace: string | undefined, host?: string): Promise<Workbench> {
    const page = await session.openPage(workspace, host);
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: OPENING_MS });
    const workbench = new Workbench(page, workspace, session);
    windows.add(workbench);
    page.once('close', () => windows.delete(workbench));
    return workbench;
  }

  /**
   * Runs the command whose title, category included, the palette shows with these words, as a user would.
   *
   * @param choices what is then chosen of each list that the command offers, one after the other
   */
  async runCommand(title: string, ...choices: readonly (string | RegExp)[]): Promise<void> {
    const steps = [title, ...choices];
    await this.insist(`The palette does not lead to "${steps.join('", "')}".`, async (timeout) => {
      if (!(await this.quick.open(title, timeout))) return false;
      for (const step of steps) if (!(await this.quick.click(step, timeout))) return false;
      return true;
    });
  }

  /**
   * Tries again until it works: a list shows what there is when it opens, and may be closed by what takes the keyboard.
   *
   * @param attempt is told how long each step may take, in milliseconds; resolves to whether it worked
   */
  async insist(complaint: string, attempt: (timeout: number) => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (let timeout = PICK_TIMEOUT_MS; !(await attempt(timeout)); timeout *= 2) {
      if (Date.now() > deadline) throw new Error(complaint);
      await this.quick.close();
    }
  }

  /** Runs a command as who has no mouse does: what the palette shows first has these words. */
  async typeCommand(title: string, ...choices: readonly string[]): Promise<void> {
    const complaint = `The palette does not lead to "${[title, ...choices].join('", "')}".`;
    await this.insist(complaint, async (timeout) => {
      if (!(await this.quick.open(title, timeout))) return false;
      if (!(await this.quick.choose(title, timeout, `>${title}`))) return false;
      for (const choice of choices) if (!(await this.#typeChoice(choice, timeout))) return false;
      return true;
    });
  }

  /** Chooses what an open list offers, as who has no mouse does. */
  async typeChoice(text: string): Promise<void> {
    if (!(await this.#typeChoice(text, TIMEOUT_MS))) throw new Error(`The list does not offer "${text}" any more.`);
  }

  async #typeChoice(text: string, timeout: number): Promise<boolean> {
    return (await this.quick.has(text, timeout)) && (await this.quick.choose(text, timeout));
  }

  /** Shows a file of the workspace in an editor, as who has no mouse does. */
  async openFile(name: string): Promise<void> {
    await this.insist(`There is no editor with ${name}.`, async (timeout) => {
      await this.typeCommand('Go to File');
      return (await this.quick.choose(name, timeout)) && (await inTime(this.activeTab(name).waitFor({ timeout })));
    });
  }

  /** Where the open palette, quick pick or input box takes text. */
  quickInput(): Locator {
    return this.quick.input;
  }

  /** The first entry with that text in the open quick pick. */
  quickPick(text: string | RegExp): Locator {
    return this.quick.entry(text);
  }

  /** The tab in front, if it has that text. */
  activeTab(text: string): Locator {
    return this.page.locator('.tab.active').filter({ hasText: text }).first();
  }

  /** What the panel or tab of an extension shows, the newest if it has several. */
  webview(extension = extensionId): FrameLocator {
    const frames = this.page.locator(`iframe.webview[src*="extensionId=${extension}"]`);
    return frames.last().contentFrame().frameLocator('#active-frame');
  }

  /** The status bar's item with that text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /** An item of the extension's own in the status bar. */
  statusBarItemOf(id: string): Locator {
    return this.page.locator(`[id="${extensionId.toLowerCase()}.${id}"]`);
  }

  serverItem(): Locator {
    return this.statusBarItemOf('httpServer');
  }

  /** The notification with that text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  }

  /** Shows the Output panel with that channel. */
  async openOutputChannel(name: string): Promise<void> {
    await this.runCommand('Output: Show Output Channels', name);
    await this.page.locator('.part.panel .view-lines').first().waitFor();
  }

  /** The lines of the Output panel that are in view; `outputLine` waits for one. */
  async outputText(): Promise<string> {
    const lines = await this.page.locator('.part.panel .view-lines .view-line').allInnerTexts();
    return lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');
  }

  /** The first line of the Output panel with that text. */
  outputLine(text: string | RegExp): Locator {
    return this.page.locator('.part.panel .view-lines .view-line').filter({ hasText: text }).first();
  }

  /** Switches the colours and waits until they are there. */
  async setTheme(theme: Theme): Promise<void> {
    const { label, css } = THEMES[theme];
    await this.insist(`There is no theme "${label}".`, async (timeout) => {
      await this.runCommand('Preferences: Color Theme');
      return (await this.quick.write(label, timeout)) && this.quick.click(label, timeout);
    });
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page.locator(`.monaco-workbench.${css}`).waitFor();
  }

  /** Closes whatever asks something, and all tabs, whose changes are given up. */
  async clear(): Promise<void> {
    const asked = this.page.locator('.monaco-dialog-box:visible, .monaco-menu:visible, .quick-input-widget:visible');
    for (let presses = 0; presses < 5 && (await asked.count()) > 0; presses++) await this.page.keyboard.press('Escape');
    const tab = this.page.locator('.tab').first();
    if ((await tab.count()) === 0) return;
    await this.runCommand('View: Close All Editors');
    const unsaved = this.page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: "Don't Save" });
    const none = this.page.locator('.monaco-workbench:not(:has(.tab))');
    await none.or(unsaved).first().waitFor({ timeout: CLEARING_MS });
    if ((await none.count()) === 0) await unsaved.click({ timeout: CLEARING_MS });
    await none.waitFor({ timeout: CLEARING_MS });
  }

  /** Leaves a picture of the window, or of a part of it, in `screenshots/`, and says where. */
  async screenshot(name: string, part = 'body'): Promise<string> {
    const file = path.join(projectRoot, 'screenshots', this.session.version.name, `${name}.png`);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await this.page.locator(part).first().screenshot({ path: file });
    return file;
  }

  /** Ends the editor with all its windows. */
  async dispose(): Promise<void> {
    await this.session.dispose();
  }
}
