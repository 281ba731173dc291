/** All event streams: what changes in the folder is told to every page that listens. */
import { randomBytes } from 'node:crypto';
import { mostPaths, EventStream, type ChangedPaths, type News } from './eventStream';

interface Change {
  readonly number: number;
  /** When it happened; monotonic, in milliseconds. */
  readonly time: number;
  readonly paths: ChangedPaths;
}

/** How long a change matters to pages that began to load before it, in milliseconds; and how many are kept at most. */
const relevance = 60_000;
const mostChanges = 100;

/** Between two signs of life, in milliseconds: some proxies give up on what is silent for 30 s. */
const interval = 25_000;

export class EventStreams {
  private readonly open = new Set<EventStream>();
  private recent: readonly Change[] = [];
  /** The number of the last change. */
  private number = 0;
  /** One timer for all streams, and only while there are any. */
  private heartbeat: NodeJS.Timeout | undefined;
  private readonly server = randomBytes(9).toString('base64url');

  /** @param onCount called with the number of streams whenever it changes */
  constructor(private readonly onCount: (count: number) => void) {}

  get size(): number {
    return this.open.size;
  }

  /** Adds a stream, which begins with what happened of late. @param onEnd called once */
  add(onEnd: () => void): EventStream {
    const stream = new EventStream(() => {
      this.remove(stream);
      onEnd();
    });
    this.open.add(stream);
    this.heartbeat ??= setInterval(() => this.beat(), interval);
    stream.tell(this.news(this.recent));
    this.onCount(this.open.size);
    return stream;
  }

  tell(paths: ChangedPaths): void {
    if (paths.length === 0) return;
    const now = performance.now();
    const change = { number: ++this.number, time: now, paths: paths.length > mostPaths ? ('all' as const) : paths };
    this.recent = [...this.recent.filter(({ time }) => time > now - relevance), change].slice(-mostChanges);
    const news = this.news([change]);
    for (const stream of this.open) stream.tell(news);
  }

  /** Ends all streams, whose clients need not come back. */
  end(): void {
    for (const stream of this.open) stream.dismiss();
  }

  private news(changes: readonly Change[]): News {
    const now = performance.now();
    const told = changes.map(({ number, time, paths }) => [number, Math.round(now - time), paths] as const);
    return { server: this.server, from: changes[0]?.number ?? this.number + 1, changes: told };
  }

  private beat(): void {
    for (const stream of this.open) stream.beat();
  }

  private remove(stream: EventStream): void {
    this.open.delete(stream);
    if (this.open.size === 0) clearInterval(this.heartbeat);
    if (this.open.size === 0) this.heartbeat = undefined;
    this.onCount(this.open.size);
  }
}
