type Step = () => void | Promise<void>;

/** What must be undone before this process ends: children, browsers, temporary folders. Last in, first out. */
export class Cleanup {
  readonly #steps: Step[] = [];
  #running: Promise<void> | undefined;

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Whether it has begun. */
  get begun(): boolean {
    return this.#running !== undefined;
  }

  /** Runs every step once, however often it is called; a failing step does not keep the others from running. */
  run(): Promise<void> {
    return (this.#running ??= this.#unwind());
  }

  /** Undoes everything when the process is told to end, then exits. */
  coverSignals(): void {
    const leave = (code: number) => void this.run().finally(() => process.exit(code));
    process.once('SIGINT', () => leave(130));
    process.once('SIGTERM', () => leave(143));
    process.once('SIGHUP', () => leave(129));
  }

  async #unwind(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error('Cleaning up:', error);
      }
    }
  }
}
