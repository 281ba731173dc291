/** One event stream per browser, which the pages of a site share: whoever leads has it, and hands on what it tells. */

/** Paths of changed files and folders, from `/`, decoded; or so many that they are not named. */
export type ChangedPaths = readonly string[] | 'all';

/** Where a window says that it follows changes. */
export const mark = Symbol.for('http-server live reload');

/** For whoever debugs, and so that there is only one. */
export interface Mark {
  server: string | undefined;
}

/** What the stream told. */
export interface News {
  /** Numbers mean something only beside it. */
  readonly server: string;
  /** From this number on none is missing. */
  readonly from: number;
  /** Each with its number, how long ago it was in milliseconds, and what changed. */
  readonly changes: readonly (readonly [number: number, age: number, paths: ChangedPaths])[];
  /** When it was told, in milliseconds since the epoch. */
  readonly time: number;
}

/** What pages of a site say to one another. */
type Word = News | 'join' | 'end';

type Source = EventSource | Worker;

const isEventSource = (source: Source): source is EventSource => 'readyState' in source;

/** How long to wait before the next try, in milliseconds. */
const firstRetry = 1000;
const longestRetry = 60_000;

export class NewsStream {
  private readonly events: string;
  private readonly name: string;
  private readonly channel: BroadcastChannel;
  private source: Source | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retry = firstRetry;
  private isOver = false;
  /** Whether the policy of the page has forbidden the stream. */
  private wasBarred = false;
  /** What the server told of late, for pages that come later. */
  private recent: News[] = [];
  /** Called when the page no longer leads, or waits to. */
  private release = (): void => undefined;

  /**
   * @param base where the site begins, with its slash
   * @param script that a worker runs to listen where the page may not
   */
  constructor(
    base: string,
    private readonly script: string,
    private readonly hear: (news: News) => void,
  ) {
    this.events = `${base}.http-server/events`;
    this.name = `http-server ${base}`;
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => this.listen(data);
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
      if (blockedURI !== this.events || this.wasBarred) return;
      this.wasBarred = true;
      if (this.source) this.reopen();
    });
  }

  /** Whether the policy of the page may forbid the stream, or has done so. */
  get isBarred(): boolean {
    return this.wasBarred || document.querySelector('meta[http-equiv="content-security-policy" i]') !== null;
  }

  start(): void {
    this.enter();
    if (!('locks' in navigator)) document.addEventListener('visibilitychange', () => this.followVisibility());
    // A page that is put aside must not keep the stream from others; when it is shown again, it asks what it missed.
    addEventListener('pagehide', () => this.leave());
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.enter();
    });
  }

  private listen(word: Word): void {
    if (word === 'end') this.stop();
    else if (word !== 'join') this.hear(word);
    else if (this.source) this.recent.forEach((news) => this.channel.postMessage(news));
  }

  /** Where the page may not open the stream, a worker may. */
  private open(): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    const inWorker = this.isBarred;
    const source = inWorker ? this.worker() : new EventSource(this.events);
    this.source = source;
    if (!source) return;
    source.onmessage = ({ data }: MessageEvent<string>) => this.take(data);
    source.addEventListener('end', () => this.finish());
    // A refusal, such as a proxy's for a server that is away, is final for the browser, but not for us.
    source.onerror = () => {
      if (inWorker) this.giveUp();
      else if (isEventSource(source) && source.readyState === EventSource.CLOSED) this.later();
    };
  }

  private take(data: string): void {
    if (data === 'end') return this.finish();
    if (data === 'closed') return this.later();
    this.retry = firstRetry;
    this.share({ ...(JSON.parse(data) as Omit<News, 'time'>), time: Date.now() });
  }

  private worker(): Worker | undefined {
    try {
      return new Worker(this.script);
    } catch {
      this.giveUp();
      return undefined;
    }
  }

  private giveUp(): void {
    console.info(
      'Live reload is off: the policy of this page (Content-Security-Policy) allows it neither by connect-src nor by worker-src.',
    );
    this.leave();
  }

  private later(): void {
    this.close();
    this.timer = setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(2 * this.retry, longestRetry);
  }

  private close(): void {
    clearTimeout(this.timer);
    const { source } = this;
    this.source = undefined;
    if (source === undefined) return;
    source.onerror = null;
    if (isEventSource(source)) source.close();
    else source.terminate();
  }

  private reopen(): void {
    this.close();
    this.open();
  }

  /** The server no longer tells of changes. */
  private finish(): void {
    this.channel.postMessage('end');
    this.stop();
  }

  private stop(): void {
    this.isOver = true;
    this.leave();
  }

  private share(news: News): void {
    this.recent = [...this.recent.filter(({ server }) => server === news.server).slice(-100), news];
    this.channel.postMessage(news);
    this.hear(news);
  }

  /** Browsers open six connections to one host: a stream for each of many tabs would leave none. */
  private enter(): void {
    this.channel.postMessage('join');
    // They need a secure context.
    if (!('locks' in navigator)) return this.followVisibility();
    const waiting = new AbortController();
    const left = new Promise<void>((resolve) => (this.release = resolve)).then(() => waiting.abort());
    const lead = (): Promise<void> | undefined => {
      if (this.isOver) return undefined;
      this.open();
      return left;
    };
    // Whoever leaves while it waits gets an error, which says nothing new.
    navigator.locks.request(this.name, { signal: waiting.signal }, lead).catch(() => undefined);
  }

  private leave(): void {
    this.close();
    this.release();
  }

  /** Where there are no locks only a page that is seen has a stream. */
  private followVisibility(): void {
    if (document.visibilityState !== 'visible') this.close();
    else if (!this.source) this.open();
  }
}

/** In a worker, to which the policy of the page does not apply: hands on what the stream tells. */
export function relay(): void {
  const source = new EventSource('events');
  source.onmessage = ({ data }: MessageEvent<string>) => self.postMessage(data);
  source.addEventListener('end', () => self.postMessage('end'));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) self.postMessage('closed');
  };
}
