/** What the servers of a test have unfinished. They have a private folder of their own, for other suites run beside them. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownPrivateFolders } from '../../../src/files/unfinished/privateFolder';

const cache = mkdtempSync(join(tmpdir(), 'http-server-cache-'));
process.once('exit', () => rmSync(cache, { recursive: true, force: true }));
process.env.XDG_CACHE_HOME = cache;

/** Absolute paths of what is unfinished below `folder`: files, and folders for them. */
export function unfinishedIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const within = entry.isDirectory() ? unfinishedIn(path) : [];
    return /^\.http-server-.*\.tmp$/.test(entry.name) ? [...within, path] : within;
  });
}

/** The same of a served folder, and of what its server has in its private folder. */
export const unfinished = (directory: string): string[] =>
  [directory, ...ownPrivateFolders()].filter((path) => existsSync(path)).flatMap(unfinishedIn);
