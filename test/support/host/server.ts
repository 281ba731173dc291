import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startOwned } from './children';
import type { Cleanup } from './cleanup';
import { cleanEnvironment } from './environment';
import type { InstalledEditor } from './install';
import { makeTempFolder } from './tempFolder';

/** How a server differs from the default one. */
export interface ServerOptions {
  /** Where settings and state are kept; a temporary folder unless named. */
  readonly userDataDir?: string | undefined;
  /** Where installed extensions are kept; a temporary folder unless named. */
  readonly extensionsDir?: string | undefined;
  readonly disableWorkspaceTrust?: boolean;
  /** User settings to start with. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the machine to start with. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Beyond this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether `/proxy/PORT/` leads to that port of the machine, as where an editor is used from afar. Such an editor
   * loads installed extensions only. Otherwise the addresses it gives to the outside look the same and lead nowhere.
   */
  readonly proxy?: boolean;
}

/** A running editor, seen by a browser. */
export interface EditorServer {
  /** `http://127.0.0.1:PORT/`, with the secret by which the workbench opens, if that is not a password. */
  readonly url: string;
  /** What a page asks for before the workbench opens, once for each name of the machine; absent where `url` has the secret. */
  readonly password: string | undefined;
  readonly pid: number;
  /** The home that its processes have, which is temporary. */
  readonly home: string;
  /** Resolves when the program is gone, whoever ended it. */
  readonly ended: Promise<void>;
}

interface Folders {
  readonly home: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Holds the secret. */
  readonly secretFile: string;
}

/**
 * The two programs that serve an editor: its own server, and `code-server` around it. Whoever gets in has a terminal, so both
 * ask for a secret, which is never in the list of processes: other users can read that.
 */
interface Program {
  readonly arguments: (editor: InstalledEditor, folders: Folders, options: ServerOptions) => string[];
  /** The line that says the port. */
  readonly listening: RegExp;
  /** What it has to find in its environment. */
  readonly env: (secret: string) => Readonly<Record<string, string>>;
  /** How a client gets in at that address. */
  readonly entrance: (address: string, secret: string) => Pick<EditorServer, 'url' | 'password'>;
}

const ownServer: Program = {
  arguments: (editor, folders, options) => [
    editor.serverMain,
    ...['--host', '127.0.0.1', '--port', '0', '--accept-server-license-terms'],
    ...['--connection-token-file', folders.secretFile],
    ...['--enable-smoke-test-driver', '--telemetry-level', 'off'],
    ...['--server-data-dir', path.join(folders.home, 'server')],
    ...commonArguments(folders, options),
  ],
  listening: /^Extension host agent listening on (\d+)/,
  env: () => ({}),
  entrance: (address, secret) => ({ url: `${address}/?tkn=${secret}`, password: undefined }),
};

const codeServer: Program = {
  arguments: (editor, folders, options) => [
    editor.codeServer,
    ...['--bind-addr', '127.0.0.1:0', '--auth', 'password', '--config', path.join(folders.home, 'config.yaml')],
    ...['--disable-telemetry', '--disable-update-check'],
    ...commonArguments(folders, options),
  ],
  listening: /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/,
  env: (secret) => ({ PASSWORD: secret }),
  entrance: (address, secret) => ({ url: `${address}/`, password: secret }),
};

function commonArguments(folders: Folders, options: ServerOptions): string[] {
  const places = ['--user-data-dir', folders.userDataDir, '--extensions-dir', folders.extensionsDir];
  return options.disableWorkspaceTrust ? [...places, '--disable-workspace-trust'] : places;
}

const START_TIMEOUT_MS = 180_000;

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

/** Starts an editor on a free port and waits until it listens. `cleanup` ends it and removes its folders. */
export async function startServer(
  editor: InstalledEditor,
  cleanup: Cleanup,
  options: ServerOptions = {},
): Promise<EditorServer> {
  const program = options.proxy ? codeServer : ownServer;
  const home = await makeTempFolder(cleanup, 'editor');
  const { userDataDir = path.join(home, 'data'), extensionsDir = path.join(home, 'extensions') } = options;
  await writeSettings(path.join(userDataDir, 'User'), { ...QUIET_SETTINGS, ...options.settings });
  await writeSettings(path.join(userDataDir, 'Machine'), { ...options.machineSettings });
  const secret = randomBytes(16).toString('hex');
  const secretFile = path.join(home, 'secret');
  await fs.writeFile(secretFile, secret, { mode: 0o600 });
  const args = program.arguments(editor, { home, userDataDir, extensionsDir, secretFile }, options);
  const env = { ...cleanEnvironment(home), ...options.env, ...program.env(secret) };
  const child = startOwned(cleanup, editor.node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `http://127.0.0.1:${await listeningPort(child, program.listening)}`;
  return { ...program.entrance(address, secret), pid: child.pid ?? 0, home, ended };
}

function listeningPort(child: ChildProcess, pattern: RegExp): Promise<string> {
  const output: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The editor's server ${why}.\n${output.join('\n')}`));
    const timer = setTimeout(() => fail('did not listen in time'), START_TIMEOUT_MS);
    child.once('error', reject).once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      const port = pattern.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
  });
}

/** Writes settings, behind those that the folder already has. */
async function writeSettings(folder: string, settings: object): Promise<void> {
  const file = path.join(folder, 'settings.json');
  await fs.mkdir(path.dirname(file), { recursive: true });
  const given = JSON.parse(await fs.readFile(file, 'utf8').catch(() => '{}')) as object;
  await fs.writeFile(file, JSON.stringify({ ...settings, ...given }, undefined, 2));
}
