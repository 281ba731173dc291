/** What is in a folder. */
import { lstatSync, opendirSync, realpathSync, statSync, type Dir, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { errnoOf, FileError, readFailure } from '../fileError';
import { Folder } from '../folder';
import type { Pace } from '../pace';
import { concealed, type Root } from '../root';

export interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory';
  /** In octets; 0 for a folder. */
  readonly size: number;
  /** In milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * The files and folders in the folder of these segments that may be asked for, sorted by name (by code unit).
 *
 * @param pace of the work, which this is a part of
 * @throws FileError `badPath`, `missing`, `hidden`, `denied` or `busy`; what ended the work
 */
export async function listFolder(root: Root, segments: readonly string[], pace: Pace): Promise<Entry[]> {
  let folder: Folder | undefined;
  try {
    folder = Folder.open(root, segments);
    const entries = await readEntries(root, folder, folder.path, pace);
    // The path is the fast way to the entries, the descriptor the sure one.
    return await sorted(folder.isHere() ? entries : await readEntries(root, folder, folder.base, pace), pace);
  } catch (error) {
    throw readFailure(concealed(root, segments, error));
  } finally {
    folder?.close();
  }
}

/** @param base path to reach the entries by */
async function readEntries(root: Root, folder: Folder, base: string, pace: Pace): Promise<Entry[]> {
  const shows = root.showing(folder.real);
  const entries: Entry[] = [];
  const directory = opendirSync(folder.base, { bufferSize: 512 });
  try {
    for (let name = nextName(directory); name !== undefined; name = nextName(directory)) {
      const entry = shows(name) ? entryOf(root, `${base}${sep}${name}`, name) : undefined;
      if (entry !== undefined) entries.push(entry);
      if (pace.due()) await pace.rest();
    }
    return entries;
  } finally {
    directory.closeSync();
  }
}

const nextName = (directory: Dir): string | undefined => directory.readSync()?.name;

/** Undefined for what cannot be asked for: what is gone meanwhile, a link out of the root, a device. */
function entryOf(root: Root, path: string, name: string): Entry | undefined {
  try {
    const itself = lstatSync(path, { throwIfNoEntry: false });
    const stat = itself?.isSymbolicLink() === true ? linked(root, path) : itself;
    if (stat?.isDirectory() === true) return { name, type: 'directory', size: 0, modified: stat.mtimeMs };
    return stat?.isFile() === true ? { name, type: 'file', size: stat.size, modified: stat.mtimeMs } : undefined;
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
}

function linked(root: Root, path: string): Stats {
  root.admit(realpathSync.native(path));
  return statSync(path);
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof FileError) return error.kind === 'hidden';
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG'].includes(errnoOf(error) ?? '');
}

interface Named {
  readonly name: string;
}

const byName = (a: Named, b: Named): number => (a.name < b.name ? -1 : 1);
const run = 1024;

/** By name. A merge sort with pauses: sorting 100,000 names at once would take longer than a slice. */
export async function sorted<T extends Named>(entries: readonly T[], pace: Pace): Promise<T[]> {
  let runs: T[][] = [];
  for (let i = 0; i < entries.length; i += run) {
    runs.push(entries.slice(i, i + run).sort(byName));
    if (pace.due()) await pace.rest();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], pace));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T extends Named>(left: readonly T[], right: readonly T[], pace: Pace): Promise<T[]> {
  const out: T[] = [];
  let [l, r] = [left[0], right[0]];
  let [i, j] = [0, 0];
  while (l !== undefined || r !== undefined) {
    if (r === undefined || (l !== undefined && byName(l, r) < 0)) {
      if (l !== undefined) out.push(l);
      l = left[++i];
    } else {
      out.push(r);
      r = right[++j];
    }
    if (out.length % run === 0 && pace.due()) await pace.rest();
  }
  return out;
}
