/** A folder that is to be moved or removed as one is looked through: nothing goes along that its client may not know of. */
import { opendirSync, type BigIntStats, type Dir } from 'node:fs';
import { errnoOf, FileError } from '../fileError';
import { Folder } from '../folder';
import type { Pace } from '../pace';
import { concealed, type Root } from '../root';
import { failureOf } from '../writing/failures';

/** Segments from the root. */
type Segments = readonly string[];

/**
 * Makes sure that nothing in a folder is excluded, where it is and where it is to go, and that nothing is mounted in it. No
 * link is followed.
 *
 * @param real the folder's real path
 * @param to where it is to go; undefined if it is to be removed
 * @returns what it was: it may have been replaced by another by the time that something is done with it
 * @throws FileError `protected`, which names nothing, `fixed` or others; what ended the work
 */
export async function lookThrough(
  root: Root,
  real: Segments,
  to: Segments | undefined,
  pace: Pace,
): Promise<BigIntStats> {
  try {
    const top = await lookInto(root, { real, to }, undefined, pace);
    // A folder that waits is remembered by its names, not by a descriptor: they may be many.
    for (let next = top.folders.pop(); next !== undefined; next = top.folders.pop()) {
      const there = { real: [...real, ...next], to: to && [...to, ...next] };
      const { folders } = await lookInto(root, there, top.stat, pace).catch((error: unknown) => {
        throw errnoOf(error) === 'ENOENT' ? lost(next) : error;
      });
      for (const name of folders.flat()) top.folders.push([...next, name]);
    }
    return top.stat;
  } catch (error) {
    throw failureOf(concealed(root, real, error));
  }
}

interface Looked {
  readonly stat: BigIntStats;
  /** Each a path below the folder. */
  readonly folders: Segments[];
}

async function lookInto(
  root: Root,
  { real, to }: { readonly real: Segments; readonly to: Segments | undefined },
  top: BigIntStats | undefined,
  pace: Pace,
): Promise<Looked> {
  const folder = Folder.open(root, real);
  try {
    // What was no link when it was listed may be one now.
    if (folder.real.join('/') !== real.join('/')) throw new FileError('busy', 'The folder is being replaced.');
    if (top !== undefined && folder.stat.dev !== top.dev) throw mounted();
    const shown = [root.showing(real), ...(to === undefined ? [] : [root.showing(to)])];
    const shows = (name: string): boolean => shown.every((each) => each(name));
    return { stat: folder.stat, folders: await foldersIn(folder, shows, pace) };
  } finally {
    folder.close();
  }
}

async function foldersIn(folder: Folder, shows: (name: string) => boolean, pace: Pace): Promise<Segments[]> {
  const folders: Segments[] = [];
  const directory: Dir = opendirSync(folder.base, { bufferSize: 512 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (!shows(entry.name)) throw new FileError('protected', 'Not all that is in the folder may be written.');
      if (entry.isDirectory()) folders.push([entry.name]);
      if (pace.due()) await pace.rest();
    }
    return folders;
  } finally {
    directory.closeSync();
  }
}

/** What cannot be found by the name that it was listed with: octets that are not UTF-8 are read as U+FFFD. */
const lost = (path: Segments): FileError =>
  path.join('').includes('\ufffd')
    ? new FileError('fixed', 'A folder in it has a name that is not UTF-8.')
    : new FileError('busy', 'The folder is changing.');

export const mounted = (): FileError =>
  new FileError('fixed', 'Something is mounted there: it can be neither replaced nor removed.');
