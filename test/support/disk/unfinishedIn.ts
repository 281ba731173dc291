/** Files that a server has not finished, or has left so. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Absolute paths of what is unfinished below `folder`, if there is one: files, and folders for them. */
export const unfinishedIn = (folder: string): string[] => (existsSync(folder) ? within(folder) : []);

const within = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const more = entry.isDirectory() ? within(path) : [];
    return /^\.http-server-.*\.tmp$/.test(entry.name) ? [...more, path] : more;
  });
