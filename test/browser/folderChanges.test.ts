/** What is changed on a folder's page: nothing is lost that nobody was asked about, and who looks at it, too, sees it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { everywhere, oneBrowser, Stage } from './folderStage';
import { picked, until, type Visitor } from './visitor';

const odd = [
  '<img src=x onerror=alert(1)>.txt',
  'it\'s "q" & 100%25.txt',
  'two\nlines.txt',
  'שלום עולם.txt',
  '#?&=;,+ .txt',
  `${'n'.repeat(251)}.txt`,
];

describe('a folder’s page that changes it', function () {
  this.slow(5000);
  const browser = oneBrowser();
  for (const where of everywhere) {
    describe(where.name, () => {
      const stage = new Stage(browser, where);
      let visitor: Visitor;
      let page: Page;
      let served: string;

      beforeEach(async () => {
        await stage.begin();
        ({ visitor, page, served } = stage);
      });

      const write = (name: string, content?: string): void => stage.write(name, content);
      const stored = (name: string): string => stage.stored(name);
      const there = (): string[] => stage.there();

      const select = async (...names: readonly string[]): Promise<void> => {
        for (const name of names) await page.getByLabel(`Select: ${name}`, { exact: true }).check();
      };

      it('renames with F2, and undoes it, and makes and deletes, whatever the names', async () => {
        write('plain.txt', 'content');
        await stage.open();
        await visitor.link('plain.txt').waitFor();
        await visitor.button('New folder').waitFor();
        await page.locator('.files').press('ArrowDown');
        // What is typed has no lines: such a name can only come from elsewhere.
        const typed = odd.filter((name) => !name.includes('\n'));
        for (const name of typed) {
          await page.keyboard.press('F2');
          await page.getByRole('dialog').getByRole('textbox').fill(name);
          await page.keyboard.press('Enter');
          await until(() => existsSync(join(served, name)));
          await page.locator('.entry.selected').getByRole('link', { name, exact: true }).waitFor();
        }
        assert.deepEqual(there(), typed.slice(-1));
        await visitor.button('Undo').click();
        await page.getByText('Undone.').waitFor();
        assert.deepEqual(there(), typed.slice(-2, -1));
        for (const name of odd) write(name, 'content');
        for (const name of odd) await visitor.link(name).waitFor();
        await page.locator('.files').press('Control+a');
        await page.keyboard.press('Delete');
        await visitor.answer('Delete');
        await page.getByText('6 entries deleted.').waitFor();
        // The keyboard is in the list again.
        await page.locator('.files:focus').waitFor();
        await visitor.button('New folder').click();
        for (const name of ['a/b', '..', 'n'.repeat(256)]) {
          await page.getByRole('dialog').getByRole('textbox').fill(name);
          await page.keyboard.press('Enter');
          await page.locator('#flaw').filter({ hasText: /\S/ }).waitFor();
        }
        await page.getByRole('dialog').getByRole('textbox').fill('<b>&amp;');
        await page.keyboard.press('Enter');
        await visitor.link('<b>&amp;').click();
        await page.getByText('This folder is empty').waitFor();
        assert.deepEqual(there(), ['<b>&amp;']);
        assert.deepEqual(visitor.complaints, []);
      });

      const move = async (to: string, ...names: readonly string[]): Promise<void> => {
        await select(...names);
        await visitor.button('Move…').click();
        await page.getByRole('dialog').getByRole('button', { name: to }).click();
        await visitor.answer('Move here');
      };

      it('moves and copies, asks about names that are taken, and undoes', async () => {
        for (const name of ['1.txt', '2.txt', '3.txt', 'dir/1.txt', 'dir/2.txt', 'dir/inner/x.txt']) write(name);
        await stage.open();
        await move('dir', '1.txt', '2.txt', '3.txt');
        await page.getByRole('dialog').getByText('“1.txt” exists already').waitFor();
        await visitor.answer('Keep both');
        await page.getByRole('dialog').getByText('“2.txt” exists already').waitFor();
        await visitor.answer('Skip');
        await page.getByText('Moved to “/dir/”.').waitFor();
        const moved = ['2.txt', 'dir', 'dir/1 (2).txt', 'dir/1.txt', 'dir/2.txt', 'dir/3.txt', 'dir/inner'];
        assert.deepEqual(there(), [...moved, 'dir/inner/x.txt']);
        assert.deepEqual([stored('dir/1 (2).txt'), stored('dir/1.txt')], ['1.txt', 'dir/1.txt']);
        await visitor.button('Undo').click();
        await page.getByText('Undone.').waitFor();
        await visitor.link('1.txt').waitFor();

        await visitor.button('Clear the selection').click();
        await move('dir', '1.txt', '2.txt');
        await page.getByRole('dialog').getByLabel('Do the same for all').check();
        await visitor.answer('Replace');
        await until(() => !existsSync(join(served, '2.txt')));
        assert.deepEqual([stored('dir/1.txt'), stored('dir/2.txt')], ['1.txt', '2.txt']);

        await visitor.link('dir').click();
        await visitor.link('inner').waitFor();
        await select('1.txt');
        await visitor.button('Make a copy').click();
        await visitor.link('1 (2).txt').waitFor();
        await visitor.button('Delete').click();
        await visitor.answer('Delete');
        await until(() => !existsSync(join(served, 'dir/1.txt')));
        await page.locator('.files:focus').waitFor();
        assert.equal(stored('dir/1 (2).txt'), '1.txt');
        assert.deepEqual(visitor.complaints, []);
      });

      // A finger scrolls instead.
      if (!where.isPhone)
        it('moves what is dragged onto a folder, or onto one on the way', async () => {
          for (const name of ['1.txt', '2.txt', 'dir/inner/x.txt']) write(name);
          await stage.open();
          await select('1.txt', '2.txt');
          await visitor.link('2.txt').dragTo(visitor.link('dir'));
          await page.getByText('Moved to “/dir/”.').waitFor();
          assert.deepEqual(there(), ['dir', 'dir/1.txt', 'dir/2.txt', 'dir/inner', 'dir/inner/x.txt']);
          await visitor.link('dir').click();
          await visitor.link('inner').dragTo(page.getByRole('link', { name: 'Start' }));
          await until(() => existsSync(join(served, 'inner/x.txt')));
          await page.getByText('Moved to “/”.').waitFor();
          await page.goBack();
          // Onto itself nothing moves.
          const row = page.locator('.entry').filter({ has: visitor.link('inner') });
          await visitor.link('inner').dragTo(row, { targetPosition: { x: 500, y: 20 } });
          await visitor.link('inner').dragTo(visitor.link('dir'));
          await until(() => existsSync(join(served, 'dir/inner/x.txt')));
          assert.deepEqual(visitor.complaints, []);
        });

      it('shows what somebody else changes, and leaves alone what is selected and where it is scrolled to', async () => {
        for (let i = 0; i < 300; i++) write(`file ${i}.txt`);
        // All that is new comes behind what is seen.
        for (const name of readdirSync(served)) utimesSync(join(served, name), 1_000_000_000, 1_000_000_000);
        await stage.open();
        await select('file 1.txt', 'file 2.txt');
        await page.evaluate(`document.querySelector('.scroller').scrollTo(0, ${where.isPhone ? 4300 : 3000})`);
        await page.getByLabel('Select: file 80.txt', { exact: true }).check();
        const scrolled = (): Promise<number> => page.evaluate(`document.querySelector('.scroller').scrollTop`);
        const before = await scrolled();
        assert.notEqual(before, 0);
        const other = await stage.another();
        await stage.open('files/', other);
        await other.send(picked('from another.txt', 'x'));
        await other.page.getByLabel('Select: file 1.txt', { exact: true }).check();
        await other.page.locator('.files').press('F2');
        await other.page.getByRole('dialog').getByRole('textbox').fill('zzz.txt');
        await other.page.keyboard.press('Enter');
        await page.getByText('2 selected').waitFor();
        assert.equal(await scrolled(), before);
        await page.locator('#filter').fill('another');
        await visitor.link('from another.txt').waitFor();
        await page.locator('#filter').fill('');
        assert.deepEqual([...visitor.complaints, ...other.complaints], []);
      });
    });
  }
});
