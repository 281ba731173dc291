// Runs the suites named as arguments, or all of them, going on after a failure; `suites.mjs` says which at the same time:
//   node scripts/test.mjs [types] [lint] [bundles] [editors] [unit] [wire] [tls] [torture] [timing] [bench] [cli] [docs] [browser]
//                         [load[-newest|-oldest]] [editor[-newest|-oldest]] [workbench[-newest|-oldest]] [bare]
// What a suite needs compiled, bundled or installed is made first. A suite that runs alone prints as it goes; of those that run
// beside others the output is printed when they have ended, each in one piece. What the tests leave in the temporary folder, which
// is one of this run, or beside the sources, is a failure, too. A run of all suites begins none after 30 minutes: on a machine that is
// many times as slow as others, the last ones are skipped. The last lines are what was lacking, what failed, and the sum:
// `N passed, N failed[, N skipped]`. A run within another writes it to the file that TEST_TALLY names, too.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, stages, suites } from './suites.mjs';

const words = process.argv.slice(2);
const chosen = selected(words);
/** In milliseconds since this program began; all may take half of it. A build server that gives up tells nothing of what passed. */
const lastBeginning = words.length === 0 ? 30 * 60_000 : Infinity;
/** Its name is short: editors put sockets far below it, and the path of a socket is limited. */
const folder = mkdtempSync(join(tmpdir(), 'hs-'));
const temporary = join(folder, 't');
mkdirSync(temporary);
/** What programs keep for their user, and may leave there. */
const cache = join(folder, 'c');
/** What the TypeScript that comes with an editor keeps in the temporary folder, and what a browser leaves there at its end. */
const notOurs = /^(?:node-compile-cache|vscode-typescript\d+|\.org\.chromium\.Chromium\.\w+)$/;
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const lacking = new Map();
/** The programs that run now, and the suites whose output is not printed yet. */
const children = new Set();
const unprinted = new Set();

/** The suites that the words on the command line select, with what they need. */
function selected(words) {
  const names = Object.keys(suites);
  if (stages.flat(2).sort().join() !== [...names].sort().join()) throw new Error('Each suite has to be in one stage.');
  const chosen = new Set(words.length === 0 ? names : []);
  for (const word of words) {
    const matching = names.filter((name) => name === word || name.startsWith(`${word}-`));
    if (matching.length === 0) {
      console.error(`There is no suite "${word}". There are: ${names.join(', ')}.`);
      process.exit(2);
    }
    for (const name of matching) [name, ...(suites[name].needs ?? [])].forEach((each) => chosen.add(each));
  }
  return chosen;
}

/** Whether there is anything to run here. */
const isRunnable = (name) => [undefined, process.platform].includes(suites[name].platform);

async function runStage(lanes) {
  if (lanes.length === 0) return;
  const names = lanes.flat();
  const isAlone = lanes.length === 1;
  if (!isAlone) console.log(`\n── at the same time: ${lanes.map((lane) => lane.join(', then ')).join(' | ')}`);
  for (const name of names) if (!isAlone) unprinted.add(name);
  await Promise.all(
    lanes.map(async (lane) => {
      for (const name of lane) await runSuite(name, isAlone);
    }),
  );
}

async function runSuite(name, isAlone) {
  const started = performance.now();
  const isLate = started > lastBeginning;
  if (isAlone) printTitle(name);
  const output = isAlone ? 'inherit' : openSync(outputOf(name), 'a');
  const counts = isLate
    ? { ...none(), skipped: 1, lacking: [['time', 1]] }
    : await countsOf(name, output).catch((error) => ({ ...none(), failed: 1, failures: [String(error)] }));
  if (!isAlone) closeSync(output);
  printOutput(name);
  for (const key of Object.keys(total)) total[key] += counts[key];
  failures.push(...counts.failures.map((failure) => `${name}: ${failure}`));
  for (const [what, count] of counts.lacking) lacking.set(what, (lacking.get(what) ?? 0) + count);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (isLate) console.log(`── ${name}: SKIPPED, for the run has taken 30 minutes already`);
  else console.log(`── ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
}

const printTitle = (name) => console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`);

const outputOf = (name) => join(folder, `${name}.output`);

/** Once, and nothing of a suite that has printed as it went. */
function printOutput(name) {
  if (!unprinted.delete(name) || !existsSync(outputOf(name))) return;
  printTitle(name);
  process.stdout.write(readFileSync(outputOf(name)));
}

/** Runs the commands of a suite, whose output goes to that descriptor. */
async function countsOf(name, output) {
  const { commands, tallied, env: own } = suites[name];
  const tally = join(folder, name);
  const places = { TMPDIR: temporary, TEMP: temporary, TMP: temporary, XDG_CACHE_HOME: cache };
  const env = { ...process.env, ...places, ...own, TEST_SUITE: name, TEST_TALLY: tally };
  const ends = [];
  for (const [command, ...args] of commands()) {
    ends.push(
      await run(command, args, { cwd: root, env, stdio: ['ignore', output, output], shell: args.length === 0 }),
    );
  }
  const bad = ends.find((end) => end !== '0');
  const counts = tallied ? readTally(tally) : { ...none(), passed: bad === undefined ? 1 : 0, lines: 1 };
  // A suite that died, or came to its end without a count, has failed whatever it counted before.
  if ((bad !== undefined && counts.failed === 0) || counts.lines === 0) {
    counts.failed += 1;
    counts.failures.push(`It did not come to its end, or not well${bad === undefined ? '' : `: ${bad}`}.`);
  }
  return counts;
}

/** The exit code of a program, or the signal or the error that ended it, as a word. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    children.add(child);
    const end = (how) => {
      children.delete(child);
      resolve(how);
    };
    child.once('error', (error) => end(error.message)).once('exit', (code, signal) => end(String(code ?? signal)));
  });
}

const none = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], lacking: [], lines: 0 });

function readTally(file) {
  const counts = none();
  if (!existsSync(file)) return counts;
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const one = JSON.parse(line);
    for (const key of ['passed', 'failed', 'skipped']) counts[key] += one[key];
    counts.failures.push(...one.failures);
    counts.lacking.push(...Object.entries(one.lacking));
    counts.lines += 1;
  }
  return counts;
}

/** What git neither knows nor ignores, or nothing where there is no git. */
function untracked() {
  const { stdout } = spawnSync('git', ['status', '--porcelain', '--untracked-files=all'], {
    cwd: root,
    encoding: 'utf8',
  });
  return new Set((stdout ?? '').split('\n').filter((line) => line.startsWith('??')));
}

/** What the tests have left behind is a failure of all of them together. */
function judgeLeft(known) {
  const left = readdirSync(temporary)
    .filter((name) => !notOurs.test(name))
    .map((name) => `The temporary folder still holds ${name}.`);
  for (const line of untracked()) if (!known.has(line)) left.push(`The sources have ${line.slice(3)} beside them.`);
  failures.push(...left);
  total.failed += left.length;
}

/** Ends what runs and tells what it has printed, so that a run which takes too long says where it was. */
function interrupt(signal) {
  for (const child of children) child.kill(signal);
  for (const name of [...unprinted]) printOutput(name);
  rmSync(folder, { recursive: true, force: true });
  console.log(`\nEnded by ${signal}.`);
  process.exit(128 + constants.signals[signal]);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupt);
try {
  const known = untracked();
  for (const name of chosen)
    if (!isRunnable(name)) console.log(`── ${name}: not run, for it needs ${suites[name].platform}`);
  for (const stage of stages) {
    const lanes = stage.map((lane) => lane.filter((name) => chosen.has(name) && isRunnable(name)));
    await runStage(lanes.filter((lane) => lane.length > 0));
  }
  judgeLeft(known);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [what, count] of lacking) console.log(`${count} skipped for want of ${what}`);
// Once more, where nobody has to look for them.
for (const failure of failures) console.log(failure);
if (process.env.TEST_TALLY) {
  const sum = { suite: 'all', ...total, failures, lacking: Object.fromEntries(lacking) };
  appendFileSync(process.env.TEST_TALLY, `${JSON.stringify(sum)}\n`);
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
