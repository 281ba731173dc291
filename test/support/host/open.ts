import path from 'node:path';
import { Cleanup } from './cleanup';
import { linkExtension } from './extensions';
import { installEditor } from './install';
import { startServer } from './server';
import { makeTempFolder } from './tempFolder';
import { versionNamed } from './versions';

/** Serves an editor with the extension on `folder` to the user's own browser, until the process is told to end. */
export async function openEditor(folder: string): Promise<void> {
  const cleanup = new Cleanup();
  cleanup.coverSignals();
  try {
    const editor = await installEditor(versionNamed(), cleanup);
    const extensionsDir = await makeTempFolder(cleanup, 'extensions');
    await linkExtension(extensionsDir);
    const server = await startServer(editor, cleanup, { extensionsDir, disableWorkspaceTrust: true, proxy: true });
    const url = new URL(server.url);
    url.searchParams.set('folder', path.resolve(folder));
    const { password } = server;
    const secret = password === undefined ? [] : [`It asks for this password: ${password}`];
    console.log([`VS Code ${editor.version.vscode} is at ${url.href}`, ...secret, 'Ctrl+C ends it.'].join('\n'));
    await server.ended;
    if (!cleanup.begun) console.error('The editor has ended by itself.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  await cleanup.run();
  process.exitCode = 1;
}
