/** The packages from npm that others are measured and tried by; installed at their first use. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cached } from '../support/host/cache';
import { run } from '../support/host/children';
import type { Cleanup } from '../support/host/cleanup';
import { cacheFolder, projectRoot } from '../support/host/paths';

const manifest = path.join(projectRoot, 'test/bench/package.json');
const name = `bench-${createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 8)}`;

/** Where they are when they are installed. */
export const modulesFolder = path.join(cacheFolder, name, 'node_modules');

/** Resolves to {@link modulesFolder}. */
export async function installModules(cleanup: Cleanup): Promise<string> {
  await cached(name, async (stage) => {
    copyFileSync(manifest, path.join(stage, 'package.json'));
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    await run(cleanup, 'npm', ['install', '--ignore-scripts', '--omit=dev', ...quiet], { cwd: stage });
  });
  return modulesFolder;
}
