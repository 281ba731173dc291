import fs from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { projectRoot } from '../support/host/paths';
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

/** One window of a real VS Code with the extension in it, as a user sees and drives it. */
export class Workbench {
  readonly page: Page;
  /** The folder or `.code-workspace` file that is open; undefined in an empty window. */
  readonly workspace: string | undefined;
  readonly session: EditorSession;

  private constructor(page: Page, workspace: string | undefined, session: EditorSession) {
    this.page = page;
    this.workspace = workspace;
    this.session = session;
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
    return new Workbench(page, workspace, session);
  }

  /** Runs the command whose title, category included, the palette shows with these words, as a user would. */
  async runCommand(title: string): Promise<void> {
    await this.#insist(`The command palette offers no "${title}".`, async (timeout) => {
      await this.page.keyboard.press('F1');
      await this.quickInput().fill(`>${title}`);
      return this.#choose(title, timeout);
    });
  }

  /** Clicks the entry with that text in the open quick pick; without one closes it. Returns whether there was one. */
  async #choose(text: string, timeout: number): Promise<boolean> {
    try {
      await this.quickPick(text).click({ timeout });
      return true;
    } catch {
      await this.page.keyboard.press('Escape');
      return false;
    }
  }

  /** Tries again until it works: a list shows what there is when it opens, and an extension's part may come later. */
  async #insist(complaint: string, attempt: (timeout: number) => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (let timeout = PICK_TIMEOUT_MS; !(await attempt(timeout)); timeout *= 2) {
      if (Date.now() > deadline) throw new Error(complaint);
    }
  }

  /** Runs a command as who has no mouse does: what the palette shows first has these words. */
  async typeCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().waitFor();
    await this.#typeAndEnter(title);
  }

  /** Chooses what an open list offers, as who has no mouse does. */
  async typeChoice(text: string): Promise<void> {
    await this.quickPick(text).waitFor();
    await this.#typeAndEnter(text);
  }

  /** The list follows the typing a moment later. */
  async #typeAndEnter(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Where the open palette, quick pick or input box takes text. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** The first entry with that text in the open quick pick. */
  quickPick(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  /** The status bar's item with that text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /** The extension's own item of the status bar. */
  serverItem(): Locator {
    return this.page.locator('[id="workspace-http-server.workspace-http-server.httpServer"]');
  }

  /** The notification with that text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  }

  /** Shows the Output panel with that channel. */
  async openOutputChannel(name: string): Promise<void> {
    await this.#insist(`There is no output channel "${name}".`, async (timeout) => {
      await this.runCommand('Output: Show Output Channels');
      return this.#choose(name, timeout);
    });
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
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput().fill(label);
    await this.quickPick(label).click();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page.locator(`.monaco-workbench.${css}`).waitFor();
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
