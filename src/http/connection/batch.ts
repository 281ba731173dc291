/**
 * A batch is what came in together, and is answered together. All that the event loop finds readable is received first; then
 * it is read and answered, in one turn of the loop. So what one request of a batch has learnt of the disk is true for all of
 * them: it was looked at after the last of them had come.
 */

/** Whoever has received something. */
export interface Recipient {
  /** To be called when all of the batch has been received. */
  answerBatch(): void;
}

/** A point in time. */
export interface Moment {
  /** In milliseconds since 1970. */
  readonly time: number;
  /** The same by the clock that never jumps, `performance.now()`. */
  readonly steady: number;
}

let waiting: Recipient[] = [];
let running = false;
let number = 0;
/** Of the batch that is answered, once somebody has asked for it. */
let begun: Moment | undefined;

/** Has `recipient` answer when all that can be received now has been. To be called once for each batch. */
export function joinBatch(recipient: Recipient): void {
  if (waiting.push(recipient) === 1) setImmediate(answerAll);
}

function answerAll(): void {
  const recipients = waiting;
  waiting = [];
  number++;
  begun = undefined;
  running = true;
  try {
    for (const recipient of recipients) recipient.answerBatch();
  } finally {
    running = false;
  }
}

/** To be called when something is done: what is done outside of a batch is a batch of its own. */
export function beginBatch(): void {
  if (!running) number++;
}

/** The number of the batch that has begun last. */
export const currentBatch = (): number => number;

/** When the batch that is answered began, or now: one look at the clocks is enough for all of its requests. */
export function currentMoment(): Moment {
  return running ? (begun ??= now()) : now();
}

const now = (): Moment => ({ time: Date.now(), steady: performance.now() });
