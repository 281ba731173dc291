/** What is mounted, where the kernel tells: there a file system ends, or the same one begins anew. */
import { readFileSync } from 'node:fs';
import { relativeSegments } from './names';
import { succeeds } from './fileError';

/** Of this process, on Linux (proc_pid_mountinfo(5)). */
const table = '/proc/self/mountinfo';

/** Absolute paths of all mount points; none where the platform does not tell. */
export function mountPoints(): ReadonlySet<string> {
  let lines = '';
  if (process.platform === 'linux') succeeds(() => (lines = readFileSync(table, 'utf8')));
  return new Set(lines.split('\n').map((line) => unescape(line.split(' ', 5)[4] ?? '')));
}

/** Whether something is mounted on the folder of this absolute path, or on anything in it. */
export function hasMounts(folder: string): boolean {
  for (const point of mountPoints()) if (relativeSegments(folder, point, process.platform) !== undefined) return true;
  return false;
}

/** Blanks, tabs, line feeds and backslashes are three octal digits. */
const unescape = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
