// The spec reporter, which also appends `{suite, passed, failed, skipped, failures, lacking}` as one line of JSON to the file
// that TEST_TALLY names, so that a runner can add up suites that ran in different processes. `failures` are the full titles;
// `lacking` is how many tests were skipped for want of what, as their titles say: `[needs WHAT]`. With the option `exit`, a process in
// which something failed ends that many seconds later: what was given up may still go on, and would for ever.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    const lacking = {};
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${String(error?.message).split('\n')[0]}`));
    runner.on('pending', ({ title }) => {
      const what = /\[needs ([^\]]*)\]$/.exec(title)?.[1] ?? 'a reason';
      lacking[what] = (lacking[what] ?? 0) + 1;
    });
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const suite = process.env.TEST_SUITE ?? 'mocha';
      const line = JSON.stringify({ suite, passed, failed, skipped, failures, lacking });
      if (process.env.TEST_TALLY) appendFileSync(process.env.TEST_TALLY, `${line}\n`);
      const seconds = Number(options?.reporterOptions?.exit);
      if (failed > 0 && seconds > 0) setTimeout(() => process.exit(Math.min(failed, 255)), seconds * 1000).unref();
    });
  }
}
