// Runs the commands of README in a root that has Node.js, npm, a shell and `env`, and nothing else of this machine:
//   node scripts/bare.mjs [--short] [--user UID]... [SUITE...]
// There it installs by `npm ci`, looks at a page of `npm start`, and runs `npm test` with those suites, or with all; once for each
// user, by default as the superuser and as an ordinary one. `--short` is what `npm test` does: an ordinary user, some suites, and the
// editors that are installed here. Others than the superuser get a root, too, where the system lets them make one.
// The root is in memory, in namespaces of its own: with its last process it is gone, however that ends.
// The last line is the sum, as that of `npm test`; TEST_TALLY names a file that gets it as the reporter of the tests writes it.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Of no account on any system, and so nobody whose files would be at stake. */
const ordinaryUser = '65533';
const shortSuites = ['unit', 'cli', 'editor-oldest'];

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean', default: false }, user: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const isRoot = process.geteuid?.() === 0;
const suites = values.short && positionals.length === 0 ? shortSuites : positionals;
// An ordinary user can map nobody but himself, who is the superuser of what he makes.
const users = isRoot ? (values.user ?? (values.short ? [ordinaryUser] : ['0', ordinaryUser])) : ['0'];

const namespaces = ['--mount', '--pid', '--fork', '--kill-child', ...(isRoot ? [] : ['--user', '--map-root-user'])];
const total = { suite: 'bare', passed: 0, failed: 0, skipped: 0, failures: [], lacking: {} };
const folder = mkdtempSync(join(tmpdir(), 'hs-'));
let child;

/** What keeps this machine from it, if anything does. */
function obstacle() {
  if (process.platform !== 'linux') return 'Linux';
  for (const program of ['mount', 'chroot', 'ldd']) {
    if (spawnSync(program, ['--version']).error !== undefined) return program;
  }
  const mount = ['mount', '-t', 'tmpfs', 'none', folder];
  return spawnSync('unshare', [...namespaces, ...mount]).status === 0 ? undefined : 'unshare, and leave to use it';
}

/** Runs everything as that user of the root, and adds up what came of it. */
async function runAs(user) {
  console.log(`\n── a bare root, as user ${user}`);
  const inside = fileURLToPath(new URL('bareRoot.mjs', import.meta.url));
  const tally = join(folder, `${user}.json`);
  const order = JSON.stringify({ at: join(folder, 'root'), user: Number(user), suites, editors: values.short, tally });
  child = spawn('unshare', [...namespaces, process.execPath, inside, order], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const end = await new Promise((resolve) =>
    child.once('error', resolve).once('exit', (code, signal) => resolve(code ?? signal)),
  );
  const lines =
    end === 0
      ? readFileSync(tally, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  if (end !== 0) lines.push({ passed: 0, failed: 1, skipped: 0, failures: [`It ended with ${end}.`], lacking: {} });
  for (const line of lines) add(line, user);
}

function add(line, user) {
  for (const key of ['passed', 'failed', 'skipped']) total[key] += line[key];
  total.failures.push(...line.failures.map((failure) => `as user ${user}: ${failure}`));
  for (const [what, count] of Object.entries(line.lacking)) total.lacking[what] = (total.lacking[what] ?? 0) + count;
}

const clean = () => rmSync(folder, { recursive: true, force: true });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    child?.kill('SIGKILL');
    clean();
    process.exit(128 + constants.signals[signal]);
  });
}

const missing = obstacle();
if (missing === undefined) for (const user of users) await runAs(user);
else {
  console.log(`- the two commands on a bare machine [needs ${missing}]`);
  add({ passed: 0, failed: 0, skipped: 1, failures: [], lacking: { [missing]: 1 } }, '');
}
clean();
if (process.env.TEST_TALLY) appendFileSync(process.env.TEST_TALLY, `${JSON.stringify(total)}\n`);
for (const [what, count] of Object.entries(total.lacking)) console.log(`${count} skipped for want of ${what}`);
for (const failure of total.failures) console.log(failure);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
