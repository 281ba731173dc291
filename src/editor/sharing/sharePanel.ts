/** The panel that shows what is shared, while it is, to those who ask for it. */
import { l10n, ViewColumn, window } from 'vscode';
import type { Disposable, Uri, WebviewPanel } from 'vscode';
import type { CommandId } from '../manifest/ids';
import type { Share, Sharing } from './share';

/** The commands that the page may link to. */
const pageCommands: readonly CommandId[] = [
  'httpServer.copySharedUrl',
  'httpServer.stopSharing',
  'httpServer.extendShare',
  'httpServer.shareConsole',
];

export class SharePanel implements Disposable {
  readonly #icon: Uri;
  readonly #subscription: Disposable;
  #panel: WebviewPanel | undefined;

  /** @param icon a picture for its tab */
  constructor(sharing: Sharing, icon: Uri) {
    this.#icon = icon;
    this.#subscription = sharing.onDidChange((share) => {
      if (share === undefined) this.#panel?.dispose();
      else void this.#draw(share);
    });
  }

  async show(share: Share): Promise<void> {
    this.#panel ??= this.#create();
    this.#panel.reveal();
    await this.#draw(share);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#panel?.dispose();
  }

  async #draw(share: Share): Promise<void> {
    const panel = this.#panel;
    if (panel === undefined) return;
    // Loaded when it is needed: few share, and every window starts.
    const { sharePage } = await import('./sharePage.js');
    const page = sharePage(share);
    // It may have been closed meanwhile.
    if (panel === this.#panel) panel.webview.html = page;
  }

  #create(): WebviewPanel {
    const panel = window.createWebviewPanel('httpServer.share', l10n.t('Share on Local Network'), ViewColumn.Active, {
      enableCommandUris: pageCommands,
      localResourceRoots: [],
    });
    panel.iconPath = this.#icon;
    panel.onDidDispose(() => (this.#panel = undefined));
    return panel;
  }
}
