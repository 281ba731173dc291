/** All that is in a folder. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Paths within the folder, sorted: of folders with a slash, of links with where they lead, of files with what is in them. No
 * link is followed, as `recursive` of `readdirSync` would from Node.js 22 on, round in a circle until there are too many.
 */
export function contentsOf(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const name = prefix + entry.name;
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) return [`${name} -> ${readlinkSync(path)}`];
      if (entry.isDirectory()) return [`${name}/`, ...contentsOf(path, `${name}/`)];
      return [`${name} ${readFileSync(path, 'latin1')}`];
    })
    .sort();
}
