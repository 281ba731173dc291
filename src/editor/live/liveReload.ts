/** Tells the server which files change, while there is a page that wants to know. */
import * as path from 'node:path';
import { Disposable, RelativePattern, Uri, workspace } from 'vscode';
import { Changes } from '../../changes';
import type { Controller } from '../server/controller';
import { isInside } from '../server/plan';
import type { State } from '../server/state';

/** How long the last page may be away, in milliseconds: one that reloads comes back. */
const patience = 5000;

/** The path of a file from `/`, as the server has it; undefined outside of `directory`. */
export function sitePath(directory: string, file: string): string | undefined {
  if (!isInside(directory, file)) return undefined;
  return `/${path.relative(directory, file).split(path.sep).join('/')}`;
}

export class LiveReload implements Disposable {
  readonly #controller: Controller;
  readonly #subscriptions: Disposable;
  readonly #changes: Changes;
  #watcher: { readonly directory: string; readonly subscriptions: Disposable } | undefined;
  #pages = 0;
  #leaving: NodeJS.Timeout | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#changes = new Changes((paths) => controller.tell({ type: 'changed', paths }));
    this.#subscriptions = Disposable.from(
      controller.onDidChangeState((state) => this.#follow(state)),
      controller.onDidTellPages((count) => this.#count(count)),
    );
  }

  /** Absolute path of the folder that is being watched; undefined while none is. */
  get watched(): string | undefined {
    return this.#watcher?.directory;
  }

  dispose(): void {
    this.#unwatch();
    this.#subscriptions.dispose();
  }

  #follow(state: State): void {
    if (state.kind !== 'running') {
      this.#pages = 0;
      this.#unwatch();
    } else if (!state.site.liveReload || state.site.directory !== this.watched) {
      this.#unwatch();
      this.#watch();
    }
  }

  #count(pages: number): void {
    this.#pages = pages;
    clearTimeout(this.#leaving);
    if (pages > 0) this.#watch();
    else this.#leaving = setTimeout(() => this.#unwatch(), patience);
  }

  #watch(): void {
    const { state } = this.#controller;
    if (this.#watcher !== undefined || this.#pages === 0 || state.kind !== 'running' || !state.site.liveReload) return;
    const { directory } = state.site;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(directory), '**/*'));
    const note = ({ fsPath }: Uri): void => this.#note(directory, fsPath);
    const subscriptions = Disposable.from(
      watcher,
      ...[watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete].map((event) => event(note)),
    );
    this.#watcher = { directory, subscriptions };
  }

  #unwatch(): void {
    clearTimeout(this.#leaving);
    this.#changes.clear();
    this.#watcher?.subscriptions.dispose();
    this.#watcher = undefined;
  }

  #note(directory: string, file: string): void {
    const changed = sitePath(directory, file);
    if (changed !== undefined) this.#changes.note(changed);
  }
}
