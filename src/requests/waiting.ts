/** Requests that are waited for. */
import type { RequestSummary, WaitTerms } from '../requestQuestions';
import type { KeptRequest, RequestStore } from './requestStore';
import { RequestError } from './requestError';
import { isMeant, summaryOf } from './summary';

/** In milliseconds. */
const longestWait = 300_000;

interface Wait {
  readonly end: (error: Error) => void;
}

/** By the numbers that whoever waits has given them. */
export class Waits {
  private readonly waits = new Map<number, Wait>();

  constructor(private readonly store: RequestStore) {}

  /**
   * Resolves to the first one that is meant; to undefined when the time is over.
   *
   * @throws RequestError when it is cancelled, or all waits end
   */
  begin(id: number, { filter, since, timeout }: WaitTerms): Promise<RequestSummary | undefined> {
    const known = since === undefined ? undefined : this.oldestSince(since, filter);
    if (known !== undefined) return Promise.resolve(summaryOf(known));
    const begun = this.store.lastBegun;
    return new Promise((resolve, reject) => {
      const stop = this.store.follow((request) => {
        // Without `since`, what was under way already is not what follows from what the one who waits does next.
        if ((since === undefined && request.begun <= begun) || !isMeant(filter, request)) return;
        done();
        resolve(summaryOf(request));
      });
      const timer = setTimeout(
        () => {
          done();
          resolve(undefined);
        },
        Math.max(0, Math.min(timeout, longestWait)),
      );
      const done = (): void => {
        stop();
        clearTimeout(timer);
        this.waits.delete(id);
      };
      const end = (error: Error): void => {
        done();
        reject(error);
      };
      this.waits.set(id, { end });
    });
  }

  private oldestSince(since: number, filter: WaitTerms['filter']): KeptRequest | undefined {
    let oldest: KeptRequest | undefined;
    for (const request of this.store.newest()) {
      if (request.number <= since) break;
      if (isMeant(filter, request)) oldest = request;
    }
    return oldest;
  }

  /** Nobody waits any more; nothing happens if it has ended. */
  cancel(id: number): void {
    this.waits.get(id)?.end(new RequestError('WAIT_ENDED', 'Nobody waits for the request any more.'));
  }

  endAll(reason: string): void {
    for (const { end } of [...this.waits.values()]) end(new RequestError('WAIT_ENDED', reason));
  }
}
