/** The mark of the folder that is served, in the explorer. */
import { EventEmitter, FileDecoration, l10n, Uri, window } from 'vscode';
import type { Disposable, FileDecorationProvider } from 'vscode';
import type { Controller } from '../server/controller';
import { siteIn, type State } from '../server/state';

export class ServedFolder implements FileDecorationProvider, Disposable {
  readonly #changes = new EventEmitter<Uri[]>();
  readonly #subscriptions: readonly Disposable[];
  /** Absolute path; undefined while nothing is served. */
  #directory: string | undefined;

  readonly onDidChangeFileDecorations = this.#changes.event;

  constructor(controller: Controller) {
    this.#subscriptions = [
      controller.onDidChangeState((state) => this.#follow(state)),
      window.registerFileDecorationProvider(this),
    ];
    this.#follow(controller.state);
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    if (uri.scheme !== 'file' || uri.fsPath !== this.#directory) return undefined;
    return new FileDecoration('⇄', l10n.t('Served by HTTP Server'));
  }

  dispose(): void {
    for (const item of [...this.#subscriptions, this.#changes]) item.dispose();
  }

  #follow(state: State): void {
    const before = this.#directory;
    const site = siteIn(state);
    this.#directory = site && Uri.file(site.directory).fsPath;
    if (this.#directory === before) return;
    this.#changes.fire([before, this.#directory].filter((path) => path !== undefined).map((path) => Uri.file(path)));
  }
}
