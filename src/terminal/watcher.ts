/** Tells pages which files of the served folder change, as the editor does. */
import { watch, type FSWatcher } from 'chokidar';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Changes } from '../changes';
import { Live } from '../endpoints/live/live';

export class Watcher {
  readonly live = new Live();
  readonly #changes = new Changes((paths) => this.live.changed(paths));
  #watcher: FSWatcher | undefined;

  /**
   * Resolves when every change is seen from now on. To be called when the server knows {@link live}.
   *
   * @param onFailure called when some changes are not seen, for one reason or another
   */
  async start(directory: string, onFailure: (error: Error) => void): Promise<void> {
    const root = realpathSync(directory);
    const pathOf = (file: string): string => relative(root, file).split(sep).join('/');
    const watcher = watch(root, {
      ignoreInitial: true,
      // What a link leads to is outside, or is watched where it is.
      followSymlinks: false,
      ignorePermissionErrors: true,
      ignored: (file) => !this.#isWatched(pathOf(file)),
    });
    this.#watcher = watcher;
    watcher.on('all', (_, file) => this.#changes.note(`/${pathOf(file)}`));
    watcher.on('error', (error) => onFailure(error as Error));
    await once(watcher, 'ready');
  }

  async stop(): Promise<void> {
    this.#changes.clear();
    await this.#watcher?.close();
  }

  /** Whether changes at a path are news. What is excluded is nobody's; what is installed is much, and hardly ever changes. */
  #isWatched(path: string): boolean {
    return path === '' || (!/(?:^|\/)node_modules(?:\/|$)/.test(path) && this.live.shows(path));
  }
}
