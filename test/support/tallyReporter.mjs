// The spec reporter, which also appends `{suite, passed, failed, skipped}` as one line of JSON to the file that
// TEST_TALLY names, so that a runner can add up suites that ran in different processes.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const line = JSON.stringify({ suite: process.env.TEST_SUITE ?? 'mocha', passed, failed, skipped });
      if (process.env.TEST_TALLY) appendFileSync(process.env.TEST_TALLY, `${line}\n`);
    });
  }
}
