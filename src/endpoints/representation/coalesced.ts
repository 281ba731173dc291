/** Long work that many ask for at the same time, done once for all of them. */
import { setTimeout } from 'node:timers/promises';
import { SharedWork } from './sharedWork';

/** How much of the time that the work took may go by before it begins anew, for those who ask again at once. */
const gathering = 1 / 8;
/** The longest that new work waits for those who ask again, in milliseconds. */
const longestGathering = 10;

interface Round<T> {
  /** When the next may begin. Does not reject. */
  readonly over: Promise<void>;
  /** What those get who asked after this one had begun. */
  next?: SharedWork<T>;
  /** How many wait for the next work. */
  waiting: number;
}

/** @param signal fires when nobody wants the result any more */
type Work<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Nobody gets what was begun before they asked: they wait for the end of that, and share what is begun then.
 * Nothing is kept when nobody waits, and nothing goes on.
 */
export class Coalesced<T> {
  private readonly rounds = new Map<string, Round<T>>();

  /** How many keys have work under way. */
  get size(): number {
    return this.rounds.size;
  }

  /**
   * @param key what is asked for: for the same key, `work` must do the same
   * @param signal fires when whoever asks does not wait any more
   * @param work begins at once, unless it is under way; rejects for all who share it
   */
  get(key: string, signal: AbortSignal, work: Work<T>): Promise<T> {
    const round = this.rounds.get(key);
    if (round === undefined) return new SharedWork((own) => this.begin(key, own, work)).wait(signal);
    round.waiting++;
    if (round.next === undefined || round.next.isAbandoned) round.next = this.after(round, key, work);
    return round.next.wait(signal);
  }

  private after(round: Round<T>, key: string, work: Work<T>): SharedWork<T> {
    return new SharedWork(async (own) => {
      await round.over;
      if (own.aborted && this.rounds.get(key) === round) this.rounds.delete(key);
      own.throwIfAborted();
      return this.begin(key, own, work, round.waiting);
    });
  }

  /** @param sharers how many get the result */
  private begin(key: string, own: AbortSignal, work: Work<T>, sharers = 1): Promise<T> {
    const began = performance.now();
    const result = work(own);
    const end = (): Promise<void> => this.end(key, performance.now() - began, sharers);
    this.rounds.set(key, { over: result.then(end, end), waiting: 0 });
    return result;
  }

  /** Who asks alone, again and again, is never made to wait. @param took in milliseconds */
  private async end(key: string, took: number, sharers: number): Promise<void> {
    const pause = Math.min(took * gathering, longestGathering);
    const isContended = sharers > 1 || this.isAwaited(key);
    if (isContended && pause >= 1) await setTimeout(pause);
    if (!this.isAwaited(key)) this.rounds.delete(key);
  }

  private isAwaited(key: string): boolean {
    return this.rounds.get(key)?.next?.isAbandoned === false;
  }
}
