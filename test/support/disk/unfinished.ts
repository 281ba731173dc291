/** What the servers of a test have unfinished. They have a private folder of their own, for other suites run beside them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownPrivateFolders } from '../../../src/files/unfinished/privateFolder';
import { unfinishedIn } from './unfinishedIn';

const cache = mkdtempSync(join(tmpdir(), 'http-server-cache-'));
process.once('exit', () => rmSync(cache, { recursive: true, force: true }));
process.env.XDG_CACHE_HOME = cache;

/** Absolute paths of what is unfinished in a served folder, and of what its server has in its private folder. */
export const unfinished = (directory: string): string[] => [directory, ...ownPrivateFolders()].flatMap(unfinishedIn);
