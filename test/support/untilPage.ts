/** Waiting for what a page comes to. */
import { setTimeout as pass } from 'node:timers/promises';

/** A tab or a frame, as every driver has it. */
interface Looked {
  evaluate(script: string): Promise<unknown>;
}

/**
 * Resolves to the value of `script` when it is truthy; meanwhile the page may be loaded anew, or be another one. Not by the
 * `waitForFunction` of drivers: from the second look on that needs an `eval`, which the policy of our pages forbids.
 */
export async function untilPage(page: Looked, script: string): Promise<unknown> {
  for (;;) {
    const value = await page.evaluate(script).catch(() => undefined);
    if (value) return value;
    // What never holds does not keep the process from its end.
    await pass(20, undefined, { ref: false });
  }
}
