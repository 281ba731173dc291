import { parseArguments } from './arguments';
import { launchChromium } from './chromium';
import { Cleanup } from './cleanup';
import { installEditor } from './install';
import { startServer } from './server';
import { versionNamed } from './versions';
import { workbenchUrl } from './workbenchUrl';

const RESULT_TIMEOUT_MS = 1_800_000;
const KEPT_LINES = 100;

/** Begins each line that the tests print, to tell it from the editor's own. */
const MARK = '[test] ';

/** The launcher program: the desktop's arguments in, the tests' output and exit code out. */
export async function main(argv: readonly string[]): Promise<void> {
  const cleanup = new Cleanup();
  cleanup.coverSignals();
  const editorLines: string[] = [];
  const code = await runInHost(argv, cleanup, editorLines).catch((error: unknown) => {
    if (!cleanup.begun) console.error(error instanceof Error ? error.message : error);
    return 1;
  });
  if (code !== 0 && !cleanup.begun)
    console.error(['The editor’s last lines:', ...editorLines.slice(-KEPT_LINES)].join('\n'));
  await cleanup.run();
  process.exit(code);
}

/** Runs the tests the arguments name inside an extension host and returns the exit code they end with. */
async function runInHost(argv: readonly string[], cleanup: Cleanup, editorLines: string[]): Promise<number> {
  const wanted = parseArguments(argv);
  if (wanted.extensionTestsPath === undefined) throw new Error('There is no --extensionTestsPath.');
  const editor = await installEditor(versionNamed(process.env.VSCODE_TEST_VERSION), cleanup);
  const server = await startServer(editor, cleanup, { ...wanted, env: { TEST_CONSOLE_MARK: MARK } });
  return runInPage(workbenchUrl(server.url, wanted), cleanup, (type, args) => {
    const [first] = args;
    if (typeof first === 'string' && first.startsWith(MARK)) console.log(first.slice(MARK.length));
    else editorLines.push(`${type} ${args.join(' ')}`);
  });
}

/** Opens the workbench and waits for the exit code the tests give it; `log` gets every line of its console. */
async function runInPage(
  url: string,
  cleanup: Cleanup,
  log: (type: string, args: readonly unknown[]) => void,
): Promise<number> {
  const browser = await launchChromium();
  cleanup.add(() => browser.close());
  const page = await browser.newPage();
  const result = new Promise<number>((resolve, reject) => {
    const late = `The tests in the editor gave no result in ${RESULT_TIMEOUT_MS / 1000} s.`;
    setTimeout(() => reject(new Error(late)), RESULT_TIMEOUT_MS);
    page.once('crash', () => reject(new Error('The editor’s page crashed.')));
    browser.once('disconnected', () => reject(new Error('The editor’s browser ended.')));
    page.exposeFunction('codeAutomationExit', resolve).catch(reject);
  });
  const opening = { waitUntil: 'commit', timeout: RESULT_TIMEOUT_MS } as const;
  const opened = page.exposeFunction('codeAutomationLog', log).then(() => page.goto(url, opening));
  return Promise.race([result, opened.then(() => result)]);
}
