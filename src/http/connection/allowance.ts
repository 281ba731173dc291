/** How much one transfer may move before the others have their turn, and when it is its own. */

/** Octets to be moved at a time beside others: about a tenth of a millisecond's work, or two where memory is scarce. */
const besideOthers = 64 * 1024;
/** When no request has come for so many allowances, there are no others any more. */
const caution = 16;

let requests = 0;

/** To be called for every request that begins. */
export function noteRequest(): void {
  requests++;
}

/** The transfers that wait for their turn: one moves in each turn of the event loop, so that who asks for little waits for one. */
const waiting: (() => void)[] = [];

function giveTurn(): void {
  const next = waiting.shift();
  if (waiting.length > 0) setImmediate(giveTurn);
  next?.();
}

/** The allowances of one transfer, one after the other: smaller while there are others. */
export class Allowance {
  private seen = requests;
  private cautious = 0;

  /** Resolves to the {@link next} one: at once if nobody has asked for anything lately, else in the turn of this transfer. First come, first served. */
  async turn(most: number): Promise<number> {
    if (this.seen !== requests || this.cautious > 0) {
      await new Promise<void>((resolve) => {
        if (waiting.push(resolve) === 1) setImmediate(giveTurn);
      });
    }
    return this.next(most);
  }

  /** The next one, in octets. @param most if nobody has asked for anything lately */
  next(most: number): number {
    if (this.seen !== requests) this.cautious = caution;
    else if (this.cautious > 0) this.cautious--;
    this.seen = requests;
    return this.cautious > 0 ? Math.min(most, besideOthers) : most;
  }
}
