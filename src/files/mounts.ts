/** What is mounted, where the kernel tells: there a file system ends, or the same one begins anew. */
import { readFileSync, statfsSync } from 'node:fs';
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

/** File systems whose rights and changes the kernel of this machine alone keeps; statfs(2). */
export const localTypes: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
  0x858458f6, // ramfs
]);

/** Whether a path is known to be on a file system of this machine. */
export function isLocal(path: string): boolean {
  let isKnown = false;
  succeeds(() => (isKnown = localTypes.has(statfsSync(path).type)));
  return isKnown;
}
