// The spec reporter, which also appends `{suite, passed, failed, skipped, failures}` as one line of JSON to the file that
// TEST_TALLY names, so that a runner can add up suites that ran in different processes. `failures` are the full titles.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${String(error?.message).split('\n')[0]}`));
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const suite = process.env.TEST_SUITE ?? 'mocha';
      const line = JSON.stringify({ suite, passed, failed, skipped, failures });
      if (process.env.TEST_TALLY) appendFileSync(process.env.TEST_TALLY, `${line}\n`);
    });
  }
}
