/** One event stream (HTML §9.2), as a body without an end. */

/** Paths of changed files and folders, from `/`, decoded; or so many that they need not be named. */
export type ChangedPaths = readonly string[] | 'all';

/** How the client is told of a change: its number, how long ago it was in milliseconds, and what changed. */
type ToldChange = readonly [number: number, age: number, paths: ChangedPaths];

export interface News {
  /** Names the server: the numbers of changes mean something only beside it. */
  readonly server: string;
  /** Number of the first change that the server still knew, or of the next one: none is missing from here on. */
  readonly from: number;
  readonly changes: readonly ToldChange[];
}

/** Most paths that are told one by one, in one change and in what waits for a slow reader. */
export const mostPaths = 500;

const sizeOf = (paths: ChangedPaths): number => (paths === 'all' ? 0 : paths.length);

/** News as it is, if it is little; else the news that everything changed. */
function bounded(news: News): News {
  const { changes } = news;
  const last = changes.at(-1);
  const paths = changes.reduce((sum, [, , some]) => sum + sizeOf(some), changes.length);
  return last === undefined || paths <= mostPaths ? news : { ...news, changes: [[last[0], last[1], 'all']] };
}

/** Two pieces of news as one, which need not say more than that everything changed if one of them does. */
function join(first: News, second: News): News {
  const changes = [...first.changes, ...second.changes];
  const last = changes.at(-1);
  const vague = last !== undefined && changes.some(([, , some]) => some === 'all');
  return bounded({ ...first, changes: vague ? [[last[0], last[1], 'all']] : changes });
}

/** Has the client try again after a second. */
const opening = 'retry: 1000\n\n';
const comment = ':\n\n';
/** Tells the client that it need not come back. */
const farewell = 'event: end\ndata\n\n';
/** Has the client come back when others may have left. */
const comeLater = 'retry: 30000\n\n';

/** Holds what the reader has not taken yet: one piece of news, whatever happens meanwhile, and one comment. */
export class EventStream implements AsyncIterable<Buffer>, AsyncIterator<Buffer, undefined> {
  private control = opening;
  private news: News | undefined;
  private state: 'open' | 'dismissed' | 'ended' = 'open';
  /** When the client last took something, monotonic, in milliseconds. */
  taken = performance.now();
  private waiting: ((result: IteratorResult<Buffer, undefined>) => void) | undefined;

  /** @param onEnd called once */
  constructor(private readonly onEnd: () => void) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.deliver();
    });
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  tell(news: News): void {
    this.news = this.news === undefined ? bounded(news) : join(this.news, news);
    this.deliver();
  }

  /** Shows the client that the server is there, and finds out whether the client is. */
  beat(): void {
    if (this.control === '') this.control = comment;
    this.deliver();
  }

  /** Ends the stream as soon as the client has been told that it need not come back. */
  dismiss(): void {
    this.part(farewell);
  }

  /** Ends the stream for the sake of another one. A client that takes nothing is not waited for. */
  giveWay(): void {
    if (this.waiting === undefined) this.end();
    else this.part(comeLater);
  }

  private part(word: string): void {
    if (this.state !== 'open') return;
    this.state = 'dismissed';
    this.control += word;
    this.deliver();
  }

  private end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.deliver();
    this.onEnd();
  }

  /** Gives what there is to whoever waits for it. */
  private deliver(): void {
    const { waiting } = this;
    if (waiting === undefined) return;
    const text = this.state === 'ended' ? '' : this.take();
    if (text === '' && this.state === 'open') return;
    this.waiting = undefined;
    if (text === '') {
      waiting({ done: true, value: undefined });
      this.end();
    } else {
      this.taken = performance.now();
      waiting({ done: false, value: Buffer.from(text) });
    }
  }

  private take(): string {
    const event = this.news === undefined ? '' : `data: ${JSON.stringify(this.news)}\n\n`;
    const text = event + this.control;
    this.news = undefined;
    this.control = '';
    return text;
  }
}
