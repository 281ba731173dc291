import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { projectRoot } from '../../support/host/paths';

const TEST_TIMEOUT_MS = 300_000;

/**
 * Runs, inside an extension host, every test file for the kind of window that TEST_WINDOW names: those directly in this
 * folder for a window on a folder, those of the subfolder of that name for any other. Rejects when a test fails.
 */
export async function run(): Promise<void> {
  markConsole(process.env.TEST_CONSOLE_MARK ?? '');
  // Mocha and its reporters are ES modules, which a CommonJS module can only import so.
  const { default: Mocha } = await import('mocha');
  const reporterUrl = pathToFileURL(path.join(projectRoot, 'test/support/tallyReporter.mjs')).href;
  const { default: reporter } = (await import(reporterUrl)) as { default: Mocha.ReporterConstructor };
  const mocha = new Mocha({ ui: 'bdd', timeout: TEST_TIMEOUT_MS, reporter });
  for (const file of testFiles(process.env.TEST_WINDOW ?? 'folder')) mocha.addFile(file);
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in the editor failed.`);
}

function testFiles(window: string): string[] {
  const folder = window === 'folder' ? __dirname : path.join(__dirname, window);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Puts `mark` before what the tests print, which a host may mix with lines of its own. */
function markConsole(mark: string): void {
  // The extension host's console cannot be assigned to, so another takes its place.
  const marked = Object.create(console) as Console;
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    const print = console[level].bind(console);
    Object.defineProperty(marked, level, { value: (...args: unknown[]) => print(mark + format(...args)) });
  }
  globalThis.console = marked;
}
