/** What went over the wire since the window opened, and how it was spread over the last minute. */
import { addTally, addToTally, emptyTally } from '../../accessLog';
import type { Tally } from '../../accessLog';
import type { Traffic } from '../../messages';

/** Seconds that the picture shows. */
export const span = 60;

export class Meter {
  readonly #total = emptyTally();
  /** Exchanges per second: that of second `s` is at `s % span`. */
  readonly #seconds = new Array<number>(span).fill(0);
  #newest = -Infinity;
  #connections = 0;

  get total(): Readonly<Tally> {
    return this.#total;
  }

  get connections(): number {
    return this.#connections;
  }

  /** @param now in milliseconds */
  record(traffic: Traffic, now: number): void {
    const before = this.#total.count;
    for (const event of traffic.events) addToTally(this.#total, event);
    if (traffic.dropped !== undefined) addTally(this.#total, traffic.dropped);
    this.#connections = traffic.connections;
    const second = this.#advance(now);
    this.#seconds[second % span] = (this.#seconds[second % span] ?? 0) + this.#total.count - before;
  }

  /** To be called when the server is gone, and its connections with it. */
  disconnect(): void {
    this.#connections = 0;
  }

  /** Exchanges in each of the last {@link span} seconds, the current one last. */
  lastMinute(now: number): number[] {
    const second = this.#advance(now);
    return Array.from({ length: span }, (_, i) => this.#seconds[(second + 1 + i) % span] ?? 0);
  }

  /** Empties the places of the seconds that passed since the last call. Returns the current second. */
  #advance(now: number): number {
    const second = Math.floor(now / 1000);
    for (let s = Math.max(this.#newest + 1, second - span + 1); s <= second; s++) this.#seconds[s % span] = 0;
    this.#newest = Math.max(this.#newest, second);
    return second;
  }
}
