/** The time that is charged to peers, and the one timer by which all deadlines are looked at. */

/** Most between two looks, in milliseconds: a wait that has begun is noticed by the next one. */
const interval = 1000;
/** Least between two looks: what is over may take a moment to be gone. */
const least = 10;
/** A look later than this, in milliseconds, is no fault of a peer: the process stood still. */
const tolerance = 250;

export class Watch {
  private running = false;
  private timer: NodeJS.Timeout | undefined;
  /** When the next look is due. */
  private due = 0;
  /** Time that was charged to nobody. */
  private lost = 0;

  /** @param look looks at all deadlines, and returns when the soonest of them will have passed, by {@link now} */
  constructor(private readonly look: (now: number) => number) {}

  /** Monotonic, in milliseconds. It stands still while nobody can look, or has to. */
  get now(): number {
    return Math.min(performance.now() - this.lost, this.due + tolerance);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.plan(this.pass(), Number.POSITIVE_INFINITY);
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  /** Has somebody look at `at`, unless that will be so anyway. */
  expect(at: number): void {
    if (!this.running || at >= this.due) return;
    this.plan(this.pass(), at);
  }

  /** Lets go of time that is not to be charged. */
  private pass(): number {
    const { now } = this;
    this.lost = performance.now() - now;
    return now;
  }

  private plan(now: number, at: number): void {
    clearTimeout(this.timer);
    const delay = Math.ceil(Math.min(Math.max(at - now, least), interval));
    this.due = now + delay;
    this.timer = setTimeout(() => this.wake(), delay);
  }

  private wake(): void {
    const now = this.pass();
    const soonest = this.look(now);
    if (this.running) this.plan(now, soonest);
  }
}
