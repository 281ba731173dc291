// The suites of `npm test`: what each runs, and which run at the same time.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
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

const lastLook = './out/test/support/host/lastLook.js';

/** In those folders, what a browser showed when a test failed is told, and then what the next test does not expect is taken away. */
const afterFailures = { browser: [lastLook], workbench: [lastLook, './out/test/workbench/ground.js'] };

/**
 * Mocha in plain Node, over the tests in those folders, or over those of their files that are named in `only`, or not in
 * `except`; `jobs` files at a time.
 */
const mocha = (folders, { timeout, needs, platform, env, only, except = [], jobs = 1 }) => ({
  needs,
  platform,
  env,
  tallied: true,
  commands: () => {
    const isWanted = (file) => {
      const name = basename(file, '.test.js');
      return !except.includes(name) && (only === undefined || only.includes(name));
    };
    const files = compiledTests(...folders).filter(isWanted);
    const parallel = jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : [];
    const hooks = folders.flatMap((folder) => afterFailures[folder] ?? []).flatMap((file) => ['--require', file]);
    const reporter = ['--reporter', './test/support/tallyReporter.mjs', '--reporter-option', 'exit=10'];
    const options = [...hooks, ...reporter, '--timeout', String(timeout), ...parallel];
    return [[node, 'node_modules/mocha/bin/mocha.js', ...options, ...files]];
  },
});

const tsc = 'node_modules/typescript/bin/tsc';

const both = ['types', 'bundles'];
const inEditor = [...both, 'editors'];

/** Mocha inside a real editor, in windows of those kinds; TEST_EDITOR_WINDOWS names those that are enough. */
const editor = (version, ...windows) => ({
  needs: inEditor,
  tallied: true,
  commands: () => {
    const enough = process.env.TEST_EDITOR_WINDOWS?.split(' ') ?? windows;
    return [[node, 'out/test/editor/runTests.js', version, ...windows.filter((each) => enough.includes(each))]];
  },
});

/** Mocha in plain Node, driving an editor's page, which only the npm-shipped editor has. */
const workbench = (version, only) =>
  mocha(['workbench'], {
    only,
    timeout: 300_000,
    needs: inEditor,
    platform: 'linux',
    env: { TEST_WORKBENCH_VERSION: version },
    jobs: 2,
  });

/** The tests that run once more over TLS. */
const overTls = [
  'token',
  ...['capacity', 'corpus', 'deadlines', 'endless', 'exercise', 'expect', 'guardUser', 'interim'],
  ...['persistence', 'requests', 'resumable', 'response', 'slowPeers', 'write', 'writeAborts'],
];

/** The tests of what a user sees, on the oldest editor as on the newest. */
const overBoth = [
  'browser',
  'editor',
  'lifecycle',
  'liveReload',
  'package',
  'requests',
  'secret',
  'share',
  'token',
  'uploads',
];

/** The tests that hold limits of milliseconds. */
const timed = ['listing'];

/**
 * `needs` are suites that come first; `platform`, where there is one, is the only one it runs on. The timeouts are for what hangs:
 * on a machine that is busy with others, everything takes many times as long.
 */
export const suites = {
  types: {
    commands: () => [
      [node, tsc],
      [node, tsc, '-p', 'src/page'],
    ],
  },
  lint: check('npm run --silent lint'),
  bundles: check(node, 'scripts/build.mjs'),
  // At once they would wait for each other within the time of a test.
  editors: { ...check(node, 'out/test/support/host/installAll.js'), needs: ['types'], platform: 'linux' },
  unit: mocha(['http', 'files', 'endpoints', 'page', 'requests', 'support'], {
    timeout: 300_000,
    needs: both,
    except: timed,
  }),
  // Most of its time is spent in waiting for deadlines.
  wire: mocha(['wire'], { timeout: 300_000, needs: both, except: timed, jobs: 4 }),
  tls: mocha(['wire', 'browser'], {
    timeout: 300_000,
    needs: both,
    env: { TEST_TRANSPORT: 'tls' },
    only: overTls,
    jobs: 4,
  }),
  torture: mocha(['torture'], { timeout: 300_000, needs: both }),
  timing: mocha(['endpoints', 'wire'], { timeout: 300_000, needs: both, only: timed }),
  bench: mocha(['bench'], { timeout: 300_000, needs: both, platform: 'linux' }),
  cli: mocha(['cli'], { timeout: 300_000, needs: both }),
  docs: mocha(['docs'], { timeout: 300_000, needs: both }),
  browser: mocha(['browser'], { timeout: 300_000, needs: both, jobs: 2 }),
  // Where the system lets nobody make such a root, it says so.
  bare: { ...check(node, 'scripts/bare.mjs', '--short'), needs: inEditor, platform: 'linux', tallied: true },
  'load-newest': editor('newest', 'load'),
  'load-oldest': editor('oldest', 'load'),
  'editor-newest': editor('newest', 'folder', 'empty', 'multiRoot'),
  'editor-oldest': editor('oldest', 'folder', 'empty', 'multiRoot'),
  'workbench-newest': workbench('newest'),
  // What is about pictures, figures and the tests themselves is enough on one.
  'workbench-oldest': workbench('oldest', overBoth),
};

/**
 * What runs after what: the lanes of a stage run side by side, the suites of a lane one after the other. Most suites wait more
 * than they compute. What holds limits has the machine for itself; `bench` only looks whether there are figures.
 */
export const stages = [
  [['types'], ['bundles']],
  [['wire', 'cli'], ['lint', 'unit', 'docs'], ['editors']],
  [['tls', 'torture', 'bench'], ['browser']],
  [['timing']],
  [['editor-newest'], ['editor-oldest']],
  // Where a machine is too slow for all, what repeats on an older editor is left out first.
  [['workbench-newest', 'workbench-oldest'], ['bare']],
  [['load-newest', 'load-oldest']],
];
