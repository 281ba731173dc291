/** Looks whether the folder that is served is there still, and whether one that was missed has come. */
import { stat } from 'node:fs/promises';
import type { Disposable } from 'vscode';
import type { Controller } from './controller';
import { vanished } from './plan';
import type { State } from './state';

/** Milliseconds between two looks. An editor's watcher may not tell of the end of the folder that it watches. */
const pace = 1000;

/** How often in a row a folder is missed before that counts: a build may put another in its place. */
const patience = 3;

export class FolderWatch implements Disposable {
  readonly #controller: Controller;
  readonly #subscription: Disposable;
  readonly #pace: number;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;
  #missed = 0;

  /** @param every milliseconds between two looks */
  constructor(controller: Controller, every = pace) {
    this.#controller = controller;
    this.#pace = every;
    this.#subscription = controller.onDidChangeState(() => this.#follow());
    this.#follow();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#subscription.dispose();
  }

  #follow(): void {
    this.#missed = 0;
    clearTimeout(this.#timer);
    const { state } = this.#controller;
    if (this.#isDisposed || (state.kind !== 'running' && awaited(state) === undefined)) return;
    this.#timer = setTimeout(() => void this.#look(state), this.#pace);
  }

  async #look(state: State): Promise<void> {
    const missing = awaited(state);
    const hasCome = missing !== undefined && (await isThere(missing)) === true;
    const isGone = state.kind === 'running' && (await isThere(state.site.directory)) === false;
    if (state !== this.#controller.state || this.#isDisposed) return;
    this.#missed = isGone ? this.#missed + 1 : 0;
    if (hasCome) await this.#controller.apply();
    else if (state.kind === 'running' && this.#missed >= patience) await this.#lose(state.site.directory);
    else this.#timer = setTimeout(() => void this.#look(state), this.#pace);
  }

  async #lose(directory: string): Promise<void> {
    await this.#controller.lose(directory, vanished(directory));
  }
}

/** Absolute path of the folder without which it cannot go on, or not as it was asked to. */
const awaited = (state: State): string | undefined =>
  state.kind === 'failed' ? state.problem.missing : state.kind === 'running' ? state.concern?.missing : undefined;

/** Whether there is a folder; undefined where nobody can tell, as of a drive that does not answer. */
async function isThere(directory: string): Promise<boolean | undefined> {
  try {
    return (await stat(directory)).isDirectory();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return ['ENOENT', 'ENOTDIR'].includes(code) ? false : undefined;
  }
}
