/** Somebody who looks at a folder's page in Chromium. */
import { setTimeout as pass } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** A file as a picker hands it over, without one on the disk. */
interface Picked {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const picked = (name: string, content: string | Buffer): Picked => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

/** Waits until it holds, in this process. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  // What never holds does not keep the process from its end.
  while (!(await holds())) await pass(20, undefined, { ref: false });
}

export class Visitor {
  /** What the page complained of: violations of its policy among them; and what it asked by itself. */
  readonly complaints: string[] = [];
  /** How often the browser asked whether a page is to be left that is sending something. It always is. */
  hesitations = 0;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    // How long anything may take is for the suite to say.
    context.setDefaultTimeout(0);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (/policy|trusted/i.test(message.text())) this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      if (dialog.type() === 'beforeunload') this.hesitations++;
      else this.complaints.push(dialog.message());
      void dialog.accept();
    });
  }

  static async comes(browser: Browser, how: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext(how);
    return new Visitor(context, await context.newPage());
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** In the dialog that is open. */
  answer(name: string): Promise<void> {
    return this.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  }

  async send(...files: readonly Picked[]): Promise<void> {
    await this.page.locator('.pick-files').waitFor({ state: 'attached' });
    await this.page.setInputFiles('.pick-files', files);
  }

  names(): Promise<string[]> {
    return this.page.locator('.entry .name a').allTextContents();
  }

  /** Waits until these are listed, and no others. */
  async lists(...names: readonly string[]): Promise<void> {
    await until(async () => isDeepStrictEqual(await this.names(), names));
  }

  /** Waits until the list has the keyboard, which it gets a moment after it is seen. */
  async hasKeyboard(): Promise<void> {
    await this.page.locator('.files:focus').waitFor();
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}
