/** How the program is asked to end. */

/** Signals that come so shortly after the first are the same wish, in milliseconds: npm hands on what a terminal sends to all. */
const oneWish = 500;

/** Calls `stop` at the first signal, and `abort` at another one of a person who does not want to wait. */
export function onStopSignal(stop: () => void, abort: () => void): void {
  let since: number | undefined;
  const ask = (): void => {
    if (since === undefined) {
      since = performance.now();
      stop();
    } else if (performance.now() - since > oneWish) abort();
  };
  process.on('SIGINT', ask).on('SIGTERM', ask);
  // A terminal that is closed says so more than once, and nobody waits there any more.
  process.on('SIGHUP', () => {
    if (since === undefined) ask();
  });
}

/** What is too long for a limit of the system is an error of that file, not the end of the server. */
export function ignoreFileSizeSignal(): void {
  if (process.platform !== 'win32') process.on('SIGXFSZ', () => undefined);
}
