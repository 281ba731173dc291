import fs from 'node:fs/promises';
import path from 'node:path';
import { run } from './children';
import type { Cleanup } from './cleanup';
import { cleanEnvironment } from './environment';
import type { InstalledEditor } from './install';
import { projectRoot } from './paths';
import { makeTempFolder } from './tempFolder';

/** Installs a packaged extension into a folder of extensions, as a user would. */
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

/** Makes the source tree an installed extension, for an editor that loads none from where it is developed. */
export async function linkExtension(extensionsDir: string): Promise<void> {
  const manifest = JSON.parse(await fs.readFile(path.join(projectRoot, 'package.json'), 'utf8')) as {
    publisher: string;
    name: string;
    version: string;
  };
  const name = `${manifest.publisher}.${manifest.name}-${manifest.version}`;
  await fs.symlink(projectRoot, path.join(extensionsDir, name), 'dir');
}
