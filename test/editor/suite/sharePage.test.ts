import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { sharePage } from '../../../src/editor/sharing/sharePage';
import { SharePanel } from '../../../src/editor/sharing/sharePanel';
import { Sharing } from '../../../src/editor/sharing/share';
import type { Share } from '../../../src/editor/sharing/share';
import { needs } from '../../support/needs';
import { networkAddresses } from '../../../src/addresses';
import { projectRoot } from '../../support/host/paths';
import { TestController } from '../support';

const share = (parts: Partial<Share> = {}): Share => ({
  terms: { address: '192.168.1.5', access: 'readOnly', secure: false },
  ...{ port: 4221, directory: '/home/me/site', access: 'readOnly', revealed: [] },
  ...{ url: 'http://192.168.1.5:4221/', link: 'http://192.168.1.5:4221/?token=secret' },
  ...{ until: new Date(2026, 0, 1, 15, 42), fingerprint: undefined },
  ...parts,
});

const secured = share({ terms: { ...share().terms, secure: true }, fingerprint: 'AB:CD' });

describe('the panel of a share', () => {
  it('may load nothing and run nothing: its own style is all there is', () => {
    const page = sharePage(share());
    const [, nonce = ''] = /default-src 'none'; style-src 'nonce-([\w-]{22})'"/.exec(page) ?? [];
    assert.ok(page.includes(`<style nonce="${nonce}">`));
    assert.doesNotMatch(page, /<script|<img|<link|<iframe|\bsrc=|url\(|style="|\bon\w+=/i);
    assert.notEqual(/nonce-[\w-]+/.exec(page)?.[0], /nonce-[\w-]+/.exec(sharePage(share()))?.[0]);
  });

  it('takes no text for markup', () => {
    const page = sharePage(share({ directory: '/tmp/<b onclick="x">&amp;' }));
    assert.ok(page.includes('/tmp/&lt;b onclick=&quot;x&quot;&gt;&amp;amp;'));
  });

  const rows: readonly (readonly [promise: string, share: Share, pattern: RegExp])[] = [
    ['shows the link with its token', share(), /<code>http:\/\/192\.168\.1\.5:4221\/\?token=secret<\/code>/],
    ['draws a code', share(), /<svg [^]*<path/],
    ['says when it ends', share(), /42/],
    ['says that visitors may read', share(), /<dd>read<\/dd>/],
    ['says that files are received', share({ access: 'dropBox' }), /<dd>store new files, and see none<\/dd>/],
    ['says what that means', share({ access: 'readWrite' }), /Who may write may have code run here/],
    ['says that visitors may write', share({ access: 'readWrite' }), /<dd>read, store and replace files<\/dd>/],
    ['has a button that copies', share(), /href="command:httpServer\.copySharedUrl"/],
    ['has a button that ends it', share(), /href="command:httpServer\.stopSharing"/],
    ['has a button that has it go on', share(), /href="command:httpServer\.extendShare"/],
    ['says what is shown beyond the default', share({ revealed: ['**/.*'] }), /httpServer\.exclude[^<]*: \*\*\/\.\*</],
    ['warns of HTTP', share(), /HTTP is not encrypted/],
    ['shows the fingerprint of HTTPS', secured, /<dd>AB:<wbr>CD<\/dd>/],
    ['says what to do with a browser’s warning', secured, /The browser will warn/],
  ];
  for (const [promise, shown, pattern] of rows) it(promise, () => assert.match(sharePage(shown), pattern));

  it('says nothing of what is kept back, where that is the default, or where nothing is shown', () => {
    const closed = share({ revealed: ['**/.*'], access: 'dropBox' });
    for (const shown of [share(), closed]) assert.doesNotMatch(sharePage(shown), /httpServer\.exclude/);
  });

  it('has no fingerprint and no warning of a browser with HTTP', () => {
    assert.doesNotMatch(sharePage(share()), /fingerprint|The browser will warn/);
  });

  it('is there once, and goes when nothing is shared any more', async function () {
    const [network] = networkAddresses();
    needs(this, 'an address in a network', network !== undefined);
    const made = new TestController();
    const sharing = new Sharing(made.controller);
    const panel = new SharePanel(sharing, vscode.Uri.file(path.join(projectRoot, 'media/icon.png')));
    const tabs = (): number =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => tab.label === 'Share on Local Network')
        .length;
    const changed = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (tabs() !== count) return;
          subscription.dispose();
          resolve();
        };
        const subscription = vscode.window.tabGroups.onDidChangeTabs(look);
        look();
      });
    await made.controller.start();
    await sharing.start({ address: network.address, access: 'readOnly', secure: false });
    for (let times = 0; times < 2; times++) await panel.show(sharing.share ?? assert.fail());
    await changed(1);
    await sharing.stop();
    await changed(0);
    await made.controller.stop();
    for (const item of [panel, sharing, made]) item.dispose();
  });
});
