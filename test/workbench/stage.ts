/** Pictures of an editor, a browser and a phone, beside each other: the frames of an animation. */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { projectRoot } from '../support/host/paths';
import type { Workbench } from './workbench';

/** What each of them shows is taken in this size, in pixels. */
export const sizes = {
  editor: { width: 820, height: 600 },
  browser: { width: 520, height: 330 },
  phone: { width: 320, height: 560 },
  stage: { width: 1120, height: 610 },
} as const;

const style = `
body { margin: 0; width: ${sizes.stage.width}px; height: ${sizes.stage.height}px; position: relative; overflow: hidden; background: #10243a; font: 600 20px/1 system-ui, sans-serif; color: #fff }
figure { position: absolute; margin: 0; overflow: hidden; border-radius: 8px; background: #0b1726; box-shadow: 0 6px 24px #0009 }
img { display: block; width: 100% }
.editor { left: 24px; top: 64px; width: 712px; height: 521px }
.browser { right: 24px; top: 64px; width: 340px; height: 242px }
.browser img { margin-top: 26px }
.browser b { position: absolute; inset: 0 0 auto; padding: 7px 12px; font: 12px/1 system-ui, sans-serif; background: #2b3c52 }
.phone { right: 120px; top: 320px; width: 150px; height: 262px; border: 5px solid #05090f; border-radius: 18px }
h1 { position: absolute; margin: 0; left: 24px; top: 24px; font: inherit }`;

const shown = (kind: string, picture: Buffer | undefined, above = ''): string => {
  const image = picture && `<img src="data:image/png;base64,${picture.toString('base64')}">`;
  return `<figure class="${kind}">${above}${image ?? ''}</figure>`;
};

export class Stage {
  /** Of the frames so far: the lines that tell ffmpeg how long to show which. */
  readonly #list: string[] = [];
  readonly #folder: string;

  /** @param phone nothing is on it as long as it is undefined */
  constructor(
    private readonly workbench: Workbench,
    private readonly pages: { readonly stage: Page; readonly browser: Page; phone?: Page },
  ) {
    this.#folder = path.join(projectRoot, 'screenshots', workbench.session.version.name, 'tour');
  }

  /** Adds a frame. @param seconds how long it is seen */
  async show(caption: string, seconds: number): Promise<void> {
    const { stage, browser, phone } = this.pages;
    const editor = await this.workbench.page.screenshot();
    const address = `<b>${new URL(browser.url()).host}</b>`;
    const parts = [
      shown('editor', editor),
      shown('browser', await browser.screenshot(), address),
      shown('phone', await phone?.screenshot()),
    ];
    await stage.setContent(`<style>${style}</style><h1>${caption}</h1>${parts.join('')}`);
    await fs.mkdir(this.#folder, { recursive: true });
    const name = `${String(this.#list.length).padStart(2, '0')}.png`;
    await stage.screenshot({ path: path.join(this.#folder, name) });
    const file = `file '${name}'\n`;
    this.#list.push(`${file}duration ${seconds}\n`);
    // The last one has a duration only if another follows.
    const lines = ['ffconcat version 1.0\n', ...this.#list, file];
    await fs.writeFile(path.join(this.#folder, 'frames.txt'), lines.join(''));
  }
}
