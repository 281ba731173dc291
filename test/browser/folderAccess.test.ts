/** Everybody can use the folder's page: who does not see it, who sees it in the dark, and whose folder is long. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localhost, oneBrowser, phone, Stage } from './folderStage';
import { picked } from './visitor';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describe('who uses the folder’s page', function () {
  this.slow(5000);
  const browser = oneBrowser();
  for (const where of [localhost, phone]) {
    describe(where.name, () => {
      const stage = new Stage(browser, where);

      async function assertAccessible(state: string): Promise<void> {
        // Playwright's own way in, which the policy of the page does not bar.
        const session = await stage.visitor.context.newCDPSession(stage.page);
        await session.send('Runtime.evaluate', { expression: `${axe};undefined` });
        const { result } = await session.send('Runtime.evaluate', {
          expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])))`,
          ...{ awaitPromise: true, returnByValue: true },
        });
        assert.equal(result.value, '[]', state);
        await session.detach();
      }

      if (where === localhost)
        it('draws of 20,000 entries those that are seen, and goes to the last', async function () {
          this.timeout(600_000);
          await stage.begin();
          for (let i = 0; i < 20_000; i++) writeFileSync(join(stage.served, `file ${i}`), '');
          await stage.open();
          await stage.visitor.link('file 0').waitFor();
          assert.ok((await stage.page.locator('.entry').count()) < 100);
          await stage.page.locator('.files').focus();
          await stage.page.keyboard.press('End');
          await stage.visitor.link('file 19999').waitFor();
          await stage.page.locator('#filter').fill('1234');
          await stage.visitor.link('file 1234').waitFor();
        });

      it('says what each row and button is, to who does not see it', async () => {
        await stage.begin();
        stage.write('dir/inner.txt');
        stage.write('a.txt', 'four');
        await stage.open();
        await stage.visitor.link('a.txt').waitFor();
        await stage.visitor.button('New folder').waitFor();
        const tree = await stage.page.locator('body').ariaSnapshot();
        const said = [
          'navigation "Folders on the way"',
          'heading "Files" [level=1]',
          'searchbox "Filter by name"',
          'group "View"',
          'button "As a list" [pressed]',
          'button "As a grid"',
          'button "New folder"',
          where.isPhone ? 'button "Take a photo…"' : 'button "Upload a folder…"',
          'button "Upload"',
          `grid "Files: /"`,
          'checkbox "Select all"',
          ...['Name', 'Size', 'Modified'].flatMap((name) => [`columnheader "${name}"`, `button "${name}"`]),
          'row "dir, Folder, TIME"',
          'checkbox "Select: dir"',
          'link "dir"',
          'row "a.txt, 4 bytes, TIME"',
          'checkbox "Select: a.txt"',
          'link "a.txt"',
          'status: 1 folder · 1 file, 4 bytes',
          'link "Download as .zip"',
        ];
        const timeless = tree.replace(/[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d\s[AP]M/g, 'TIME');
        assert.deepEqual(
          said.filter((each) => !timeless.includes(each)),
          [],
          timeless,
        );
        // Every button and link says what it does.
        assert.doesNotMatch(tree, /- (?:button|link|checkbox)(?::| \[|$)/m);
        await stage.page.getByLabel('Select: a.txt').check();
        const actions = await stage.page.locator('footer').ariaSnapshot();
        for (const name of ['Link and QR code', 'Rename', 'Move…', 'Make a copy', 'Delete', 'Clear the selection'])
          assert.ok(actions.includes(`button "${name}"`), actions);
      });

      it('has nothing in its drop box that axe finds fault with', async () => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await stage.begin({ access: 'dropBox', how: { colorScheme } });
          await stage.open();
          await stage.page.getByRole('heading', { name: 'Send files' }).waitFor();
          await assertAccessible('drop box');
          await stage.visitor.send(picked('sent.txt', 'x'));
          await stage.page.locator('.upload.done').waitFor();
          await assertAccessible('sent');
          await stage.end();
        }
      });

      for (const colorScheme of ['light', 'dark'] as const) {
        it(`has nothing in it that axe finds fault with, in ${colorScheme}`, async () => {
          await stage.begin({ how: { colorScheme } });
          for (const name of ['a.txt', 'b.md', 'c/d.txt']) stage.write(name, '# Title');
          stage.write('octets.bin', Buffer.from([0, 1]));
          await stage.open();
          await stage.visitor.link('a.txt').waitFor();
          await assertAccessible('list');
          await stage.page.locator('.entry input').first().check();
          await assertAccessible('selection');
          const dialogs: readonly (readonly [button: string, state: string])[] = [
            ['Rename', 'a name is asked for'],
            ['Move…', 'a folder is asked for'],
            ['Link and QR code', 'link'],
            ['Delete', 'sure?'],
          ];
          for (const [name, state] of dialogs) {
            await stage.visitor.button(name).click();
            await stage.page.getByRole('dialog').waitFor();
            if (name === 'Rename') {
              await stage.page.getByRole('dialog').getByRole('textbox').fill('..');
              await stage.page.keyboard.press('Enter');
            }
            await assertAccessible(state);
            await stage.page.keyboard.press('Escape');
            await stage.page.locator('dialog').waitFor({ state: 'detached' });
          }
          await stage.visitor.button('As a grid').click();
          await assertAccessible('grid');
          await stage.visitor.link('octets.bin').click();
          await stage.page.locator('.unshown').waitFor();
          await assertAccessible('no preview');
          await stage.page.keyboard.press('Escape');
          await stage.visitor.link('b.md').click();
          await stage.page.locator('article h1').waitFor();
          await assertAccessible('preview');
          await stage.page.keyboard.press('Escape');
          await stage.visitor.send(picked('a.txt', 'x'));
          await stage.page.getByRole('dialog').waitFor();
          await assertAccessible('question');
          await stage.page.getByRole('button', { name: 'Skip' }).click();
          await stage.page.locator('.upload.skipped').waitFor();
          await stage.visitor.send(picked('.hidden', 'x'));
          await stage.page.locator('.upload.refused').waitFor();
          await assertAccessible('uploads');
          rmSync(stage.served, { recursive: true });
          mkdirSync(stage.served);
          await stage.page.reload();
          await stage.page.getByText('This folder is empty').waitFor();
          await assertAccessible('empty');
          await stage.page.locator('#filter').fill('nothing');
          await assertAccessible('no match');
          stage.gate.cut();
          await stage.page.locator('#filter').fill('');
          await stage.page.evaluate(
            `history.pushState(null, '', './away/'), dispatchEvent(new PopStateEvent('popstate'))`,
          );
          await stage.page.getByText('The server does not answer.').waitFor();
          await assertAccessible('error');
          assert.deepEqual(stage.visitor.complaints, []);
        });
      }
    });
  }
});
