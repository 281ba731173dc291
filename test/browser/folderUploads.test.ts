/** What is sent from a folder's page arrives whole, whatever happens to the page, the network and the server meanwhile. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  writeSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { Page, Route } from 'playwright-core';
import { MiB } from '../../src/options';
import { everywhere, localhost, oneBrowser, Stage } from './folderStage';
import { picked, until, type Visitor } from './visitor';

/** Of the large file, in MiB: enough to be sent in two parts, or as much as is asked for. */
const large = Number(process.env.TEST_UPLOAD_MIB ?? '40');

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const octets of createReadStream(path)) hash.update(octets as Buffer);
  return hash.digest('hex');
}

/** The server has all of it, and the browser hears nothing. */
async function loseAnswer(route: Route): Promise<void> {
  await route.fetch();
  await route.abort('connectionreset');
}

function writeLarge(path: string): void {
  const fd = openSync(path, 'w');
  for (let i = 0; i < large; i++) writeSync(fd, randomBytes(MiB));
  closeSync(fd);
}

describe('an upload from the folder’s page', function () {
  this.slow(20_000);
  const browser = oneBrowser();
  for (const where of everywhere) {
    describe(where.name, () => {
      const stage = new Stage(browser, where);
      let visitor: Visitor;
      let page: Page;
      let served: string;

      beforeEach(async () => {
        await stage.begin({ isLive: false });
        ({ visitor, page, served } = stage);
        await stage.open();
      });

      /** @returns how often a file was sent from its beginning */
      const beginnings = (): number => stage.requests().filter((request) => request.startsWith('PUT ')).length;

      it('goes on after a pause, with a server started anew, without the network, and when the page is loaded again', async function () {
        this.timeout(600_000);
        const { gate } = stage;
        const path = join(stage.outside, 'large.bin');
        writeLarge(path);
        const part = Math.floor((large * MiB) / 5);
        let stopped = gate.stopAfter(part);
        await page.setInputFiles('.pick-files', path);
        await stopped;

        await visitor.button('Pause: large.bin').click();
        await page.locator('.upload.paused').waitFor();
        await stage.restart('SIGTERM');
        stopped = gate.stopAfter(part);
        await visitor.button('Resume: large.bin').click();
        await stopped;

        // The server is killed, and the network gone for as long as it takes to start the next one.
        gate.cut();
        await page.getByText('Waiting for the network').waitFor();
        await stage.restart('SIGKILL');
        gate.open();
        stopped = gate.stopAfter(part);
        await stopped;

        await page.reload();
        assert.equal(visitor.hesitations, 1);
        await page.getByText('choose the same file again').waitFor();
        await stage.restart('SIGKILL');
        gate.open();
        await page.setInputFiles('.pick-again', { name: 'large.bin', mimeType: 'x/y', buffer: Buffer.from('another') });
        await page.getByText('That is another file').waitFor();
        await page.setInputFiles('.pick-again', path);
        await page.locator('.upload.done').waitFor();

        assert.equal(await digestOf(join(served, 'large.bin')), await digestOf(path));
        await stage.restart('SIGTERM');
        assert.equal(beginnings(), 1, 'it never began again');
        assert.deepEqual(stage.there(), ['large.bin']);
        assert.deepEqual(visitor.complaints, []);
      });

      if (where === localhost)
        it('goes on by itself after ten seconds without a network', async function () {
          this.timeout(600_000);
          const path = join(stage.outside, 'large.bin');
          writeLarge(path);
          const stopped = stage.gate.stopAfter(Math.floor((large * MiB) / 2));
          await page.setInputFiles('.pick-files', path);
          await stopped;
          // The page is told a moment later.
          const sent = page.getByRole('progressbar', { name: 'large.bin' });
          while (!(Number(await sent.getAttribute('value')) > 0))
            await sent.evaluate('new Promise(requestAnimationFrame)');
          await visitor.context.setOffline(true);
          stage.gate.open();
          await page.getByText('Waiting for the network').waitFor();
          // As long as it takes to go through a tunnel: nothing tells of its end.
          await pass(10_000);
          assert.equal(existsSync(join(served, 'large.bin')), false);
          await visitor.context.setOffline(false);
          await page.locator('.upload.done').waitFor();
          assert.equal(await digestOf(join(served, 'large.bin')), await digestOf(path));
          assert.equal(beginnings(), 1);
          assert.deepEqual(visitor.complaints, []);
        });

      // The phone has nothing that could be dropped.
      const count = where === localhost ? 1000 : 50;
      if (!where.isPhone)
        it(`takes a folder of ${count} files that is dropped, and leaves its queue to the user meanwhile`, async function () {
          this.timeout(600_000);
          const from = join(stage.outside, 'dropped');
          for (let i = 0; i < count; i++) {
            mkdirSync(join(from, `${i % 10}/deep`), { recursive: true });
            writeFileSync(join(from, `${i % 10}/deep/${i}.txt`), `content of ${i}`);
          }
          mkdirSync(join(from, 'empty'));
          await visitor.button('New folder').waitFor();
          const session = await visitor.context.newCDPSession(page);
          const drag = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
            session.send('Input.dispatchDragEvent', {
              ...{ type, x: 300, y: 300, data: { items: [], files: [from], dragOperationsMask: 1 } },
            });
          await drag('dragEnter');
          await drag('dragOver');
          await page.getByText('Drop to upload').waitFor();
          const stopped = stage.gate.stopAfter(count * 100);
          await drag('drop');
          await stopped;
          await visitor.button('Pause all').click();
          stage.gate.open();
          await page.locator('.upload.paused').first().waitFor();
          await visitor
            .button(/^Cancel: .*\.txt/)
            .last()
            .click();
          await visitor.button('Resume all').click();
          await page.getByText(`${count - 1} files uploaded`).waitFor();
          const stored = stage.there().filter((name) => name.endsWith('.txt'));
          assert.equal(stored.length, count - 1);
          for (const name of stored) assert.equal(stage.stored(name), readFileSync(join(from, '..', name), 'utf8'));
          await until(() => existsSync(join(served, 'dropped/empty')));
          await visitor.button('Clear the list').click();
          await visitor.link('dropped').click();
          await page.getByText('11 folders').waitFor();
          assert.deepEqual(visitor.complaints, []);
        });

      it('is not asked about again when it was stored, and only the answer was lost', async () => {
        await page.route('**/files/small.txt', loseAnswer, { times: 1 });
        await visitor.send(picked('small.txt', 'small'));
        await page.locator('.upload.done').waitFor();
        assert.equal(await page.getByRole('dialog').count(), 0);
        assert.deepEqual(stage.there(), ['small.txt']);
      });

      it('is there once in a drop box, too, when only the answer was lost', async () => {
        await stage.end();
        await stage.begin({ access: 'dropBox', isLive: false });
        ({ visitor, page } = stage);
        await stage.open();
        for (const [i, content] of ['small', ''].entries()) {
          const name = `${i}.txt`;
          stage.write(name, 'of another');
          for (const url of ['**/files/*', '**/uploads/*']) await page.route(url, loseAnswer, { times: 1 });
          await visitor.send(picked(name, content));
          await page.locator('.upload.done').filter({ hasText: name }).waitFor();
          const [sent = '', ...more] = stage.there().filter((each) => each.startsWith(`${i} (`));
          assert.deepEqual([stage.stored(sent), more], [content, []]);
        }
      });

      for (const signal of where === localhost ? (['SIGTERM', 'SIGKILL'] as const) : []) {
        it(`is there once in a drop box whose server gets ${signal} before its answer is heard, and starts anew`, async () => {
          await stage.end();
          await stage.begin({ access: 'dropBox', isLive: false });
          ({ visitor, page } = stage);
          await stage.open();
          stage.write('a.txt', 'of another');
          const dieBehind = async (route: Route): Promise<void> => {
            await route.fetch();
            await stage.restart(signal);
            await route.abort('connectionreset');
          };
          await page.route('**/uploads/*', dieBehind, { times: 1 });
          await visitor.send(picked('a.txt', 'mine'));
          await page.locator('.upload.done').waitFor();
          assert.deepEqual(
            stage.there().map((name) => [name, stage.stored(name)]),
            [
              ['a (2).txt', 'mine'],
              ['a.txt', 'of another'],
            ],
          );
        });
      }
    });
  }
});
