// Runs the suites named as arguments, or all of them, one after the other, going on after a failure:
//   node scripts/test.mjs [types] [lint] [bundles] [unit] [wire] [tls] [torture] [bench] [cli] [docs] [browser] [editor[-newest|-oldest]] [workbench[-newest|-oldest]]
// What a suite needs compiled or bundled is made first. The last lines are what failed, and the sum: `N passed, N failed[, N skipped]`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;

/** The sources of the tests in those folders of `test/`, as their compiled files; never what a deleted test left behind. */
const compiledTests = (...folders) =>
  folders
    .map((folder) => join(root, 'test', folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => join('out', relative(root, join(folder, name))).replace(/\.ts$/, '.js')),
    )
    .sort();

/** A command whose exit code is its result; one without arguments is a line for the shell. */
const check = (...command) => ({ commands: () => [command] });

/**
 * Mocha in plain Node, over the tests in those folders, or over those of their files that are named in `only`: `jobs` files
 * at a time, and after them those that are named in `alone`.
 */
const mocha = (folders, { timeout, needs, platform, env, only, jobs = 1, alone = [] }) => ({
  needs,
  platform,
  env,
  tallied: true,
  commands: () => {
    const isNamed = (names) => (file) => names.includes(basename(file, '.test.js'));
    const files = compiledTests(...folders).filter(only === undefined ? () => true : isNamed(only));
    const [together, apart] = [files.filter((file) => !isNamed(alone)(file)), files.filter(isNamed(alone))];
    const parallel = jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : [];
    const options = ['--reporter', './test/support/tallyReporter.mjs', '--timeout', String(timeout)];
    const run = (flags, some) =>
      some.length === 0 ? [] : [[node, 'node_modules/mocha/bin/mocha.js', ...options, ...flags, ...some]];
    return [...run(parallel, together), ...run([], apart)];
  },
});

/** Mocha inside a real editor. */
const editor = (version) => ({
  needs: ['types', 'bundles'],
  tallied: true,
  commands: () => (compiledTests('editor').length === 0 ? [] : [[node, 'out/test/editor/runTests.js', version]]),
});

const both = ['types', 'bundles'];

/** Mocha in plain Node, driving an editor's page, which only the npm-shipped editor has. */
const workbench = (version, only) =>
  mocha(['workbench'], {
    only,
    timeout: 120_000,
    needs: both,
    platform: 'linux',
    env: { TEST_WORKBENCH_VERSION: version },
    jobs: 2,
    // It builds anew what all others load.
    alone: ['package'],
  });

/** The tests that run once more over TLS. */
const overTls = [
  ...['crossSite', 'token'],
  ...['capacity', 'corpus', 'deadlines', 'endless', 'exercise', 'expect', 'guardUser', 'interim'],
  ...['persistence', 'resumable', 'response', 'write', 'writeAborts'],
];

/** The tests of what a user sees, on the oldest editor as on the newest. */
const overBoth = ['browser', 'editor', 'forwarded', 'lifecycle', 'liveReload', 'package', 'share', 'token', 'uploads'];

/** In the order they run. `needs` are suites that come first; `platform`, where there is one, the only one it runs on. */
const suites = {
  types: check(node, 'node_modules/typescript/bin/tsc'),
  lint: check('npm run --silent lint'),
  bundles: check(node, 'scripts/build.mjs'),
  unit: mocha(['http', 'files', 'endpoints', 'support'], { timeout: 30_000, needs: ['types'] }),
  // Most of its time is spent in waiting for deadlines.
  wire: mocha(['wire'], { timeout: 20_000, needs: ['types'], jobs: 2 }),
  tls: mocha(['wire', 'browser'], {
    timeout: 60_000,
    needs: ['types'],
    env: { TEST_TRANSPORT: 'tls' },
    only: overTls,
    jobs: 2,
  }),
  torture: mocha(['torture'], { timeout: 60_000, needs: ['types'] }),
  bench: mocha(['bench'], { timeout: 120_000, needs: both, platform: 'linux' }),
  cli: mocha(['cli'], { timeout: 20_000, needs: both }),
  docs: mocha(['docs'], { timeout: 20_000, needs: both }),
  browser: mocha(['browser'], { timeout: 60_000, needs: both }),
  'editor-newest': editor('newest'),
  'editor-oldest': editor('oldest'),
  'workbench-newest': workbench('newest'),
  // What is about pictures, figures and the tests themselves is enough on one.
  'workbench-oldest': workbench('oldest', overBoth),
};

/** The suites that the words on the command line select, with what they need, in running order. */
function selected(words) {
  const names = Object.keys(suites);
  const chosen = new Set(words.length === 0 ? names : []);
  for (const word of words) {
    const matching = names.filter((name) => name === word || name.startsWith(`${word}-`));
    if (matching.length === 0) {
      console.error(`There is no suite "${word}". There are: ${names.join(', ')}.`);
      process.exit(2);
    }
    for (const name of matching) [name, ...(suites[name].needs ?? [])].forEach((each) => chosen.add(each));
  }
  return names.filter((name) => chosen.has(name));
}

/** Runs one suite; returns its counts, or nothing where there is nothing to run. */
function runSuite(name, tally) {
  const { commands, platform, tallied, env: own } = suites[name];
  if (platform !== undefined && platform !== process.platform) return undefined;
  const lines = commands();
  if (lines.length === 0) return undefined;
  console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`);
  const env = { ...process.env, ...own, TEST_SUITE: name, TEST_TALLY: tally };
  const codes = lines.map(
    ([command, ...args]) =>
      spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: args.length === 0 }).status,
  );
  const ended = codes.every((code) => code === 0);
  const counts = tallied ? readTally(tally) : { ...none(), passed: ended ? 1 : 0, lines: 1 };
  // A suite that died, or came to its end without a count, has failed whatever it counted before.
  if ((!ended && counts.failed === 0) || counts.lines === 0) {
    counts.failed += 1;
    counts.failures.push('It did not come to its end, or not well.');
  }
  return counts;
}

const none = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], lines: 0 });

function readTally(file) {
  const counts = none();
  if (!existsSync(file)) return counts;
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const one = JSON.parse(line);
    for (const key of ['passed', 'failed', 'skipped']) counts[key] += one[key];
    counts.failures.push(...one.failures);
    counts.lines += 1;
  }
  return counts;
}

const chosen = selected(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const folder = mkdtempSync(join(tmpdir(), 'http-server-tally-'));
try {
  for (const name of chosen) {
    const started = performance.now();
    const counts = runSuite(name, join(folder, name));
    if (counts === undefined) continue;
    for (const key of Object.keys(total)) total[key] += counts[key];
    failures.push(...counts.failures.map((failure) => `${name}: ${failure}`));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`── ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Once more, where nobody has to look for them.
for (const failure of failures) console.log(failure);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
