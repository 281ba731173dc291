/** Tells pages which files of the served folder change, as the editor does. */
import { watch, type FSWatcher } from 'chokidar';
import { realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { Changes } from '../changes';
import { Live } from '../endpoints/live/live';

/** How often is looked whether the folder is still the one that is watched, in milliseconds. */
const lookInterval = 1000;

export class Watcher {
  readonly live = new Live();
  readonly #changes = new Changes((paths) => this.live.changed(paths));
  readonly #onFailure: (error: Error) => void;
  #watcher: FSWatcher | undefined;
  /** Of the next look; undefined before the first one, and when it is stopped. */
  #looking: NodeJS.Timeout | undefined;

  /** @param onFailure called when some changes are not seen, for one reason or another */
  constructor(onFailure: (error: Error) => void) {
    this.#onFailure = onFailure;
  }

  /** Resolves when every change is seen from now on. To be called when the server knows {@link live}. */
  async start(directory: string): Promise<void> {
    const root = realpathSync(directory);
    const identity = await identityOf(root);
    await this.#watch(root);
    this.#lookLater(root, identity);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    this.#changes.clear();
    await this.#watcher?.close();
  }

  async #watch(root: string): Promise<void> {
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
    watcher.on('error', (error) => this.#onFailure(error as Error));
    // It comes after errors, too.
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
  }

  #lookLater(root: string, identity: string): void {
    this.#looking = setTimeout(() => void this.#look(root, identity), lookInterval).unref();
  }

  /** Begins anew in another folder at the same path: the system tells only of the one that was there before. */
  async #look(root: string, watched: string): Promise<void> {
    const now = await identityOf(root);
    if (now !== '' && now !== watched) {
      await this.#watcher?.close();
      await this.#watch(root);
      this.live.changed('all');
    }
    if (this.#looking !== undefined) this.#lookLater(root, now);
  }

  /** Whether changes at a path are news. What is excluded is nobody's; what is installed is much, and hardly ever changes. */
  #isWatched(path: string): boolean {
    return path === '' || (!/(?:^|\/)node_modules(?:\/|$)/.test(path) && this.live.shows(path));
  }
}

/** What another folder at this path does not have, even one that gets the number of the one that is gone; empty if there is none. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, birthtimeNs } = await stat(path, { bigint: true });
    return `${dev} ${ino} ${birthtimeNs}`;
  } catch {
    return '';
  }
}
