import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Cleanup } from '../support/host/cleanup';
import { projectRoot } from '../support/host/paths';
import { makeTempFolder } from '../support/host/tempFolder';
import { portOf } from './running';
import { Workbench } from './workbench';

/** Without the pictures of README, which have a bound of their own. */
const MAX_BYTES = 350 * 1024;
const MAX_PICTURES = 250 * 1024;

/** Of what every window loads. */
const MAX_EXTENSION = 120 * 1000;

/** What may lie in the installed extension; `.vsixmanifest` is the editor's. */
const WANTED =
  /^(\.vsixmanifest|package\.json|package\.nls(\.[\w-]+)?\.json|l10n\/.*\.json|readme\.md|changelog\.md|security\.md|docs\/((http|editor|rules)\.md|httpServerApi\.ts)|LICENSE\.txt|dist\/((extension|certificate|rulePlace|ruleRepair|sharePage|worker)\.js|LICENSES\.txt|page\/(live\.js|names\.json|assets\/[\w-]+\.(js|css|svg)))|media\/(icon\.png|rules\.schema\.json|grammar\/.+|page\/.+|walkthrough\/.+))$/i;

/** What a build makes anew, and what it does not read. */
const LEFT_OUT = new Set(['.git', '.vscode-test', 'dist', 'node_modules', 'out', 'screenshots']);

/** Makes the package in a copy of the sources, for it builds anew what other tests load meanwhile; returns what it prints. */
async function makePackage(cleanup: Cleanup, vsix: string): Promise<string> {
  const copy = await makeTempFolder(cleanup, 'sources');
  for (const name of await fs.readdir(projectRoot)) {
    if (!LEFT_OUT.has(name)) await fs.cp(path.join(projectRoot, name), path.join(copy, name), { recursive: true });
  }
  await fs.symlink(path.join(projectRoot, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  const script = path.join(copy, 'scripts/package.mjs');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '--out', vsix]);
  return stdout + stderr;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

describe('the packaged .vsix', () => {
  const cleanup = new Cleanup();
  let vsix: string;
  let output: string;
  let workbench: Workbench;

  before(async () => {
    vsix = path.join(await makeTempFolder(cleanup, 'package'), 'extension.vsix');
    output = await makePackage(cleanup, vsix);
    workbench = await Workbench.open({ vsix, settings: { 'httpServer.port': 0 } });
    cleanup.add(() => workbench.dispose());
  });

  after(async () => {
    await cleanup.run();
  });

  it('is made without a warning', () => {
    assert.doesNotMatch(output, /warning|error/i);
  });

  it(`has no more than ${MAX_BYTES / 1024} KiB, and README's pictures no more than ${MAX_PICTURES / 1024}`, async () => {
    const readme = await fs.readFile(path.join(await installed(), 'readme.md'), 'utf8');
    const pictures = [...readme.matchAll(/\(data:image\/(?:png|webp);base64,([^)]*)\)/g)].map(([, data]) =>
      Buffer.from(data!, 'base64'),
    );
    const size = pictures.reduce((sum, { length }) => sum + length, 0);
    assert.equal(pictures.length, 3);
    assert.ok(size <= MAX_PICTURES, `${size} octets of pictures`);
    const rest = (await fs.stat(vsix)).size - size;
    assert.ok(rest <= MAX_BYTES, `${rest} octets`);
  });

  it(`has every window load no more than ${MAX_EXTENSION} octets`, async () => {
    const { size } = await fs.stat(path.join(await installed(), 'dist/extension.js'));
    assert.ok(size <= MAX_EXTENSION, `${size} octets`);
  });

  it('installs and activates', async () => {
    const port = await portOf(workbench);
    const response = await fetch(`http://localhost:${port}/files/hello.txt`);
    assert.equal(await response.text(), 'Hello, World!');
  });

  /** Where the editor has installed it. */
  async function installed(): Promise<string> {
    const [folder, ...others] = (await fs.readdir(workbench.session.extensionsDir, { withFileTypes: true })).filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
    );
    assert.deepEqual(others, []);
    return path.join(workbench.session.extensionsDir, folder!.name);
  }

  it('has a README whose links lead somewhere in an editor, which knows no folder for them', async () => {
    const readme = await fs.readFile(path.join(await installed(), 'readme.md'), 'utf8');
    const targets = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
    assert.deepEqual(
      targets.filter((target) => !/^(https?:\/\/|#|data:image\/(?:png|webp);)/.test(target!)),
      [],
    );
    for (const words of ['docs/editor.md has the commands', 'MIT (LICENSE)']) assert.ok(readme.includes(words), words);
  });

  it('holds what runs and nothing else', async () => {
    const files = await filesIn(await installed());
    assert.deepEqual(
      files.filter((file) => !WANTED.test(file)),
      [],
    );
    // What README links to for users, too.
    const linked = ['docs/http.md', 'docs/editor.md', 'docs/rules.md', 'SECURITY.md', 'docs/httpServerApi.ts'];
    for (const file of [
      'dist/extension.js',
      'dist/certificate.js',
      'dist/sharePage.js',
      'dist/rulePlace.js',
      'dist/ruleRepair.js',
      'dist/worker.js',
      'dist/page/live.js',
      'package.json',
      ...linked,
    ]) {
      assert.ok(files.includes(file), file);
    }
  });
});
