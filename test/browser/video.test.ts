/** A browser plays a video and jumps about in it: by ranges, without loading the rest. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { LogEvent } from '../../src/accessLog';
import { MiB } from '../../src/options';
import { serve, type Server } from '../../src/serve';
import { TestFolder } from '../support/folder';
import { launchChromium } from '../support/host/chromium';
import { videoPage } from './videoPage';
import { webm } from './webm';

const seconds = 40;
const [width, height] = [64, 48];
/** Octets between one frame and the next. */
const padding = 2 * MiB;

describe('a video in a browser', () => {
  let folder: TestFolder;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const events: LogEvent[] = [];
  const ranges: string[] = [];
  before(async () => {
    folder = new TestFolder();
    folder.write('index.html', videoPage);
    server = await serve(folder.options({ port: 0 }), { onExchange: (event) => events.push(event) });
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('request', (request) => ranges.push(request.headers().range ?? ''));
    await page.goto(`http://127.0.0.1:${server.address.port}/`);
    writeFileSync(folder.at('video.webm'), webm(await encodeFrames(page), width, height, padding));
  });
  after(async () => {
    await browser.close();
    await server.stop(0);
    folder.remove();
  });

  it('has its length, though the index is at the end', async () => {
    assert.equal(Math.round(await page.evaluate<number>(`load('video.webm')`)), seconds);
  });

  it('plays', async () => {
    assert.ok((await page.evaluate<number>('playTo(0.5)')) >= 0.5);
  });

  for (const second of [35, 3, 20, 39]) {
    it(`shows the right frame after a jump to second ${second}`, async () => {
      const shade = await page.evaluate<number>(`shadeAt(${second + 0.5})`);
      assert.ok(Math.abs(shade - shadeOf(second)) <= 3, `${shade}, not ${shadeOf(second)}`);
    });
  }

  it('was had by ranges that begin where the jumps led', async () => {
    await page.goto('about:blank');
    const answers = events.filter(({ target }) => target === '/video.webm').map(({ status }) => status);
    // The browser may ask whether what it has is still good.
    assert.deepEqual(
      [...new Set(answers)].filter((status) => status !== 304),
      [206],
    );
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-/.exec(range)?.[1]));
    for (const second of [35, 20]) {
      const position = second * padding;
      assert.ok(
        starts.some((start) => Math.abs(start - position) < 3 * padding),
        `${second} s: ${starts.join(' ')}`,
      );
    }
  });
});

/** How bright the frame of a second is. */
const shadeOf = (second: number): number => 5 * second + 30;

/** One key frame for each second, in VP8, made by the browser itself. */
async function encodeFrames(page: Page): Promise<Buffer[]> {
  const shades = Array.from({ length: seconds }, (_, second) => shadeOf(second));
  const call = `encodeFrames(${JSON.stringify([width, height, shades]).slice(1, -1)})`;
  const frames = await page.evaluate<readonly (readonly number[])[]>(call);
  assert.equal(frames.length, seconds);
  return frames.map((octets) => Buffer.from(octets));
}
