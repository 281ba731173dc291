/**
 * What came in together is answered together. All that the event loop finds readable is received first; then, in one
 * turn, it is read and answered. So what one request of a turn has learnt of the disk is true for all of them: it was
 * looked at after the last of them had come.
 */

/** Whoever has received something. */
export interface Recipient {
  takeTurn(): void;
}

let waiting: Recipient[] = [];
let running = false;
let number = 0;

/** Has `recipient` take its turn when all that can be received now has been. To be called once for each turn. */
export function awaitTurn(recipient: Recipient): void {
  if (waiting.push(recipient) === 1) setImmediate(takeTurns);
}

function takeTurns(): void {
  const recipients = waiting;
  waiting = [];
  number++;
  running = true;
  try {
    for (const recipient of recipients) recipient.takeTurn();
  } finally {
    running = false;
  }
}

/** To be called when something is done: what happens outside of a turn is a turn of its own. */
export function beginTurn(): void {
  if (!running) number++;
}

/** The number of the turn that has begun last. */
export const currentTurn = (): number => number;

let requests = 0;

/** To be called for every request that begins. */
export function noteRequest(): void {
  requests++;
}

/** Octets to be moved at a time beside others: about a tenth of a millisecond's work, or two where memory is scarce. */
const shareBesideOthers = 64 * 1024;
/** So many shares after the last request, there are no others any more. */
const caution = 16;

/** How much who moves many octets may move before the others have their turn: less while there are others. */
export class Share {
  private seen = requests;
  private cautious = 0;

  /** @param most in octets, if nobody has asked for anything lately */
  next(most: number): number {
    if (this.seen !== requests) this.cautious = caution;
    else if (this.cautious > 0) this.cautious--;
    this.seen = requests;
    return this.cautious > 0 ? Math.min(most, shareBesideOthers) : most;
  }
}
