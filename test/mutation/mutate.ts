/** One room's mutants, each tried by its tests: by StrykerJS, in a copy of the project. */
import { spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startOwned } from '../support/host/children';
import type { Cleanup } from '../support/host/cleanup';
import { projectRoot } from '../support/host/paths';
import { isMutated, patternOf, type Planned } from './mutatedRooms';
import { laterReport, mutantsIn, patternsAgain, type Mutant, type Report } from './mutants';

/** In milliseconds, beside one and a half times what the tests took: a mutant that needs more goes on for ever. */
const allowed = 30_000;

export interface Wish extends Planned {
  /** `node_modules` with StrykerJS. */
  readonly modules: string;
  /** Absolute path of a folder that is there for this alone. */
  readonly folder: string;
  /** What is mutated, as patterns of the tool, where that is neither all nor some lines. */
  readonly patterns?: readonly string[];
}

/** What the tests read; what is installed is linked. */
const copied = ['src', 'test', 'docs', 'l10n', 'dist', '*.json', '*.md'];

const patternsOf = (wish: Wish): readonly string[] =>
  wish.patterns ?? wish.lines?.map(({ file, first, last }) => `${file}:${first}-${last}`) ?? [patternOf(wish)];

const configurationOf = (wish: Wish, report: string): object => ({
  mutate: patternsOf(wish),
  ignorePatterns: ['**', ...copied.flatMap((name) => [`!${name}`, `!${name}/**`]), 'tsconfig.json'],
  tsconfigFile: 'none.json',
  tempDirName: path.join(wish.folder, 'copies'),
  // It is started without a shell.
  buildCommand: [process.execPath, path.join(__dirname, 'transpile.js')]
    .map((part) => part.replaceAll(' ', '\\ '))
    .join(' '),
  plugins: [path.join(wish.modules, '@stryker-mutator/mocha-runner/dist/src/index.js')],
  testRunner: 'mocha',
  mochaOptions: { spec: wish.tests.map((name) => `out/test/${name}.test.js`) },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: allowed,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: report },
  allowConsoleColors: false,
  warnings: { slow: false },
});

const read = (report: string): Report => JSON.parse(readFileSync(report, 'utf8')) as Report;

/** What the last run of a whole room has found. */
const reportOf = (room: string): string =>
  path.join(projectRoot, 'out/mutants', `${room.replaceAll(/[/:]/g, '-')}.json`);

/** As {@link mutate}, of that run. */
export const lastMutants = (room: string): Mutant[] => mutantsIn(read(reportOf(room)));

/**
 * As {@link mutate}, but of what that run has noticed nothing is tried: it counts as it did. Of files that are others by now,
 * all is.
 */
export async function mutateAgain(wish: Wish, cleanup: Cleanup): Promise<Mutant[]> {
  const last = read(reportOf(wish.room));
  const names = readdirSync(path.join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' });
  const sources = names.map((name) => path.posix.join('src', ...name.split(path.sep)));
  const now = sources.filter((name) => name.endsWith('.ts') && isMutated(wish, name));
  const isSame = (name: string): boolean =>
    last.files[name]?.source === readFileSync(path.join(projectRoot, name), 'utf8');
  const same = Object.fromEntries(Object.entries(last.files).filter(([name]) => now.includes(name) && isSame(name)));
  const others = now.filter((name) => same[name] === undefined);
  const patterns = [...Object.entries(same).flatMap(([name, file]) => patternsAgain(name, file)), ...others];
  const report = path.join(wish.folder, 'report.json');
  if (patterns.length > 0) await run({ ...wish, patterns }, report, cleanup);
  const all = laterReport({ files: same }, patterns.length > 0 ? read(report) : { files: {} });
  writeFileSync(reportOf(wish.room), JSON.stringify(all));
  return mutantsIn(all);
}

/** Rejects if the tests fail without any mutant, too. */
export async function mutate(wish: Wish, cleanup: Cleanup): Promise<Mutant[]> {
  const report = wish.lines === undefined ? reportOf(wish.room) : path.join(wish.folder, 'report.json');
  await run(wish, report, cleanup);
  return mutantsIn(read(report));
}

async function run(wish: Wish, report: string, cleanup: Cleanup): Promise<void> {
  const configuration = path.join(wish.folder, 'stryker.json');
  const temporary = path.join(wish.folder, 't');
  mkdirSync(temporary, { recursive: true });
  writeFileSync(configuration, JSON.stringify(configurationOf(wish, report)));
  const program = path.join(wish.modules, '@stryker-mutator/core/bin/stryker.js');
  // What the tests leave when they are cut off is in a folder that goes with all others.
  const folders = { TMPDIR: temporary, TMP: temporary, TEMP: temporary };
  const env = { ...process.env, ...folders, TEST_RANDOM_RUNS: '100' };
  const options: SpawnOptions = { cwd: projectRoot, env, stdio: 'inherit' };
  const child = startOwned(cleanup, process.execPath, [program, 'run', configuration], options);
  const [code] = (await once(child, 'exit')) as [number | null];
  unmountBelow(wish.folder);
  if (code !== 0)
    throw new Error(`The mutants of src/${wish.room} could not be tried: ${code ?? 'ended by a signal'}.`);
}

/** A test that was cut off by the first failure has left what it had mounted. */
function unmountBelow(folder: string): void {
  if (process.platform !== 'linux') return;
  const paths = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? []);
  for (const each of paths.toReversed()) if (each.startsWith(folder + path.sep)) spawnSync('umount', ['-l', each]);
}
