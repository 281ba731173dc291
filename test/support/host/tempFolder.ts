import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Cleanup } from './cleanup';

/** A new temporary folder, its real path; `cleanup` removes it. */
export async function makeTempFolder(cleanup: Cleanup, name: string): Promise<string> {
  const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), `http-server-${name}-`)));
  cleanup.add(() => fs.rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
