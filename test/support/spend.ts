/** Keeps this thread busy for so many milliseconds. */
export function spend(ms: number): void {
  const since = performance.now();
  while (performance.now() - since < ms);
}
