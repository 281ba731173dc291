/** Tells the server which files change, while there is a page that wants to know. */
import * as path from 'node:path';
import { Disposable, RelativePattern, Uri, workspace } from 'vscode';
import type { Changed } from '../messages';
import type { Controller } from './controller';
import { isInside } from './plan';
import type { State } from './state';

/** Changes are gathered for so long, in milliseconds: who changes one file often changes another. */
const interval = 50;

/** More changes than this are told as one. The editor itself hands on 500 at a time. */
const most = 200;

/** How long is waited for what may come behind so many, in milliseconds. */
const floodInterval = 400;

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
  readonly #changed = new Set<string>();
  #watcher: { readonly directory: string; readonly subscriptions: Disposable } | undefined;
  #pages = 0;
  #telling: NodeJS.Timeout | undefined;
  #leaving: NodeJS.Timeout | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
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
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#changed.clear();
    this.#watcher?.subscriptions.dispose();
    this.#watcher = undefined;
  }

  #note(directory: string, file: string): void {
    const changed = sitePath(directory, file);
    if (changed === undefined) return;
    // One more than can be told is enough to know that they are too many.
    if (this.#changed.size <= most) this.#changed.add(changed);
    this.#telling ??= setTimeout(() => this.#gathered(), interval);
  }

  #gathered(): void {
    if (this.#changed.size <= most) this.#tell([...this.#changed]);
    else this.#telling = setTimeout(() => this.#tell('all'), floodInterval);
  }

  #tell(paths: Changed['paths']): void {
    this.#telling = undefined;
    this.#changed.clear();
    this.#controller.tell({ type: 'changed', paths });
  }
}
