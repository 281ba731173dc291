/** How fast something goes, and how long it will take. Pure. */

/** Of what is looked back at, in milliseconds. */
const window = 5000;
/** Between two samples that are kept, at least. */
const pace = 200;

export class Rate {
  private samples: { readonly time: number; readonly done: number }[] = [];

  /** @param time in milliseconds, monotonic; `done` in octets, which may go down when something starts again */
  note(time: number, done: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && done < last.done) this.samples = [];
    else if (last !== undefined && time - last.time < pace) return;
    this.samples.push({ time, done });
    while ((this.samples[1]?.time ?? time) < time - window) this.samples.shift();
  }

  /** Forgets what was: after a pause, the time before does not count. */
  reset(): void {
    this.samples = [];
  }

  /** In octets a second; undefined as long as nobody knows. */
  get perSecond(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.time - first.time < 2 * pace) return undefined;
    return ((last.done - first.done) / (last.time - first.time)) * 1000;
  }

  /** @returns seconds for that many octets; undefined if nobody knows */
  timeFor(octets: number): number | undefined {
    const { perSecond } = this;
    return perSecond === undefined || perSecond <= 0 ? undefined : octets / perSecond;
  }
}
