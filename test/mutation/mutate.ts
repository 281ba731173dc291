/** One room's mutants, each tried by its tests: by StrykerJS, in a copy of the project. */
import type { SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startOwned } from '../support/host/children';
import type { Cleanup } from '../support/host/cleanup';
import { projectRoot } from '../support/host/paths';
import { patternOf, type Planned } from './mutatedRooms';
import { mutantsIn, type Mutant, type Report } from './mutants';

/** In milliseconds, beside one and a half times what the tests took: a mutant that needs more goes on for ever. */
const allowed = 10_000;

export interface Wish extends Planned {
  /** `node_modules` with StrykerJS. */
  readonly modules: string;
  /** Absolute path of a folder that is there for this alone. */
  readonly folder: string;
}

/** What the tests read; what is installed is linked. */
const copied = ['src', 'test', 'docs', 'l10n', 'dist', '*.json', '*.md'];

const patternsOf = (wish: Wish): string[] =>
  wish.lines?.map(({ file, first, last }) => `${file}:${first}-${last}`) ?? [patternOf(wish)];

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

const read = (report: string): Mutant[] => mutantsIn(JSON.parse(readFileSync(report, 'utf8')) as Report);

/** What the last run of a whole room has found. */
const reportOf = (room: string): string => path.join(projectRoot, 'out/mutants', `${room.replaceAll('/', '-')}.json`);

/** As {@link mutate}, of that run. */
export const lastMutants = (room: string): Mutant[] => read(reportOf(room));

/** Rejects if the tests fail without any mutant, too. */
export async function mutate(wish: Wish, cleanup: Cleanup): Promise<Mutant[]> {
  const report = wish.lines === undefined ? reportOf(wish.room) : path.join(wish.folder, 'report.json');
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
  if (code !== 0)
    throw new Error(`The mutants of src/${wish.room} could not be tried: ${code ?? 'ended by a signal'}.`);
  return read(report);
}
