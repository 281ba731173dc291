import fs from 'node:fs/promises';
import path from 'node:path';
import { cached, keyed, say } from './cache';
import { run } from './children';
import type { Cleanup } from './cleanup';
import { spdlogStandIn } from './paths';
import type { EditorVersion } from './versions';

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

/** Raised when `fill` makes anything else of the same version. */
const RECIPE = '1';

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** VS Code of that version, from npm alone; installed at the first use (about a minute), found at once afterwards. */
export async function installEditor(version: EditorVersion, cleanup: Cleanup): Promise<InstalledEditor> {
  const node = await nodeRuntime(version.node, cleanup);
  const standIn = await fs.readFile(spdlogStandIn, 'utf8');
  const name = keyed(`code-server-${version.codeServer}`, RECIPE, standIn);
  const folder = await cached(name, (stage) => fill(stage, version, standIn, npmUnder(node, cleanup)));
  return {
    version,
    node,
    serverMain: path.join(vscodeFolder(folder), 'out/server-main.js'),
    codeServer: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

const vscodeFolder = (folder: string) => path.join(folder, 'node_modules/code-server/lib/vscode');

async function fill(folder: string, version: EditorVersion, standIn: string, npm: Npm): Promise<void> {
  const vscode = vscodeFolder(folder);
  await makePackage(folder);
  say(`code-server ${version.codeServer} (VS Code ${version.vscode}) from npm …`);
  // The install scripts compile native modules, for which there need not be a compiler.
  await npm(folder, 'install', '--ignore-scripts', `code-server@${version.codeServer}`);
  say('the server’s and the built-in extensions’ dependencies …');
  await npm(vscode, 'install', '--ignore-scripts', '--omit=dev');
  await npm(path.join(vscode, 'extensions'), 'install', '--ignore-scripts', '--omit=dev');
  if (version.downloadsRipgrep !== undefined) await lendRipgrep(folder, version.downloadsRipgrep, npm);
  await fs.writeFile(path.join(vscode, 'node_modules/@vscode/spdlog/index.js'), standIn);
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

/** The program of a Node of that major version, with which an editor's server runs. */
async function nodeRuntime(major: number, cleanup: Cleanup): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await cached(`node-${major}`, async (stage) => {
    await makePackage(stage);
    await run(cleanup, 'npm', ['install', ...QUIET, `${name}@${major}`], { cwd: stage });
  });
  return path.join(folder, 'node_modules', name, 'bin/node');
}

/** npm, and whatever it starts, on that Node. */
function npmUnder(node: string, cleanup: Cleanup): Npm {
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
  return (cwd, command, ...args) => run(cleanup, 'npm', [command, ...QUIET, ...args], { cwd, env });
}

/** A package.json, so that npm installs here and not in a folder above. */
async function makePackage(folder: string): Promise<void> {
  await fs.writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
}
