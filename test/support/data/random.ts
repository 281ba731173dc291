/** Random numbers that a seed repeats (mulberry32), for runs too long for a property-testing library. */
export class Random {
  constructor(private state: number) {}

  /** At least 0, less than `below`, whole. */
  integer(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.integer(from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }
}
