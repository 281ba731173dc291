/**
 * The folder's page in a real browser, as its script makes it: at `localhost` and, as browsers then lack much, by plain HTTP
 * over the network; on a desk and on a phone.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/host/paths';
import { everywhere, oneBrowser, Stage } from './folderStage';
import { untilPage } from '../support/untilPage';
import { listening } from './pages';
import { picked, until } from './visitor';
import { webm } from './webm';

const odd = ['<img src=x onerror=alert(1)>.txt', 'it\'s "q" & 100%.txt', 'two\nlines.txt', 'שלום.txt', 'n'.repeat(255)];

const icon = readFileSync(join(projectRoot, 'media/icon.png'));

/** A tenth of a second of silence. */
function wave(): Buffer {
  const head = Buffer.from('RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0........\x01\0\x08\0data....', 'latin1');
  for (const [value, at] of [
    [836, 4],
    [8000, 24],
    [8000, 28],
    [800, 40],
  ] as const)
    head.writeUInt32LE(value, at);
  return Buffer.concat([head, Buffer.alloc(800, 0x80)]);
}

const pdf = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>
`;

const active = '<script>alert(1)</script>';

/** Files, and what of each is seen. */
const kinds: readonly { name: string; content: string | Buffer; shown: string }[] = [
  { name: 'picture.png', content: icon, shown: '.content img' },
  {
    ...{ name: 'drawing.svg', shown: '.content img' },
    content: `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${active}</svg>`,
  },
  { name: 'film.webm', content: webm([icon], 16, 16, 0), shown: ':is(video, .unshown)' },
  { name: 'sound.wav', content: wave(), shown: 'audio[controls]' },
  { name: 'broken.mp3', content: 'no sound', shown: '.unshown' },
  // The browser of the tests may have no viewer.
  { name: 'paper.pdf', content: pdf, shown: ':is(iframe[title="paper.pdf"], .unshown)' },
  { name: 'page.html', content: `${active}<h1>x</h1>`, shown: 'pre .hljs-tag' },
  {
    name: 'data.xml',
    content: `<a xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></a>`,
    shown: 'pre .hljs-tag',
  },
  { name: 'a.ts', content: 'const a = 1;', shown: 'pre .hljs-keyword' },
  { name: 'plain.txt', content: 'plain', shown: 'pre.source' },
  {
    ...{ name: 'text.md', shown: 'article h1' },
    content: `# Title\n<img src=x onerror=alert(1)>\n${active}\n[a](javascript:alert(1))`,
  },
  { name: 'archive.zip', content: 'x', shown: '.unshown' },
  { name: 'octets.xyz', content: Buffer.from([0, 1, 2]), shown: '.unshown' },
];

describe('the folder’s page', function () {
  this.slow(5000);
  const browser = oneBrowser();
  for (const where of everywhere) {
    describe(where.name, () => {
      const stage = new Stage(browser, where);

      it('lists what is there, whatever its name, folders first, in the order of people, with sums', async () => {
        await stage.begin();
        for (const name of [...odd, 'file10.txt', 'file2.txt', 'z/inner.txt']) stage.write(name);
        await stage.open();
        await stage.visitor.link('file10.txt').waitFor();
        const listed = await stage.page.locator('.entry .name a').allTextContents();
        assert.equal(listed[0], 'z');
        assert.ok(listed.indexOf('file2.txt') < listed.indexOf('file10.txt'));
        assert.deepEqual([...listed].sort(), [...odd, 'file10.txt', 'file2.txt', 'z'].sort());
        assert.match(await stage.page.locator('.sums').innerText(), /^1 folder · 7 files, /);
        await stage.page.locator('#filter').fill('FILE');
        await stage.visitor.lists('file2.txt', 'file10.txt');
        await stage.page.locator('#filter').fill('');
        await stage.page.getByRole('button', { name: 'Size', exact: true }).click();
        await until(async () => (await stage.visitor.names())[1] === 'n'.repeat(255));
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('takes its list out of the page, and asks for it only where that may be old', async () => {
        await stage.begin({ isLive: false });
        for (const name of odd) stage.write(name);
        stage.write('dir/inner.txt');
        await stage.open();
        await stage.visitor.button('Upload').last().waitFor();
        const lists = async (): Promise<number> =>
          (await stage.asked()).filter((request) => request === 'GET /files/').length;
        assert.equal(await lists(), 1);
        const shown = await stage.visitor.names();
        await stage.page.evaluate(`dispatchEvent(new Event('focus'))`);
        await until(async () => (await lists()) > 1);
        assert.equal(await lists(), 2);
        assert.deepEqual(await stage.visitor.names(), shown);
        await stage.page.goto(`${stage.origin}/files/dir/inner.txt`).catch(() => undefined);
        await stage.page.goto(`${stage.origin}/echo/away`);
        stage.write('new.txt');
        await stage.page.goBack();
        await stage.visitor.link('new.txt').waitFor();
      });

      it('is gone through by the keyboard', async () => {
        await stage.begin();
        for (const name of ['a.txt', 'b.txt', 'c.txt', 'dir/inner.txt']) stage.write(name);
        await stage.open();
        await stage.visitor.link('a.txt').waitFor();
        await stage.visitor.hasKeyboard();
        await stage.page.keyboard.press('ArrowDown');
        await stage.page.keyboard.press('Enter');
        await stage.visitor.link('inner.txt').waitFor();
        await stage.visitor.hasKeyboard();
        await stage.page.keyboard.press('Backspace');
        await stage.visitor.link('a.txt').waitFor();
        await stage.page.locator('.files[aria-activedescendant=entry-0]').waitFor();
        await stage.page.keyboard.press('ArrowDown');
        await stage.page.keyboard.press('Shift+ArrowDown');
        await stage.page.getByText('2 selected').waitFor();
        await stage.page.keyboard.press('Control+a');
        await stage.page.getByText('4 selected').waitFor();
        await stage.page.keyboard.press('Escape');
        await stage.page.keyboard.press('/');
        await stage.page.locator('#filter:focus').waitFor();
        await stage.page.keyboard.type('b.t');
        await stage.visitor.lists('b.txt');
        await stage.page.keyboard.press('Enter');
        await stage.visitor.hasKeyboard();
        await stage.page.keyboard.press('ArrowDown');
        await stage.page.keyboard.press('Delete');
        await stage.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await until(() => !existsSync(join(stage.served, 'b.txt')));
        await stage.page.goBack();
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('follows what changes, and leaves alone what is selected', async () => {
        await stage.begin();
        stage.write('a.txt');
        await stage.open();
        await stage.page.locator('.entry input').check();
        await listening(stage.page);
        stage.write('new.txt');
        await stage.visitor.link('new.txt').waitFor();
        await stage.page.getByText('1 selected').waitFor();
      });

      it('misses nothing that changes before it is told of changes', async () => {
        await stage.begin();
        stage.write('a.txt');
        let open = (): void => undefined;
        const held = new Promise<void>((resolve) => (open = resolve));
        await stage.page.route('**/.http-server/events', (route) => held.then(() => route.continue()));
        await stage.open();
        const other = await stage.another();
        await stage.open('files/', other);
        await listening(other.page);
        stage.write('new.txt');
        await other.link('new.txt').waitFor();
        open();
        await stage.visitor.link('new.txt').waitFor();
      });

      it('lists anew on focus where nobody tells of changes', async () => {
        await stage.begin({ isLive: false });
        stage.write('a.txt');
        await stage.open();
        await stage.visitor.link('a.txt').waitFor();
        stage.write('new.txt');
        await stage.page.evaluate(`dispatchEvent(new Event('focus'))`);
        await stage.visitor.link('new.txt').waitFor();
      });

      it('takes in files, and asks about those that exist', async () => {
        await stage.begin();
        stage.write('taken.txt', 'old');
        stage.write('other.txt', 'old');
        await stage.open();
        await stage.visitor.send(picked('taken.txt', 'new'), picked('fresh.txt', 'fresh'));
        await stage.page.getByRole('button', { name: 'Keep both' }).click();
        await until(
          () => existsSync(join(stage.served, 'taken (2).txt')) && existsSync(join(stage.served, 'fresh.txt')),
        );
        assert.deepEqual(
          [stage.stored('taken.txt'), stage.stored('taken (2).txt'), stage.stored('fresh.txt')],
          ['old', 'new', 'fresh'],
        );
        await stage.visitor.link('fresh.txt').waitFor();
        await stage.visitor.send(picked('taken.txt', 'newer'), picked('other.txt', 'newer'));
        await stage.page.getByLabel('Do the same for all').check();
        await stage.page.getByRole('button', { name: 'Replace' }).click();
        await until(() => stage.stored('taken.txt') === 'newer' && stage.stored('other.txt') === 'newer');
        await stage.visitor.send(picked('taken.txt', 'newest'));
        await stage.page.getByRole('button', { name: 'Skip' }).click();
        await stage.page.locator('.upload.skipped').waitFor();
        assert.equal(stage.stored('taken.txt'), 'newer');
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('writes out what would turn a name round, wherever one is shown', async () => {
        await stage.begin();
        const name = '\u202egnp.exe';
        stage.write(`${name}/${name}`, 'old');
        await stage.open(`files/${encodeURIComponent(name)}/`);
        const turned = (): Promise<string[]> =>
          stage.page
            .evaluate(`[document.title, document.body.innerText, ...[...document.querySelectorAll('*')].flatMap((element) =>
            ['aria-label', 'title', 'alt'].map((attribute) => element.getAttribute(attribute) ?? ''))].filter((text) => text.includes('\u202e'))`);
        const shown = String.raw`\u202egnp`;
        await stage.visitor.link(`${shown}.exe`).waitFor();
        assert.ok((await stage.page.title()).includes(shown));
        await stage.visitor.send(picked(name, 'new'));
        await stage.page.getByRole('dialog', { name: shown }).waitFor();
        assert.deepEqual(await turned(), []);
        await stage.visitor.answer('Keep both');
        await stage.page.locator('.upload.done', { hasText: shown }).waitFor();
        await stage.visitor.link(`${shown} (2).exe`).waitFor();
        assert.deepEqual(await turned(), []);
        await stage.page.locator('.entry input').first().check();
        await stage.visitor.button('Link and QR code').click();
        await stage.page.getByRole('img', { name: shown }).waitFor();
        assert.deepEqual(await turned(), []);
      });

      it('shows the end of a name that is too long, and has all of it to be read out and copied', async () => {
        // What can be dragged, browsers have nobody select.
        await stage.begin({ access: 'readOnly', how: { viewport: { width: 390, height: 780 } } });
        const long = 'report-final-2026 '.repeat(12);
        const names = [
          `${long}v2.pdf`,
          `${long}v2.docx`,
          `${'برنامج '.repeat(17)}العمل.pdf`,
          '2.txt',
          'two\nlines.txt',
        ];
        for (const name of names) stage.write(name, 'x');
        await stage.open();
        for (const look of ['As a list', 'As a grid']) {
          await stage.visitor.button(look).click();
          await stage.page
            .locator(look === 'As a grid' ? '.tile' : '.line')
            .first()
            .waitFor();
          for (const name of names) {
            await stage.visitor.link(name).waitFor();
            const seen = await stage.page.evaluate(`(() => {
              const link = [...document.links].find(({ title }) => title === ${JSON.stringify(name)});
              const part = (text, from, to) => {
                const range = document.createRange();
                range.setStart(text, from);
                range.setEnd(text, to);
                return range.getBoundingClientRect();
              };
              const [room, whole] = [link.closest('.name'), link].map((each) => each.getBoundingClientRect());
              const [stem, end] = link.childNodes;
              const text = end.length > 0 ? end : stem.firstChild;
              const last = part(text, 0, text.length);
              getSelection().selectAllChildren(link);
              return {
                isInside: whole.left >= room.left && whole.right <= room.right + 1,
                isSeen: last.left >= whole.left - 1 && last.right <= whole.right + 1,
                isCut: stem.scrollWidth > stem.clientWidth,
                isOneLine: whole.height < 2 * parseFloat(getComputedStyle(link).fontSize),
                copied: getSelection().toString(),
              };
            })()`);
            assert.deepEqual(
              seen,
              {
                isInside: true,
                isSeen: true,
                isCut: name.length > 99,
                isOneLine: true,
                copied: name.replace('\n', ' '),
              },
              `${look}: ${name}`,
            );
          }
        }
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('tells beside a file why it was refused, in the server’s words', async () => {
        await stage.begin({ flags: ['--exclude-also', '**/*.pem'] });
        await stage.open();
        await stage.visitor.button('Upload').last().waitFor();
        await stage.visitor.send(picked('key.pem', 'x'));
        const sentence = await stage.page.locator('.upload.refused .sentence').innerText();
        const { text } = await stage.page.evaluate<{ text: string }>(
          `fetch('key.pem', { method: 'PUT', body: 'x', headers: { Accept: 'text/plain' } }).then(async (r) => ({ text: (await r.text()).trim() }))`,
        );
        assert.equal(sentence, text);
      });

      // A phone has nothing that could be dropped, and no folders.
      if (!where.isPhone)
        it('takes what is dropped with its folders', async () => {
          await stage.begin();
          await stage.open();
          await stage.visitor.button('Upload').last().waitFor();
          await stage.page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
      for (const type of ['dragenter', 'dragover']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
          await stage.page.getByText('Drop to upload').waitFor();
          await stage.page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
          await until(() => existsSync(join(stage.served, 'dropped.txt')));
          const from = join(stage.served, '..', 'tree');
          mkdirSync(join(from, 'deep/er'), { recursive: true });
          writeFileSync(join(from, 'deep/er/inner.txt'), 'inner');
          await stage.page.setInputFiles('.pick-folder', from);
          await until(() => existsSync(join(stage.served, 'tree/deep/er/inner.txt')));
          await stage.visitor.link('tree').waitFor();
        });

      it('shows files in place, each kind as what it is, and runs nothing that is in them', async () => {
        await stage.begin();
        for (const { name, content } of kinds) stage.write(name, content);
        await stage.open();
        for (const { name, shown } of kinds) {
          await stage.visitor.link(name).click();
          await stage.page.locator(`dialog ${shown}`).first().waitFor();
          const active =
            'dialog script, dialog [onerror], dialog a[href^="javascript"], dialog iframe:not([title$=".pdf"])';
          assert.equal(await stage.page.locator(active).count(), 0);
          await stage.page.keyboard.press('Escape');
          await stage.page.locator('dialog').waitFor({ state: 'detached' });
        }
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('shows the file itself, where the site has something else in its place', async () => {
        await stage.begin({ rules: [{ match: '/icon.png', respond: { body: 'other' } }] });
        stage.write('icon.png', icon);
        stage.write('own.png', icon);
        await stage.open();
        for (const [name, protocol] of [
          ['icon.png', 'blob:'],
          ['own.png', 'http:'],
        ] as const) {
          await stage.visitor.link(name).click();
          const picture = stage.page.locator('dialog img');
          await picture.waitFor();
          await untilPage(stage.page, `document.querySelector('dialog img').naturalWidth > 0`);
          assert.equal(new URL((await picture.getAttribute('src')) ?? '').protocol, protocol);
          await stage.page.keyboard.press('Escape');
          await stage.page.locator('dialog').waitFor({ state: 'detached' });
        }
      });

      it('has a grid with pictures drawn small, gone through by all arrows', async () => {
        await stage.begin();
        for (const name of ['1.png', '2.png', '3.png']) stage.write(name, icon);
        stage.write('4.png', 'no picture');
        await stage.open();
        await stage.visitor.button('As a grid').click();
        await until(async () => (await stage.page.locator('.tile canvas').count()) === 3);
        const colour = `document.querySelector('.tile canvas').getContext('2d').getImageData(64, 20, 1, 1).data[3]`;
        await untilPage(stage.page, colour);
        await stage.page.locator('.files').focus();
        for (const key of ['ArrowRight', 'ArrowRight']) await stage.page.keyboard.press(key);
        await stage.page.locator('.tile.active').getByRole('link', { name: '2.png' }).waitFor();
        await stage.page.reload();
        await stage.page.locator('.tile').first().waitFor();
        assert.deepEqual(stage.visitor.complaints, []);
      });

      it('takes what is pasted, and gives a picture without a name its time', async () => {
        await stage.begin();
        await stage.open();
        await stage.visitor.button('Upload').last().waitFor();
        await stage.page.evaluate(`(() => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File(['text'], 'pasted.txt'));
          clipboardData.items.add(new File(['picture'], 'image.png', { type: 'image/png' }));
          document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        })()`);
        await until(() => stage.there().length === 2);
        assert.match(stage.there().join(), /^\d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.png,pasted\.txt$/);
      });

      it('gives out one or many, as they are or as a ZIP', async () => {
        await stage.begin();
        for (const name of ['a.txt', 'b.txt', 'dir/c.txt']) stage.write(name);
        await stage.open();
        const download = async (button: string): Promise<{ name: string; octets: Buffer }> => {
          const began = stage.page.waitForEvent('download');
          await stage.page.getByRole('link', { name: button, exact: true }).click();
          const file = await began;
          return { name: file.suggestedFilename(), octets: readFileSync(await file.path()) };
        };
        const namesIn = (octets: Buffer): string[] =>
          ['a.txt', 'b.txt', 'dir/c.txt'].filter((name) => octets.includes(name));
        const whole = await download('Download as .zip');
        assert.deepEqual([whole.name, namesIn(whole.octets)], ['files.zip', ['a.txt', 'b.txt', 'dir/c.txt']]);
        const check = (name: string): Promise<void> =>
          stage.page.getByLabel(`Select: ${name}`, { exact: true }).check();
        await check('a.txt');
        assert.deepEqual(await download('Download'), { name: 'a.txt', octets: Buffer.from('a.txt') });
        await check('dir');
        assert.deepEqual(namesIn((await download('Download as .zip')).octets), ['a.txt', 'dir/c.txt']);
      });

      it('asks a phone for a picture of its camera, and a desk for a folder', async () => {
        await stage.begin();
        await stage.open();
        await stage.page.locator('.pick-files').waitFor({ state: 'attached' });
        const camera = stage.page.locator('.pick-photo[accept="image/*"][capture="environment"]');
        assert.equal(await camera.count(), where.isPhone ? 1 : 0);
        assert.equal(await stage.page.locator('.pick-folder[webkitdirectory]').count(), where.isPhone ? 0 : 1);
      });

      it('is what a folder without an index is, anywhere on the site', async () => {
        await stage.begin();
        stage.write('photos/a.txt');
        stage.write('pages/index.html', '<title>mine</title>');
        await stage.open('');
        await stage.visitor.link('photos').click();
        await stage.visitor.link('a.txt').waitFor();
        assert.equal(stage.page.url(), `${stage.origin}/photos/`);
        await stage.page.goBack();
        await stage.visitor.link('pages').click();
        await untilPage(stage.page, 'document.title === "mine"');
      });

      it('has a link and its QR code for each', async () => {
        await stage.begin();
        stage.write('a b.txt');
        await stage.open();
        await stage.page.locator('.entry input').check();
        await stage.visitor.button('Link and QR code').click();
        await stage.page.getByRole('img', { name: 'QR code of the link to a b.txt' }).waitFor();
        assert.equal(
          await stage.page.getByRole('dialog').getByRole('textbox').inputValue(),
          `${stage.origin}/files/a%20b.txt`,
        );
        await stage.visitor.context.grantPermissions(
          where.host === 'localhost' ? ['clipboard-read', 'clipboard-write'] : [],
        );
        const isOwn = (await stage.page.getByText('on this computer only').count()) > 0;
        await stage.visitor.answer('Copy the link');
        await stage.page.getByText('Copied.').waitFor();
        await stage.visitor.answer('Close');
        // What was copied is pasted, for without a secure context nothing reads it.
        await stage.page.locator('#filter').focus();
        await stage.page.keyboard.press('Control+v');
        const pasted = `${stage.origin}/files/a%20b.txt`;
        await until(async () => (await stage.page.locator('#filter').inputValue()) === pasted);
        assert.equal(await stage.page.evaluate('isSecureContext'), where.host === 'localhost');
        assert.equal(isOwn, where.host === 'localhost', 'a phone is not led to itself');
      });

      it('as a drop box takes files in, asks for no list, and shows none', async () => {
        await stage.begin({ access: 'dropBox' });
        stage.write('there.txt');
        const expected: string[] = [];
        for (const path of ['', 'files/']) {
          await stage.open(path);
          await stage.page.getByRole('heading', { name: 'Send files' }).waitFor();
          await stage.visitor.send(picked('sent.txt', path));
          await stage.page.locator('.upload.done').waitFor();
          assert.equal(await stage.page.getByText('there.txt').count(), 0);
          if (where.host !== 'localhost') expected.push(`GET /${path}?token=***`);
          expected.push(`GET /${path}`, 'POST /files/sent.txt', 'PATCH /.http-server/uploads/ID');
          const asked = await stage.asked();
          assert.deepEqual(
            asked.map((request) => request.replace(/(?<=\/uploads\/)\w+$/, 'ID')),
            expected,
          );
        }
        assert.deepEqual([stage.stored('sent.txt'), stage.stored('sent (2).txt')], ['', 'files/']);
        assert.deepEqual(stage.visitor.complaints, []);
      });

      for (const access of ['dropBox', 'full'] as const)
        it(`says how something gets here, as it can be done here, where access is ${access}`, async () => {
          const [can, cannot] = where.isPhone
            ? ['Choose files, or take a picture.', 'Drop files']
            : ['Drop files or folders anywhere on this page', 'take a picture'];
          await stage.begin({ access });
          await stage.open();
          await stage.page.getByText(can).waitFor();
          assert.equal(await stage.page.getByText(cannot).count(), 0);
        });

      it('offers only what the server does', async () => {
        await stage.begin({ access: 'readOnly' });
        stage.write('a.txt');
        await stage.open();
        await stage.page.locator('.entry input').check();
        await stage.visitor.button('Link and QR code').waitFor();
        assert.equal(await stage.page.locator('[type=file]').count(), 0);
        assert.equal(await stage.visitor.button(/delete|rename|move|new folder|upload/i).count(), 0);
      });

      if (where.isPhone)
        it('has the way to a deep folder in one line, whose end is seen', async () => {
          await stage.begin();
          const names = Array.from({ length: 9 }, (_, i) => `a rather long name ${i}`);
          stage.write(`${names.join('/')}/a.txt`);
          await stage.open(`files/${names.map(encodeURIComponent).join('/')}/`);
          await stage.visitor.link('a.txt').waitFor();
          const { x, width } = (await stage.page.getByRole('heading', { level: 1 }).boundingBox())!;
          assert.ok(x >= 0 && x + width <= 390, `${x} ${width}`);
          const { height } = (await stage.page.locator('.crumbs').boundingBox())!;
          assert.ok(height < 60, `${height}`);
        });

      if (where.isPhone)
        it('works by touch, in German', async () => {
          await stage.begin({ how: { locale: 'de-DE' } });
          for (const name of ['a.txt', 'ordner/b.txt']) stage.write(name);
          await stage.open();
          await stage.visitor.link('ordner').tap();
          await stage.visitor.link('b.txt').waitFor();
          await stage.page.locator('.entry input').tap();
          await stage.page.getByText('1 ausgewählt').waitFor();
          await stage.visitor.send(picked('neu.txt', 'x'));
          await until(() => existsSync(join(stage.served, 'ordner/neu.txt')));
          assert.equal(await stage.page.locator('html').getAttribute('lang'), 'de');
          assert.ok(await stage.page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'));
        });
    });
  }
});
