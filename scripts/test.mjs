// Runs the suites named as arguments, or all of them, going on after a failure; `suites.mjs` says which at the same time:
//   node scripts/test.mjs [types] [lint] [bundles] [editors] [unit] [wire] [tls] [torture] [timing] [bench] [cli] [docs] [browser]
//                         [load[-newest|-oldest]] [editor[-newest|-oldest]] [workbench[-newest|-oldest]]
// What a suite needs compiled, bundled or installed is made first. A suite that runs alone prints as it goes; of those that run
// beside others the output is printed when they have ended, each in one piece. The last lines are what failed, and the sum:
// `N passed, N failed[, N skipped]`.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, stages, suites } from './suites.mjs';

const chosen = selected(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'http-server-tally-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
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
  if (isAlone) printTitle(name);
  const output = isAlone ? 'inherit' : openSync(outputOf(name), 'a');
  const counts = await countsOf(name, output).catch((error) => ({ ...none(), failed: 1, failures: [String(error)] }));
  if (!isAlone) closeSync(output);
  printOutput(name);
  for (const key of Object.keys(total)) total[key] += counts[key];
  failures.push(...counts.failures.map((failure) => `${name}: ${failure}`));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${name}: ${counts.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
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
  const env = { ...process.env, ...own, TEST_SUITE: name, TEST_TALLY: tally };
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
  for (const stage of stages) {
    const lanes = stage.map((lane) => lane.filter((name) => chosen.has(name) && isRunnable(name)));
    await runStage(lanes.filter((lane) => lane.length > 0));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Once more, where nobody has to look for them.
for (const failure of failures) console.log(failure);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
