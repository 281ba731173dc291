/** How many tokens somebody on the network may try: one that a person chose may be short. */
import { NoEntry } from './noEntry';
import { isLoopback } from '../../options';

/** So many wrong tokens may come from an address in so many milliseconds; it then has to wait for the rest of that time. */
const most = 30;
const period = 60_000;

/** Most addresses that are remembered: as many as there may be connections, so that one that waits is not forgotten for others without an effort. */
const mostAddresses = 1024;

interface Tries {
  readonly until: number;
  /** What stands for the secrets that were tried. Who repeats one, such as a browser with an old cookie, guesses nothing. */
  readonly wrong: Set<string>;
}

export class Guesses {
  /** By address, the oldest first. */
  private readonly tries = new Map<string, Tries>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(private readonly now = (): number => performance.now()) {}

  /** To be called before a secret is looked at: otherwise who waits would still learn of a right one. @throws NoEntry 429 */
  check(address: string): void {
    const tries = this.tries.size === 0 ? undefined : this.tries.get(address);
    if (tries === undefined || tries.wrong.size < most) return;
    const rest = tries.until - this.now();
    if (rest > 0) throw tooMany(rest);
  }

  /**
   * Counts a wrong secret, unless it comes from this machine: all who do, and those whom an editor forwards, have one
   * address, and would wait for each other.
   *
   * @param wrong stands for the secret that was tried
   */
  count(address: string, wrong: string): void {
    if (!isLoopback(address)) this.triesOf(address).wrong.add(wrong);
  }

  private triesOf(address: string): Tries {
    const known = this.tries.get(address);
    if (known !== undefined && known.until > this.now()) return known;
    const tries = { until: this.now() + period, wrong: new Set<string>() };
    this.tries.delete(address);
    this.tries.set(address, tries);
    const [oldest] = this.tries.size > mostAddresses ? this.tries.keys() : [];
    if (oldest !== undefined) this.tries.delete(oldest);
    return tries;
  }
}

const tooMany = (rest: number): NoEntry =>
  new NoEntry(429, 'Too many wrong tokens came from this address: wait a minute.', [
    ['Retry-After', String(Math.ceil(rest / 1000))],
  ]);
