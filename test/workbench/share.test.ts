import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import jsQR from 'jsqr';
import type { FrameLocator, Locator } from 'playwright-core';
import { networkAddresses } from '../../src/addresses';
import { openMenu, portOf, showNotifications, showTooltip, tells, tooltip, until } from './running';
import { type Theme, themes, Workbench } from './workbench';
import { needs } from '../support/needs';

const addresses = networkAddresses();

interface Pixels {
  /** Four octets each, in Base64: an array of numbers would take seconds on its way. */
  readonly data: string;
  readonly width: number;
  readonly height: number;
}

/** For a page: the pixels of a picture. */
const pixelsOf = (png: Buffer): string => `(async () => {
  const image = new Image();
  image.src = 'data:image/png;base64,${png.toString('base64')}';
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  let octets = '';
  for (const octet of data) octets += String.fromCharCode(octet);
  return { data: btoa(octets), width, height };
})()`;

describe('sharing on the local network', () => {
  let workbench: Workbench;
  let port: number;

  before(async function () {
    needs(this, 'an address in a network', addresses.length > 0);
    workbench = await Workbench.open({ settings: { 'workbench.reduceMotion': 'on' } });
    port = await portOf(workbench);
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.dispose();
  });

  const panel = (): FrameLocator => workbench.webview();
  const tab = (): Locator => workbench.page.locator('.tab').filter({ hasText: 'Share on Local Network' });
  /** The status item as long as something is shared. */
  const marked = (): Locator => workbench.serverItem().and(workbench.page.locator('.warning-kind'));
  const picture = (name: string, theme: Theme): Promise<string> =>
    workbench.screenshot(`${name}-${theme.replace(' ', '-')}`);

  const share = async (way: string): Promise<void> => {
    // Which network it is to be is asked where there are several.
    const network = addresses.length > 1 ? [addresses[0]!.address] : [];
    await workbench.runCommand('Share on Local Network', way, ...network);
    await panel().getByText('Stop Sharing').waitFor();
  };

  /** Shares, unless a test before has done so. */
  const shared = async (): Promise<void> => {
    if ((await marked().count()) === 0) await share('Read Only, by HTTP');
    else if ((await tab().count()) === 0) await workbench.runCommand('Show HTTP Server Menu', 'Show QR Code');
  };

  /** What a phone reads that looks at the screen. */
  const scanned = async (): Promise<string | undefined> => {
    const png = await panel().locator('.code').screenshot();
    const page = await workbench.session.openPlainPage();
    const { data, width, height } = await page.evaluate<Pixels>(pixelsOf(png));
    await page.close();
    return jsQR(Uint8ClampedArray.from(Buffer.from(data, 'base64')), width, height)?.data;
  };

  it('offers its ways, the safest first, with what each is good for', async () => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      const last = workbench.quickPick('Read and Write, by HTTPS');
      await until(last, () => workbench.runCommand('Share on Local Network'));
      assert.match(await workbench.quickPick(/Read|Write/).innerText(), /Read Only, by HTTP/);
      await picture('share-ways', theme);
      await workbench.page.keyboard.press('Escape');
    }
  });

  it('shows a code that a camera reads in every theme, and the link that it holds', async () => {
    await share('Read Only, by HTTP');
    for (const theme of themes) {
      await workbench.setTheme(theme);
      const link = await panel().locator('.link code').innerText();
      assert.match(link, new RegExp(`^http://(?:[\\d.]+|\\[[\\da-f:]+\\]):${port}/\\?token=[\\w-]{22}$`));
      assert.equal(await scanned(), link);
      await picture('share-http', theme);
    }
  });

  it('marks the status item, and says so in its tooltip', async () => {
    await shared();
    assert.equal(await portOf(workbench), port);
    await marked().waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await showTooltip(workbench, tooltip(workbench, 'Shared on the local'));
      await picture('share-tooltip', theme);
      await workbench.page.mouse.move(640, 300);
    }
  });

  it('lets in a browser that follows the link, which then holds no token', async () => {
    await shared();
    const page = await workbench.session.openPlainPage();
    await page.goto(await panel().locator('.link code').innerText());
    assert.equal(await page.title(), 'A small site');
    assert.equal(new URL(page.url()).search, '');
    await page.close();
  });

  it('copies the link by a button', async () => {
    await shared();
    await tells(workbench, /Copied the link/, () => panel().getByRole('button', { name: 'Copy Link' }).click());
  });

  it('is in the menu while it lasts', async () => {
    await shared();
    await openMenu(workbench, 'Stop Sharing');
    await workbench.screenshot('share-menu');
    await workbench.quickPick('Show QR Code').click();
    await panel().getByText('Stop Sharing').waitFor();
    assert.equal(await tab().count(), 1);
  });

  it('ends by a button, and then nobody gets in', async () => {
    await shared();
    const link = await panel().locator('.link code').innerText();
    await panel().getByRole('button', { name: 'Stop Sharing' }).click();
    await tab().waitFor({ state: 'detached' });
    await marked().waitFor({ state: 'detached' });
    await assert.rejects(fetch(link));
  });

  it('by HTTPS shows the certificate’s fingerprint, and what to do with the browser’s warning', async () => {
    await share('Read and Write, by HTTPS');
    await panel().getByText('The browser will warn').waitFor();
    await panel()
      .getByText(/([0-9A-F]{2}:){31}[0-9A-F]{2}/)
      .waitFor();
    assert.match((await scanned()) ?? '', /^https:/);
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await picture('share-https', theme);
    }
  });

  it('receives files into a new folder, by the keyboard alone, and shows none', async () => {
    await shared();
    await workbench.runCommand('HTTP Server: Stop Sharing');
    await tab().waitFor({ state: 'detached' });
    const network = addresses.length > 1 ? [addresses[0]!.address] : [];
    await workbench.typeCommand('Share on Local Network', 'Receive Files, by HTTP', ...network, 'received/');
    await panel().getByText('store new files, and see none').waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await picture('share-receive', theme);
    }
    const visitor = await workbench.session.openPlainPage();
    await visitor.goto(await panel().locator('.link code').innerText());
    const sent = visitor.waitForResponse((response) => response.status() === 201);
    const photo = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('a photo') };
    await visitor.locator('input[type=file]:not([webkitdirectory])').setInputFiles(photo);
    await sent;
    assert.equal((await visitor.goto(new URL('/files/photo.jpg', visitor.url()).href))?.status(), 403);
    await visitor.close();
    const file = path.join(workbench.workspace ?? '', 'received/photo.jpg');
    assert.equal(await readFile(file, 'utf8'), 'a photo');
  });

  it('ends with the server, and says so', async () => {
    await shared();
    await workbench.runCommand('Stop HTTP Server');
    await tab().waitFor({ state: 'detached' });
    await showNotifications(workbench, 'no longer shared');
    await workbench.screenshot('share-ended');
  });
});
