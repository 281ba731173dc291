/** What a few samples say. Pure. */

/** Of a sorted list; `share` from 0 to 1. NaN of an empty one. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) };
}

/** A straight line, and how far the points lie from it at most, as a factor of 1 or more. */
export interface Line {
  readonly constant: number;
  readonly slope: number;
  readonly worst: number;
}

/**
 * The line through `points` with the least squares of *relative* errors: a curve over several powers of ten would
 * otherwise be that of its last point.
 */
export function fit(points: readonly (readonly [x: number, y: number])[]): Line {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const constant = (wy - slope * wx) / w;
  const off = points.map(([x, y]) => y / (constant + slope * x));
  return { constant, slope, worst: Math.max(...off.map((ratio) => Math.max(ratio, 1 / ratio))) };
}
