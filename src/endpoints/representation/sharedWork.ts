/** Work that several wait for. */

/** One piece of work for all who wait for it: it ends with the last of them. */
export class SharedWork<T> {
  private readonly end = new AbortController();
  private readonly result: Promise<T>;
  private waiting = 0;

  /** @param work begins at once; when its signal fires, nobody wants its result any more */
  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.result = work(this.end.signal);
    // Those who wait learn of a failure; whoever has left need not.
    this.result.catch(() => undefined);
  }

  /** Whether all who waited have left. */
  get isAbandoned(): boolean {
    return this.end.signal.aborted;
  }

  /** The result of the work. Rejects with the reason of `signal`, if it fires before. */
  wait(signal: AbortSignal): Promise<T> {
    this.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason as Error);
        if (--this.waiting === 0) this.end.abort(new Error('Nobody waits for it any more.'));
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      const stay = (): void => signal.removeEventListener('abort', leave);
      this.result.then(resolve, reject).finally(stay);
    });
  }
}
