/** Packages from npm that only some tests need: those of a manifest in a room of the tests, installed at their first use. */
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cached, keyed } from './cache';
import { run } from './children';
import type { Cleanup } from './cleanup';
import { cacheFolder, projectRoot } from './paths';

const manifestOf = (room: string): string => path.join(projectRoot, 'test', room, 'package.json');
const nameOf = (room: string): string => keyed(room, readFileSync(manifestOf(room), 'utf8'));

/** The `node_modules` of `test/ROOM/package.json`, once they are installed. */
export const modulesOf = (room: string): string => path.join(cacheFolder, nameOf(room), 'node_modules');

/** Resolves to {@link modulesOf} the room. */
export async function installPackages(room: string, cleanup: Cleanup): Promise<string> {
  await cached(nameOf(room), async (stage) => {
    copyFileSync(manifestOf(room), path.join(stage, 'package.json'));
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    await run(cleanup, 'npm', ['install', '--ignore-scripts', '--omit=dev', ...quiet], { cwd: stage });
  });
  return modulesOf(room);
}
