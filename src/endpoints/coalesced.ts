/** Long work that many ask for at the same time, done once for all of them. */
import { setTimeout } from 'node:timers/promises';

/** How much of the time that the work took may go by before it begins anew, for those who ask again at once. */
const gathering = 1 / 8;
/** Most of that, in milliseconds. */
const longestGathering = 10;

interface Round<T> {
  /** When the next may begin. Does not reject. */
  readonly over: Promise<void>;
  /** What those get who asked after this one had begun. */
  next?: Promise<T>;
}

/**
 * Nobody gets what was begun before they asked: they wait for the end of that, and share what is begun then.
 * Nothing is kept when nobody waits.
 */
export class Coalesced<T> {
  private readonly rounds = new Map<string, Round<T>>();

  /** How many keys have work under way. */
  get size(): number {
    return this.rounds.size;
  }

  /**
   * @param key what is asked for: for the same key, `work` must do the same
   * @param work begins at once, unless it is under way; rejects for all who share it
   */
  get(key: string, work: () => Promise<T>): Promise<T> {
    const round = this.rounds.get(key);
    if (round === undefined) return this.begin(key, work);
    round.next ??= round.over.then(() => this.begin(key, work));
    return round.next;
  }

  private begin(key: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = work();
    const end = (): Promise<void> | undefined => this.end(key, performance.now() - began);
    this.rounds.set(key, { over: result.then(end, end) });
    return result;
  }

  /** @param took in milliseconds */
  private end(key: string, took: number): Promise<void> | undefined {
    if (this.rounds.get(key)?.next === undefined) {
      this.rounds.delete(key);
      return undefined;
    }
    const pause = Math.min(took * gathering, longestGathering);
    return pause < 1 ? undefined : setTimeout(pause);
  }
}
