/** What is in a folder. */
import { lstatSync, opendirSync, realpathSync, statSync, type BigIntStats, type Dir, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { errnoOf, FileError, readFailure } from '../fileError';
import { Folder } from '../folder';
import { isLocal } from '../mounts';
import type { Pace } from '../pace';
import { concealed, type Root } from '../root';
import { isSettled, sameVersion } from './small';

export interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory';
  /** In octets; 0 for a folder. */
  readonly size: number;
  /** In milliseconds since the epoch. */
  readonly modified: number;
}

/** A name of a folder that may be shown, and what was there: nothing that can be asked for, if it has no type. */
type Look = Entry | { readonly name: string; readonly type?: undefined };

/** What was seen in a folder: the same object as long as nothing in it has changed. */
export interface Listing {
  /** Every name that may be shown, sorted (by code unit). */
  readonly looks: readonly Look[];
  /** The files and folders that may be asked for. */
  readonly entries: readonly Entry[];
  /** The folder, before its names were read; undefined unless that tells of each change of them since. */
  readonly proof: BigIntStats | undefined;
}

/**
 * What is in the folder of these segments now. Each entry is looked at, for nothing else tells that it has changed. The names are
 * read unless the folder proves that they are those of `before`.
 *
 * @param pace of the work, which this is a part of
 * @param before of the same folder
 * @throws FileError `badPath`, `missing`, `hidden`, `denied` or `busy`; what ended the work
 */
export async function listFolder(
  root: Root,
  segments: readonly string[],
  pace: Pace,
  before?: Listing,
): Promise<Listing> {
  let folder: Folder | undefined;
  try {
    folder = Folder.open(root, segments);
    const { stat, path, base } = folder;
    // Before the names are read: what changes from now on gives the folder another time.
    const proof = folder.isAt(segments) && isSettled(stat) && isLocal(base) ? stat : undefined;
    const known = proof && before?.proof && sameVersion(before.proof, proof) ? before : undefined;
    const names = known?.looks ?? (await sorted(await readNames(root, folder, pace), pace));
    const looks = await lookAt(root, path, names, pace);
    // The path is the fast way to the entries, the descriptor the sure one.
    const sure = folder.isHere() ? looks : await lookAt(root, base, names, pace);
    if (known !== undefined && sure.every((look, i) => look === known.looks[i])) return known;
    return { looks: sure, entries: sure.filter((look) => look.type !== undefined), proof };
  } catch (error) {
    throw readFailure(concealed(root, segments, error));
  } finally {
    folder?.close();
  }
}

async function readNames(root: Root, folder: Folder, pace: Pace): Promise<Look[]> {
  const shows = root.showing(folder.real);
  const names: Look[] = [];
  const directory = opendirSync(folder.base, { bufferSize: 512 });
  try {
    for (let name = nextName(directory); name !== undefined; name = nextName(directory)) {
      if (shows(name)) names.push({ name });
      if (pace.due()) await pace.rest();
    }
    return names;
  } finally {
    directory.closeSync();
  }
}

/** Looks once more at what was seen. @param base path to reach the entries by */
async function lookAt(root: Root, base: string, before: readonly Look[], pace: Pace): Promise<Look[]> {
  const looks: Look[] = [];
  for (const look of before) {
    looks.push(lookAgain(root, base + sep + look.name, look));
    if (pace.due()) await pace.rest();
  }
  return looks;
}

const nextName = (directory: Dir): string | undefined => directory.readSync()?.name;

/** Without a type is what cannot be asked for: what is gone meanwhile, a link out of the root, a device. */
function lookAgain(root: Root, path: string, before: Look): Look {
  const { name } = before;
  const stat = statOf(root, path);
  const type = stat?.isFile() === true ? 'file' : stat?.isDirectory() === true ? 'directory' : undefined;
  if (stat === undefined || type === undefined) return before.type === undefined ? before : { name };
  const size = type === 'file' ? stat.size : 0;
  const { mtimeMs: modified } = stat;
  if (type === before.type && size === before.size && modified === before.modified) return before;
  return { name, type, size, modified };
}

function statOf(root: Root, path: string): Stats | undefined {
  try {
    const itself = lstatSync(path, { throwIfNoEntry: false });
    return itself?.isSymbolicLink() === true ? linked(root, path) : itself;
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
  if (error instanceof FileError) return true;
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
