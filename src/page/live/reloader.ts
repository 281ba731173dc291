/** What is known of the changes of a site, and whether the page has to be loaded again because of them. */
import type { ChangedPaths, News } from './newsStream';
import { fold, type SiteUses } from './siteUses';

/** Most files that are looked at one by one. */
const most = 100;

interface Known {
  /** The server that told; undefined as long as none did. */
  readonly server: string | undefined;
  /** Of its last change. */
  readonly number: number;
  /** When that was, in milliseconds since the epoch. */
  readonly time: number;
}

// A page may have no storage. At worst it reloads once more, or not when it is shown again.
function read(key: string): Partial<Known> | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(key) ?? 'null') as Partial<Known> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function store(key: string, value: Known | null): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As above.
  }
}

/** What a page does about changes. */
interface Acts {
  /** Whether a change, a path, took effect, or need not, without a reload. */
  readonly absorb: (path: string) => boolean;
  /** Whether the policy of the page may forbid it to ask. */
  readonly isBarred: () => boolean;
  /** The page is about to be loaded again. */
  readonly leave: () => void;
}

export class Reloader {
  private readonly stored: string;
  private readonly visited: string;
  private known: Known;
  /** What was before this is in the page. */
  private readonly since: number;
  private isNoted: boolean;

  constructor(
    base: string,
    private readonly uses: SiteUses,
    private readonly acts: Acts,
    private readonly onServer: (server: string) => void,
  ) {
    this.stored = `http-server live ${base}`;
    this.visited = `${this.stored} ${location.href.replace(/#.*/s, '')}`;
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    /** A page that is shown again by Back comes out of the cache, its parts too: as of when it was first asked for. */
    const isAgain = navigation?.type === 'back_forward';
    const before = isAgain ? read(this.visited) : { ...read(this.stored), time: performance.timeOrigin };
    store(this.stored, null);
    this.known = { server: undefined, number: 0, time: performance.timeOrigin, ...before };
    this.since = this.known.time;
    this.isNoted = isAgain && before !== undefined;
  }

  hear({ server, from, changes, time }: News): void {
    if (!this.isNoted) store(this.visited, { server, number: from - 1, time: this.since });
    this.isNoted = true;
    if (this.known.server !== server) {
      if (this.known.server !== undefined) void this.compare(this.known.time);
      this.known = { server, number: 0, time };
    } else if (from > this.known.number + 1) void this.compare(this.known.time);
    for (const [number, age, paths] of changes) {
      if (number <= this.known.number) continue;
      this.known = { ...this.known, number };
      if (time - age >= this.since) this.take(paths);
    }
    this.known = {
      server,
      number: Math.max(this.known.number, from - 1),
      time: Math.max(this.known.time, time),
    };
    this.onServer(server);
  }

  private take(paths: ChangedPaths): void {
    if (paths === 'all' || !paths.map(fold).every((path) => this.acts.absorb(path))) this.reload();
  }

  /** Remembers up to where the changes are known: the page that follows need not hear of them again. */
  private reload(): void {
    store(this.stored, this.known);
    this.acts.leave();
    location.reload();
  }

  /** Nobody knows what has changed since `time`, but the files themselves. A list of a folder has no date. */
  private async compare(time: number): Promise<void> {
    const { urls, shown } = this.uses;
    // Where the policy lets the page ask for nothing, it cannot look.
    const isUnknown = urls.length > most || shown.endsWith('/') || this.acts.isBarred();
    if (isUnknown || (await this.hasChanged(urls, time))) this.reload();
  }

  private async hasChanged(urls: readonly string[], time: number): Promise<boolean> {
    const second = Math.floor(time / 1000) * 1000;
    for (const url of urls) {
      const answer = await fetch(url, { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
      if (answer && Date.parse(answer.headers.get('Last-Modified') ?? '') >= second) return true;
    }
    return false;
  }
}
