import fs from 'node:fs/promises';
import path from 'node:path';
import { cached, say } from './cache';
import { run } from './children';
import type { Cleanup } from './cleanup';
import type { EditorVersion } from './versions';

/** A Node that can run an editor's server: the program, and its installation's folder where that holds the C++ headers. */
interface NodeRuntime {
  readonly program: string;
  readonly headers: string | undefined;
}

/** An installed VS Code server. */
export interface InstalledEditor {
  readonly version: EditorVersion;
  /** The Node to run it with. */
  readonly node: string;
  /** VS Code's own server, `server-main.js`: it knows how to run tests. */
  readonly serverMain: string;
  /** The program that npm ships around it: it knows how to forward ports. */
  readonly codeServer: string;
}

type Npm = (cwd: string, command: string, ...args: string[]) => Promise<void>;

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** VS Code of that version, from npm alone; installed at the first use (about a minute), found at once afterwards. */
export async function installEditor(version: EditorVersion, cleanup: Cleanup): Promise<InstalledEditor> {
  const node = await nodeRuntime(version.node, cleanup);
  const folder = await cached(`code-server-${version.codeServer}`, (stage) => fill(stage, version, node, cleanup));
  return {
    version,
    node: node.program,
    serverMain: path.join(vscodeFolder(folder), 'out/server-main.js'),
    codeServer: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

const vscodeFolder = (folder: string) => path.join(folder, 'node_modules/code-server/lib/vscode');

async function fill(folder: string, version: EditorVersion, node: NodeRuntime, cleanup: Cleanup): Promise<void> {
  const npm = npmUnder(node, cleanup);
  const vscode = vscodeFolder(folder);
  await makePackage(folder);
  say(`code-server ${version.codeServer} (VS Code ${version.vscode}) from npm …`);
  // Its own install scripts compile modules that the tests never load.
  await npm(folder, 'install', '--ignore-scripts', `code-server@${version.codeServer}`);
  say('the server’s and the built-in extensions’ dependencies …');
  await npm(vscode, 'install', '--ignore-scripts', '--omit=dev');
  await npm(path.join(vscode, 'extensions'), 'install', '--ignore-scripts', '--omit=dev');
  if (version.downloadsRipgrep !== undefined) await lendRipgrep(folder, version.downloadsRipgrep, npm);
  say(`building ${version.natives.join(' and ')} …`);
  await npm(vscode, 'rebuild', ...version.natives).catch((error: unknown) => {
    say(`These could not be built (is there a C++ compiler, make and Python 3?): going on without.
Tests that read the Output panel will fail; remove .vscode-test/code-server-${version.codeServer} to try again. ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** Puts the search program that npm ships for later editors where an earlier one expects its own. */
async function lendRipgrep(folder: string, borrower: string, npm: Npm): Promise<void> {
  const shelf = path.join(folder, 'ripgrep');
  const bin = path.join(vscodeFolder(folder), 'node_modules', borrower, 'bin');
  await fs.mkdir(shelf);
  await makePackage(shelf);
  await npm(shelf, 'install', '--ignore-scripts', '@vscode/ripgrep-universal@1.18.0');
  const lender = path.join(shelf, 'node_modules/@vscode/ripgrep-universal/bin', `${process.platform}-${process.arch}`);
  await fs.mkdir(bin, { recursive: true });
  await fs.copyFile(path.join(lender, 'rg'), path.join(bin, 'rg'));
  await fs.chmod(path.join(bin, 'rg'), 0o755);
  await fs.rm(shelf, { recursive: true });
}

async function nodeRuntime(major: number, cleanup: Cleanup): Promise<NodeRuntime> {
  if (process.versions.node.startsWith(`${major}.`)) {
    return { program: process.execPath, headers: await headersIn(path.resolve(process.execPath, '../..')) };
  }
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await cached(`node-${major}`, async (stage) => {
    await makePackage(stage);
    await run(cleanup, 'npm', ['install', ...QUIET, `${name}@${major}`], { cwd: stage });
  });
  const runtime = path.join(folder, 'node_modules', name);
  return { program: path.join(runtime, 'bin/node'), headers: await headersIn(runtime) };
}

async function headersIn(folder: string): Promise<string | undefined> {
  return fs.access(path.join(folder, 'include/node/node.h')).then(
    () => folder,
    () => undefined,
  );
}

/** npm, and whatever it starts, on that Node; node-gyp takes the headers that lie beside it rather than download them. */
function npmUnder(node: NodeRuntime, cleanup: Cleanup): Npm {
  const env = {
    ...process.env,
    PATH: `${path.dirname(node.program)}${path.delimiter}${process.env.PATH ?? ''}`,
    ...(node.headers === undefined ? {} : { npm_config_nodedir: node.headers }),
  };
  return (cwd, command, ...args) => run(cleanup, 'npm', [command, ...QUIET, ...args], { cwd, env });
}

/** A package.json, so that npm installs here and not in a folder above. */
async function makePackage(folder: string): Promise<void> {
  await fs.writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
}
