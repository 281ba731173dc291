/** Bounds how many operations the server has in libuv's thread pool, which the whole editor shares. */

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
