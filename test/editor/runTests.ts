// Runs the tests of `suite/` inside a real editor: `node runTests.js [newest|oldest] [WINDOW…]`, in those kinds of windows or all.
// VSCODE_TEST_HOST chooses which: `npm`, the server that npm ships in a headless browser, or `desktop`, the downloaded
// application. By default the first on Linux and the second elsewhere, where npm ships none.
import fs from 'node:fs/promises';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { Cleanup } from '../support/host/cleanup';
import { launcher, projectRoot } from '../support/host/paths';
import { sparePort } from '../support/host/sparePort';
import { makeTempFolder } from '../support/host/tempFolder';
import { type EditorVersion, versionNamed } from '../support/host/versions';

const suite = path.join(__dirname, 'suite');

/** The kinds of window, each with how its workspace is made in an empty folder and what is then opened, if anything. */
const windows: Readonly<Record<string, (folder: string) => Promise<string[]>>> = {
  folder: oneFolder,
  // Of its own, for the log and the figures of what would come after it would be full of it, and nothing runs beside it.
  load: oneFolder,
  // Only if it is named: it takes minutes.
  cycles: oneFolder,
  empty: async () => Promise.resolve([]),
  multiRoot: async (folder) => {
    await copyFixture(path.join(folder, 'first'));
    await fs.mkdir(path.join(folder, 'second'));
    const file = path.join(folder, 'two.code-workspace');
    await fs.writeFile(file, JSON.stringify({ folders: [{ path: 'first' }, { path: 'second' }] }));
    return [file];
  },
};

async function oneFolder(folder: string): Promise<string[]> {
  await copyFixture(folder);
  return [folder];
}

async function copyFixture(folder: string): Promise<void> {
  await fs.cp(path.join(projectRoot, 'test/fixtures/workspace'), folder, { recursive: true });
}

/** A second extension, which uses the API of the one under test. */
async function installApiUser(extensions: string): Promise<void> {
  const folder = path.join(extensions, 'test.api-user-0.0.0');
  await fs.cp(path.join(projectRoot, 'out/test/fixtures/apiUser'), folder, { recursive: true });
  await fs.cp(path.join(projectRoot, 'test/fixtures/apiUser/package.json'), path.join(folder, 'package.json'));
}

/** What is the default of a user, and so of every test that sets nothing else. */
async function writeUserSettings(data: string): Promise<void> {
  await fs.mkdir(path.join(data, 'User'), { recursive: true });
  await fs.writeFile(path.join(data, 'User/settings.json'), JSON.stringify({ 'httpServer.port': await sparePort() }));
}

/** Which program to run: the launcher under its path, or a version for the download. */
function host(version: EditorVersion): { vscodeExecutablePath: string } | { version: string } {
  const kind = process.env.VSCODE_TEST_HOST ?? (process.platform === 'linux' ? 'npm' : 'desktop');
  if (kind === 'npm') return { vscodeExecutablePath: launcher };
  if (kind === 'desktop') return { version: version.vscode };
  throw new Error(`VSCODE_TEST_HOST is "${kind}": say npm or desktop.`);
}

async function hasTests(window: string): Promise<boolean> {
  const folder = window === 'folder' ? suite : path.join(suite, window);
  const names = await fs.readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith('.test.js'));
}

async function runIn(window: string, version: EditorVersion): Promise<void> {
  const cleanup = new Cleanup();
  try {
    const workspace = await makeTempFolder(cleanup, 'workspace');
    const user = await makeTempFolder(cleanup, 'user');
    await installApiUser(path.join(user, 'extensions'));
    await writeUserSettings(path.join(user, 'data'));
    await runTests({
      ...host(version),
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: path.join(suite, 'index.js'),
      extensionTestsEnv: { VSCODE_TEST_VERSION: version.name, TEST_WINDOW: window },
      launchArgs: [
        ...(await windows[window]!(workspace)),
        `--user-data-dir=${path.join(user, 'data')}`,
        `--extensions-dir=${path.join(user, 'extensions')}`,
      ],
    });
  } finally {
    await cleanup.run();
  }
}

async function main(): Promise<void> {
  const version = versionNamed(process.argv[2]);
  const named = process.argv.slice(3);
  const unknown = named.filter((window) => !(window in windows));
  if (unknown.length > 0) throw new Error(`There is no window called "${unknown.join('", "')}".`);
  for (const window of named.length > 0 ? named : Object.keys(windows).filter((window) => window !== 'cycles')) {
    if (!(await hasTests(window))) continue;
    console.log(`VS Code ${version.vscode}, window: ${window}`);
    await runIn(window, version).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
  }
}

void main();
