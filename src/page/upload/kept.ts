/** What is remembered of large uploads, so that a page that is loaded again can go on with them. */

export interface Kept {
  readonly id: string;
  /** Segments of the folder that it goes into. */
  readonly folder: readonly string[];
  readonly name: string;
  /** In octets. */
  readonly size: number;
  /** The file's own time, in milliseconds since the epoch. */
  readonly modified: number;
  /** The tab that sends it. */
  readonly tab: string;
  /** When it did so last, in milliseconds since the epoch. */
  readonly seen: number;
}

/** Another tab that has not sent anything for so long is not there any more. In milliseconds. */
const abandoned = 30_000;
/** The server forgets what nobody goes on with. */
const longest = 3_600_000;

export class KeptUploads {
  private readonly key: string;
  /** The same after the page is loaded again. */
  readonly tab: string;

  constructor(base: string) {
    this.key = `http-server uploads ${base}`;
    this.tab = attempt(() => sessionStorage.getItem(this.key)) ?? Math.random().toString(36).slice(2);
    attempt(() => sessionStorage.setItem(this.key, this.tab));
  }

  put(kept: Omit<Kept, 'tab' | 'seen'>): void {
    const own: Kept = { ...kept, tab: this.tab, seen: Date.now() };
    this.write([...this.read().filter(({ id }) => id !== kept.id), own]);
  }

  drop(id: string): void {
    this.write(this.read().filter((each) => each.id !== id));
  }

  /** Those that nobody sends. */
  lost(now = Date.now()): Kept[] {
    return this.read().filter(({ tab, seen }) => now - seen < longest && (tab === this.tab || now - seen > abandoned));
  }

  private read(): Kept[] {
    return attempt(() => JSON.parse(localStorage.getItem(this.key) ?? '[]') as Kept[]) ?? [];
  }

  private write(all: readonly Kept[]): void {
    attempt(() => localStorage.setItem(this.key, JSON.stringify(all)));
  }
}

/** A page may have no storage: then it begins anew. */
function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
