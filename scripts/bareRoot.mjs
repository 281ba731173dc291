// Makes a root for `bare.mjs`, in the namespaces that it has made, and runs the commands in it: node bareRoot.mjs ORDER, a JSON of
// `{at, user, suites, editors, tally}`: the folder of the root, whom to be in it, the suites, whether it gets this machine's
// editors, and the file for the counts.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './suites.mjs';

const { at, user, suites, editors, tally } = JSON.parse(process.argv[2]);
const home = '/home/somebody';
const project = join(home, 'project');
const innerTally = join(home, 'tally');
const inRoot = (path) => join(at, path);
/** What the commands may leave beside the sources: git ignores it. */
const ignored = ['node_modules', 'dist', 'out', '.vscode-test', 'screenshots'];
const environment = {
  PATH: '/usr/bin:/bin',
  HOME: home,
  LANG: 'C.UTF-8',
  TEST_TALLY: innerTally,
  // That an editor runs here, and our server in it, few tests tell as well as many.
  ...(editors && { TEST_EDITOR_WINDOWS: 'empty multiRoot' }),
  npm_config_registry: npmSetting('registry'),
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
  ...(npmSetting('cafile') === 'null' ? {} : { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }),
};

function npmSetting(name) {
  return execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
}

/** Puts a file of this machine where it is there, too. */
function lend(path, as = path) {
  mkdirSync(dirname(inRoot(as)), { recursive: true });
  copyFileSync(realpathSync(path), inRoot(as));
}

/** The libraries that a program names, and what else comes with the C library: native modules may name any of it. */
function librariesOf(programs) {
  const named = execFileSync('ldd', programs, { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
  const libraries = [...new Set([...named].map(([, path]) => path))];
  const folder = dirname(libraries.find((path) => /\/libc\.so/.test(path)) ?? '/lib/libc.so');
  const withIt = /^lib(nss_(files|dns)|resolv|rt|util|anl|dl|m|pthread)\.so\.\d+$/;
  const others = readdirSync(folder).filter((name) => withIt.test(name));
  return [...new Set([...libraries, ...others.map((name) => join(folder, name))])];
}

const whereIs = (program) => execFileSync('sh', ['-c', `command -v "$0"`, program], { encoding: 'utf8' }).trim();

function makeRoot() {
  mkdirSync(at, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'none', at]);
  const programs = { '/usr/bin/node': process.execPath, '/bin/sh': whereIs('sh'), '/usr/bin/env': whereIs('env') };
  for (const [as, path] of Object.entries(programs)) lend(path, as);
  for (const path of librariesOf(Object.values(programs))) lend(path);
  makeNpm();
  makeSystem();
  makeProject();
  execFileSync('mount', ['-t', 'proc', 'none', inRoot('proc')]);
  const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
  for (const name of devices) writeFileSync(inRoot(`dev/${name}`), '');
  const binding = 'at=$1; shift; for name; do mount --bind "/dev/$name" "$at/dev/$name" || exit; done';
  execFileSync('sh', ['-c', binding, 'sh', at, ...devices]);
  execFileSync('chown', ['-R', `${user}:${user}`, inRoot(home)]);
  lendEditors();
}

function makeNpm() {
  const folder = join(dirname(realpathSync(whereIs('npm'))), '..');
  mkdirSync(inRoot('usr/lib/node_modules'), { recursive: true });
  execFileSync('cp', ['-RL', folder, inRoot('usr/lib/node_modules/npm')]);
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, inRoot(`usr/bin/${name}`));
  // What was downloaded once need not be again. It is written to, so it is a copy.
  const cache = join(npmSetting('cache'), '_cacache');
  mkdirSync(inRoot(join(home, '.npm')), { recursive: true });
  if (existsSync(cache)) execFileSync('cp', ['-R', cache, inRoot(join(home, '.npm/_cacache'))]);
}

function makeSystem() {
  for (const name of ['proc', 'dev', 'etc', 'tmp', 'dev/shm']) mkdirSync(inRoot(name), { recursive: true });
  for (const name of ['tmp', 'dev/shm'])
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'none', inRoot(name)]);
  for (const name of ['/etc/resolv.conf', '/etc/hosts']) lend(name);
  if (npmSetting('cafile') !== 'null') lend(npmSetting('cafile'), '/etc/ca.pem');
  writeFileSync(inRoot('etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  writeFileSync(inRoot('etc/passwd'), `root:x:0:0::/root:/bin/sh\nsomebody:x:${user}:${user}::${home}:/bin/sh\n`);
  writeFileSync(inRoot('etc/group'), `root:x:0:\nsomebody:x:${user}:\n`);
}

/** The sources as they are here, committed or not. */
function makeProject() {
  for (const name of sources()) {
    mkdirSync(dirname(inRoot(join(project, name))), { recursive: true });
    copyFileSync(join(root, name), inRoot(join(project, name)));
  }
}

/** The editors that are installed here, if they are wanted: what they are run by needs nothing else of this machine. */
function lendEditors() {
  const installed = join(root, '.vscode-test');
  if (!editors || !existsSync(installed)) return;
  mkdirSync(inRoot(join(project, '.vscode-test')));
  execFileSync('mount', ['--bind', installed, inRoot(join(project, '.vscode-test'))]);
}

function sources() {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).split('\0');
  return names.filter((name) => name !== '' && existsSync(join(root, name)));
}

/** The words with which that command runs in the root, in the project's folder. */
function inside(...command) {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const entry = ['sh', '-c', `cd ${project} && exec "$@"`, 'sh', ...command];
  return [...(user === 0 ? [] : [`--userspec=${user}:${user}`]), at, '/usr/bin/env', '-i', ...variables, ...entry];
}

function report(promise, failure) {
  console.log(failure === undefined ? `✔ ${promise}` : `✘ ${promise}: ${failure}`);
  const failures = failure === undefined ? [] : [`${promise}: ${failure}`];
  const counts = { passed: 1 - failures.length, failed: failures.length, skipped: 0 };
  appendFileSync(tally, `${JSON.stringify({ ...counts, failures, lacking: {} })}\n`);
}

function install() {
  const { status, stdout, stderr } = spawnSync('chroot', inside('npm', 'ci'), { encoding: 'utf8' });
  console.log(`${stdout}${stderr}`.trim());
  report('npm ci installs', status === 0 ? undefined : `it ended with ${status}`);
  const warning = stderr.split('\n').find((line) => /^npm warn/i.test(line));
  report('npm ci has nothing to warn of', warning);
}

/** What keeps `npm start` from serving a page, if anything does. */
async function start() {
  const child = spawn('chroot', inside('npm', 'start', '--', '--port', '0'), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /http:\/\/localhost:\d+/.exec(line)?.[0];
      if (origin === undefined) continue;
      const { status } = await fetch(origin);
      return status === 200 ? undefined : `it answers ${status}`;
    }
    return 'it has ended before it said an address';
  } finally {
    child.kill();
    child.stdout.destroy();
    await ended;
  }
}

function test() {
  const { status } = spawnSync('chroot', inside('npm', 'test', '--', ...suites), {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (existsSync(inRoot(innerTally))) appendFileSync(tally, readFileSync(inRoot(innerTally)));
  else report('npm test comes to its end', `it ended with ${status}`);
}

/** What the commands have left outside the folders that are for it. */
function left() {
  const known = new Set([...sources().map((name) => name.split('/')[0]), ...ignored]);
  const beside = readdirSync(inRoot(project)).filter((name) => !known.has(name));
  const names = [...beside, ...readdirSync(inRoot('tmp'))];
  return names.length === 0 ? undefined : names.join(', ');
}

makeRoot();
install();
report('npm start serves a page', await start().catch(String));
test();
report('nothing is left behind', left());
