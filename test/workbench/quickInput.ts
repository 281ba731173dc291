import { errors, type Locator, type Page } from 'playwright-core';
import { hasKeyboard, seen, type Seen } from './witness';

/**
 * The palette of a window, or what else asks at its place. It closes when anything else takes the keyboard, which a page
 * that has been opened may do whenever it is ready: each step tells whether it was done, so that all can be done once more.
 * What is typed comes there, or to nothing.
 */
export class QuickInput {
  /** Where it takes text. */
  readonly input: Locator;

  constructor(private readonly page: Page) {
    this.input = page.locator('.quick-input-widget .quick-input-box input');
  }

  /** The first entry with that text. */
  entry(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Waits for an entry with that text. */
  has(text: string, timeout: number): Promise<boolean> {
    return inTime(this.entry(text).waitFor({ timeout }));
  }

  /** Opens the palette with that text in it. */
  async open(text: string, timeout: number): Promise<boolean> {
    // One that is open keeps the list that it had when it opened.
    await this.close();
    await this.page.keyboard.press('F1');
    return this.write(`>${text}`, timeout);
  }

  /** Writes, all at once, what the list is to have. */
  write(text: string, timeout: number): Promise<boolean> {
    return inTime(this.input.fill(text, { timeout }));
  }

  /** Clicks the first entry with that text. */
  async click(text: string | RegExp, timeout: number): Promise<boolean> {
    const { clicks } = await this.#look();
    // It may have come there and have been told of too late.
    return (await inTime(this.entry(text).click({ timeout }))) || (await this.#look()).clicks > clicks;
  }

  /** Writes the text, and presses Enter at the entry that has it: the list follows the writing a moment later. */
  async choose(text: string, timeout: number, written = text): Promise<boolean> {
    const row = this.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text });
    return (await this.write(written, timeout)) && (await inTime(row.waitFor({ timeout }))) && this.press('Enter');
  }

  /** Presses a key that comes there or to nothing. */
  async press(key: string): Promise<boolean> {
    if (!(await this.page.evaluate<boolean>(hasKeyboard))) return false;
    const { keys } = await this.#look(true);
    try {
      await this.page.keyboard.press(key);
    } finally {
      await this.#look();
    }
    return (await this.#look()).keys > keys;
  }

  /** Closes it, if it is open. */
  async close(): Promise<void> {
    if (!(await this.input.isVisible())) return;
    await inTime(this.input.focus({ timeout: 1000 }));
    await this.press('Escape');
  }

  #look(isKept = false): Promise<Seen> {
    return this.page.evaluate<Seen>(seen(isKept));
  }
}

/** Whether it was done in the time that it had. */
export async function inTime(action: Promise<unknown>): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}
