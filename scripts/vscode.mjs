// Opens an editor with the extension on a folder: node scripts/vscode.mjs [FOLDER], by default the current one.
// That is the desktop's `code` where it is on PATH; otherwise the editor that npm ships, whose address is printed.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? '.');

if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(`${folder} is not a folder.`);
  process.exit(2);
}
await import('./build.mjs');
if (!openDesktop()) await openShipped();

/** Whether there is a desktop editor, which then shows the folder in a new window. */
function openDesktop() {
  const options = ['--new-window', `--extensionDevelopmentPath=${root}`, folder];
  // On Windows `code` is a batch file, which only a shell can start.
  const windows = process.platform === 'win32';
  const command = windows ? ['code', ...options].map((word) => `"${word}"`).join(' ') : 'code';
  return spawnSync(command, windows ? [] : options, { stdio: 'inherit', shell: windows }).status === 0;
}

async function openShipped() {
  if (process.platform !== 'linux') {
    console.error('There is no `code` on PATH, and the editor that npm ships runs on Linux only.');
    process.exit(1);
  }
  const program = join(root, 'out/test/support/host/open.bundle.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/support/host/open.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  await createRequire(import.meta.url)(program).openEditor(folder);
}
