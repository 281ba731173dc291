import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { run, startOwned } from './children';
import type { Cleanup } from './cleanup';
import type { InstalledEditor } from './install';
import { makeTempFolder } from './tempFolder';

/** How a server differs from the default one. */
export interface ServerOptions {
  /** Where settings and state are kept; a temporary folder unless named. */
  readonly userDataDir?: string | undefined;
  /** Where installed extensions are kept; a temporary folder unless named. */
  readonly extensionsDir?: string | undefined;
  readonly disableWorkspaceTrust?: boolean;
  /** A free one unless named. */
  readonly port?: number;
  /** User settings to start with. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Beyond this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running VS Code server. */
export interface EditorServer {
  /** `http://127.0.0.1:PORT`; the workbench is what it serves. */
  readonly url: string;
}

const START_TIMEOUT_MS = 60_000;

const QUIET_SETTINGS = {
  'chat.agentHost.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.autoDetectColorScheme': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Starts the server on a free port and waits until it listens. `cleanup` ends it and removes its folders. */
export async function startServer(
  editor: InstalledEditor,
  cleanup: Cleanup,
  options: ServerOptions = {},
): Promise<EditorServer> {
  const home = await makeTempFolder(cleanup, 'editor');
  const userDataDir = options.userDataDir ?? path.join(home, 'data');
  await writeSettings(userDataDir, { ...QUIET_SETTINGS, ...options.settings });
  const args = [editor.serverMain, ...serverArguments(home, userDataDir, options)];
  const child = startOwned(cleanup, editor.node, args, {
    env: { ...cleanEnvironment(home), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The editor's server ${why}.\n${output.join('\n')}`));
    const timer = setTimeout(() => fail('did not listen in time'), START_TIMEOUT_MS);
    child.once('error', reject).once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      output.push(line);
      const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    });
  });
  return { url };
}

function serverArguments(home: string, userDataDir: string, options: ServerOptions): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
    ...['--accept-server-license-terms', '--enable-smoke-test-driver', '--telemetry-level', 'off'],
    ...['--server-data-dir', path.join(home, 'server'), '--user-data-dir', userDataDir],
    ...['--extensions-dir', options.extensionsDir ?? path.join(home, 'extensions')],
    ...(options.disableWorkspaceTrust ? ['--disable-workspace-trust'] : []),
  ];
}

/** This process's environment without what an editor or npm around it has put there, and with a home of its own. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_(?!TEST_)|ELECTRON_|npm_|NODE_OPTIONS$|XDG_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  // Nothing is looked up in a gallery of extensions.
  return { ...Object.fromEntries(kept), HOME: home, XDG_RUNTIME_DIR: home, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
}

/** Writes user settings, behind those that the folder already has. */
async function writeSettings(userDataDir: string, settings: object): Promise<void> {
  const file = path.join(userDataDir, 'User/settings.json');
  await fs.mkdir(path.dirname(file), { recursive: true });
  const given = JSON.parse(await fs.readFile(file, 'utf8').catch(() => '{}')) as object;
  await fs.writeFile(file, JSON.stringify({ ...settings, ...given }, undefined, 2));
}

/** Installs a packaged extension into that folder. */
export async function installExtension(
  editor: InstalledEditor,
  cleanup: Cleanup,
  vsix: string,
  extensionsDir: string,
): Promise<void> {
  const home = await makeTempFolder(cleanup, 'editor');
  const places = ['--extensions-dir', extensionsDir, '--server-data-dir', path.join(home, 'server')];
  const args = [editor.serverMain, '--accept-server-license-terms', ...places, '--install-extension', vsix];
  await run(cleanup, editor.node, args, { env: cleanEnvironment(home) });
}
