/** Tells pages which files of the served folder change, as the editor does. */
import { watch, type FSWatcher } from 'chokidar';
import { realpathSync, watch as watchOne } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { Changes } from '../changes';
import { Live } from '../endpoints/live/live';

/** How often is looked whether the folder is still the one that is watched, in milliseconds. */
const lookInterval = 1000;

/** Called when changes are not seen: all of them, or some for one reason or another. */
type OnFailure = (error: Error, missing: 'all' | 'some') => void;

export class Watcher {
  readonly live = new Live();
  readonly #changes = new Changes((paths) => this.live.changed(paths));
  readonly #onFailure: OnFailure;
  #watcher: FSWatcher | undefined;
  /** Of the next look; undefined before the first one, and when it is stopped. */
  #looking: NodeJS.Timeout | undefined;

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  /** Resolves when changes are seen from now on, with whether they are. To be called when the server knows {@link live}. */
  async start(directory: string): Promise<boolean> {
    const root = realpathSync(directory);
    const identity = await identityOf(root);
    const isSeen = await this.#watch(root);
    this.#lookLater(root, identity);
    return isSeen;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    this.#changes.clear();
    await this.#watcher?.close();
  }

  async #watch(root: string): Promise<boolean> {
    try {
      // What is used up, or not permitted, for the folder itself is so for all of it.
      watchOne(root).close();
    } catch (error) {
      // What is gone may be made anew, and is looked for.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onFailure(error as Error, 'all');
      return false;
    }
    const codes = new Set<string | undefined>();
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
    watcher.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      // There may be one for each of the files.
      if (!codes.has(code)) this.#onFailure(error as Error, 'some');
      codes.add(code);
    });
    // It comes after errors, too.
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    return true;
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
