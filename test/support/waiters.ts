/** Whoever waits for the next thing to happen: all of them hear of it, and each once. */
export class Waiters {
  private readonly waiting: (() => void)[] = [];

  /** Resolves when {@link wake} is called next. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  wake(): void {
    for (const each of this.waiting.splice(0)) each();
  }
}
