/** Gathers what changes in a folder, and tells of it in one piece. Pure, but for timers. */

/** Paths of changed files and folders, from `/`, decoded; or so many that they are not named. */
type GatheredPaths = readonly string[] | 'all';

/** Changes are gathered for so long, in milliseconds: who changes one file often changes another. */
const interval = 50;

/** More changes than this are told as one. An editor itself hands on 500 at a time. */
const most = 200;

/** How long is waited for what may come behind so many, in milliseconds. */
const floodInterval = 400;

export class Changes {
  readonly #tell: (paths: GatheredPaths) => void;
  readonly #changed = new Set<string>();
  #telling: NodeJS.Timeout | undefined;

  constructor(tell: (paths: GatheredPaths) => void) {
    this.#tell = tell;
  }

  note(path: string): void {
    // One more than can be told is enough to know that they are too many.
    if (this.#changed.size <= most) this.#changed.add(path);
    this.#telling ??= setTimeout(() => this.#gathered(), interval);
  }

  /** Forgets what is not told yet. */
  clear(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#changed.clear();
  }

  #gathered(): void {
    if (this.#changed.size <= most) this.#tellOf([...this.#changed]);
    else this.#telling = setTimeout(() => this.#tellOf('all'), floodInterval);
  }

  #tellOf(paths: GatheredPaths): void {
    this.clear();
    this.#tell(paths);
  }
}
