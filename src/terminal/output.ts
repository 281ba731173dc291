/** Lines for somebody who may read slowly, not at all, or no more: a log costs lines, never the server. */
import { KiB } from '../options';
import { sinkOf, type Loss, type Sink, type Standard } from './sink';

/** Most octets that wait for a slow reader; beyond it lines are dropped and counted. */
const mostUnwritten = 256 * KiB;

/** How long nothing is tried after a failure, in milliseconds. */
const pause = 1000;

/** How long the end waits for the reader, in milliseconds. */
const endTimeout = 1000;

const noticeOf = (lines: number): string =>
  `# ${lines} ${lines === 1 ? 'line is' : 'lines are'} missing here: nobody took ${lines === 1 ? 'it' : 'them'}.\n`;

export class Output {
  readonly isTerminal: boolean;
  readonly #sink: Sink;
  readonly #onFailure: (error: NodeJS.ErrnoException) => void;
  /** What is printed within one turn of the event loop goes out together. */
  #gathered = '';
  /** How many lines are gathered. */
  #count = 0;
  #missing = 0;
  /** `full`: the reader is slow. `failed`: nothing could be written, which is tried again now and then. */
  #state: 'open' | 'full' | 'failed' = 'open';
  /** When it is tried again, by the clock of `performance`. */
  #retry = 0;
  /** Whether the last line is only half there. */
  #isTorn = false;
  readonly #flush = (): void => this.flush();

  /** @param onFailure called when nothing can be written, once until something can be again */
  constructor(stream: Standard, onFailure: (error: NodeJS.ErrnoException) => void = () => undefined) {
    this.isTerminal = stream.isTTY === true;
    this.#sink = sinkOf(stream);
    this.#onFailure = onFailure;
  }

  /** How many lines were dropped, and nobody was told of. */
  get missing(): number {
    return this.#missing;
  }

  /** @param line without its end */
  print(line: string): void {
    if (!this.#accepts()) {
      this.#missing++;
      return;
    }
    if (this.#count === 0) setImmediate(this.#flush);
    this.#gathered += `${line}\n`;
    this.#count++;
  }

  /** Hands on what is gathered. */
  flush(): void {
    if (this.#count === 0) return;
    const text = this.#gathered;
    this.#gathered = '';
    this.#count = 0;
    this.#tell();
    this.#write(text, ({ lost }) => lost);
    if (this.#state === 'open' && this.#sink.waiting > mostUnwritten) this.#fill();
  }

  /** Resolves when all is written, or when nobody has taken it for a while. */
  async end(): Promise<void> {
    this.flush();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, endTimeout)));
    await Promise.race([late, new Promise<void>((resolve) => this.#sink.whenEmpty(resolve))]);
    clearTimeout(timer);
  }

  #accepts(): boolean {
    if (this.#state === 'failed') return performance.now() >= this.#retry;
    return this.#state === 'open' && this.#gathered.length <= mostUnwritten;
  }

  #fill(): void {
    this.#state = 'full';
    this.#sink.whenEmpty(() => {
      if (this.#state !== 'full') return;
      this.#state = 'open';
      this.#tell();
    });
  }

  /** Says what is missing, before what comes next. */
  #tell(): void {
    const [missing, isTorn] = [this.#missing, this.#isTorn];
    if (missing === 0 && !isTorn) return;
    this.#missing = 0;
    this.#isTorn = false;
    this.#write(`${isTorn ? '\n' : ''}${missing === 0 ? '' : noticeOf(missing)}`, ({ there }) => {
      if (there === 'nothing') this.#isTorn = isTorn;
      return missing;
    });
  }

  /** @param missing how many lines a loss is */
  #write(text: string, missing: (loss: Loss) => number): void {
    this.#sink.write(Buffer.from(text), (loss) => {
      if (loss === undefined) this.#succeed();
      else this.#fail(loss, missing(loss));
    });
  }

  #succeed(): void {
    if (this.#state === 'failed') this.#state = 'open';
  }

  #fail({ error, there }: Loss, missing: number): void {
    this.#missing += missing;
    if (there === 'piece') this.#isTorn = true;
    const isNews = this.#state !== 'failed';
    this.#state = 'failed';
    this.#retry = performance.now() + pause;
    if (isNews) this.#onFailure(error);
  }
}
