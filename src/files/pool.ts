/** Bounds how many operations the server has in libuv's thread pool, which the whole editor shares, and tells which need it. */

/** At most `size` operations at once; the others wait for their turn, first come first served. */
export class Pool {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly size: number) {}

  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.running < this.size) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await operation();
    } finally {
      // The place is handed over, not given up: nobody can slip in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}

/** The one pool of this server. */
export const pool = new Pool(2);

/** An operation that takes longer than this, in milliseconds, had to wait for a disk, not only for the processor. */
const patience = 8;
/** The pool is used for so many times as long as a slow operation took: nobody else loses more than a hundredth of their time. */
const distrust = 100;

/**
 * Whether a file can be read or written without the pool. What is in memory can, for the way through the pool costs as
 * much as the operation; what waits for a disk would hold up everybody else.
 */
export class Promptness {
  /** Until when the pool is used, on the clock of `performance.now()`. */
  private slowUntil = -Infinity;
  /** Whether an operation has shown how prompt the file is. */
  known = false;

  /** @param most how long an operation may take, in milliseconds */
  constructor(private readonly most = patience) {}

  get expected(): boolean {
    return performance.now() >= this.slowUntil;
  }

  /** Runs `operation` now, and sees how long it takes. */
  watch<T>(operation: () => T): T {
    const started = performance.now();
    try {
      return operation();
    } finally {
      const ended = performance.now();
      if (ended - started > this.most) this.slowUntil = ended + (ended - started) * distrust;
      this.known = true;
    }
  }
}
