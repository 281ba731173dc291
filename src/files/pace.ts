/**
 * Background work: what takes longer than a turn of the event loop. It goes on in short slices, and all of it together has
 * one slice per turn, so that those who ask for little are answered in between, however much work there is.
 */

/** Longest slice, in milliseconds. */
const slice = 4;

interface Waiting {
  readonly signal: AbortSignal;
  readonly resume: () => void;
  readonly end: (reason: unknown) => void;
}

/** First come, first served: each piece of work is in it once at most. */
const queue: Waiting[] = [];
/** Whether the slice of this turn is taken; the next one is given away when it is over. */
let taken = false;

function giveSlice(): void {
  const next = nextInLine();
  taken = next !== undefined;
  if (!taken) return;
  setImmediate(giveSlice);
  next?.resume();
}

/** Work that has ended meanwhile takes nobody's turn. */
function nextInLine(): Waiting | undefined {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (!next.signal.aborted) return next;
    next.end(next.signal.reason);
  }
  return undefined;
}

function awaitSlice(signal: AbortSignal): Promise<void> {
  return new Promise((resume, end) => {
    queue.push({ signal, resume, end });
    if (taken) return;
    taken = true;
    setImmediate(giveSlice);
  });
}

/** A piece of background work. Call {@link Pace.due} often; when it says so, await {@link Pace.rest}. */
export class Pace {
  private since = performance.now();

  private constructor(readonly signal: AbortSignal) {}

  /**
   * Resolves when the work may begin.
   *
   * @param signal ends the work
   * @throws the reason of `signal`, if it has fired by then
   */
  static async begin(signal: AbortSignal): Promise<Pace> {
    signal.throwIfAborted();
    if (taken) await awaitSlice(signal);
    else {
      taken = true;
      setImmediate(giveSlice);
    }
    return new Pace(signal);
  }

  /** Whether the slice is over. */
  due(): boolean {
    return performance.now() - this.since >= slice;
  }

  /** Resolves with the next slice. @throws the reason of the signal, if it has fired by then */
  async rest(): Promise<void> {
    await awaitSlice(this.signal);
    this.since = performance.now();
  }
}
