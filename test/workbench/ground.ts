/** After a test that failed, the next one finds nothing open that it does not expect: one failure stays one. */
import { openWindows } from './workbench';

export const mochaHooks: Mocha.RootHookObject = {
  async afterEach(this: Mocha.Context) {
    if (this.currentTest?.state !== 'failed') return;
    // An error of a hook would end the whole suite.
    for (const window of openWindows())
      await window
        .clear()
        .catch((error: unknown) => console.log(`    A window could not be cleared: ${String(error)}`));
  },
};
