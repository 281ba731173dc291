/** What must be removed from the folder that is served if this server is killed, noted on disk before it is made. */
import { constants, openSync, readdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { giveBack } from '../descriptor';
import { errnoOf, isNothing, succeeds } from '../fileError';
import { temporaryName } from '../exclusion';

/** One path per entry. No path has a NUL in it. */
const end = '\0';

/** Begins an entry that takes back an earlier one. No absolute path begins like that. */
const back = '-';

/** Octets at which a journal is begun anew, without what is finished. */
const most = 64 * 1024;

/** So that what is in a folder of unfinished files is no change of a working tree. */
export const ignoreFile = '.gitignore';

/**
 * Absolute path of a temporary file; with `/` at its end, of a folder for those. Or of a folder that others may come to
 * use, followed by `//` and the names, each with `/`, of those below that are made: no real path has `//` in it.
 */
type Note = string;

export class Journal {
  private readonly unfinished = new Set<Note>();
  private fd: number | undefined;
  /** Of the journal, and of what was unfinished when it was begun; in octets. */
  private size = 0;
  private atFirst = 0;

  /** @param claim makes sure that there is a folder for the journal, and returns the path of the file */
  constructor(private readonly claim: () => string) {}

  /** Notes what is going to be made. To be called before it is made. */
  add(note: Note): void {
    this.unfinished.add(note);
    this.write(note);
  }

  /** Takes a note back: what was made is in its place or gone, or somebody has put something else into it. */
  delete(note: Note): void {
    if (!this.unfinished.delete(note)) return;
    // A temporary entry never comes again under its name; a folder for others may be somebody's by now.
    if (note.includes('//') && this.fd !== undefined) this.write(back + note);
  }

  get isEmpty(): boolean {
    return this.unfinished.size === 0;
  }

  close(): void {
    if (this.fd !== undefined) giveBack(this.fd);
    this.fd = undefined;
  }

  private write(entry: string): void {
    // Nothing is lost without a note, unless this process is killed. So no upload is refused for want of one.
    succeeds(() => {
      if (this.fd === undefined || this.size > most + 2 * this.atFirst) this.beginAnew();
      else this.append(entry);
    });
  }

  private beginAnew(): void {
    const path = this.claim();
    const next = `${path}.next`;
    const { fd: old } = this;
    this.fd = openSync(next, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND, 0o600);
    if (old !== undefined) giveBack(old);
    this.size = 0;
    for (const each of this.unfinished) this.append(each);
    this.atFirst = this.size;
    // The new journal takes its place last, so that at no time something unfinished is without a note.
    renameSync(next, path);
  }

  private append(entry: string): void {
    if (this.fd !== undefined) this.size += writeSync(this.fd, entry + end);
  }
}

/**
 * Removes what an abandoned journal tells of, and the folders that are empty then.
 *
 * @param keeps what is kept though its server is no more
 * @returns how much of it could not be removed
 */
export function removeNoted(journal: string, keeps: Keeps = nothing): number {
  let left = 0;
  // A folder was noted before what was made in it.
  for (const note of notesOf(journal).reverse())
    left += Number(!succeeds(() => removeOne(note, keeps)) || isKept(note, keeps));
  return left;
}

/** What was noted and not taken back, in its order. */
function notesOf(journal: string): Note[] {
  const notes = new Set<Note>();
  for (const entry of readFileSync(journal, 'utf8').split(end)) {
    if (entry.startsWith(back)) notes.delete(entry.slice(back.length));
    else notes.add(entry);
  }
  return [...notes];
}

/** Whether an unfinished file, by its absolute path, is to be gone on with. */
export type Keeps = (path: string) => boolean;

const nothing: Keeps = () => false;

/** A folder that has such a file in it is still noted, too. */
function isKept(note: Note, keeps: Keeps): boolean {
  const [path = '', made] = note.split('//');
  if (made !== undefined) return false;
  return path.endsWith('/') ? namesIn(path).some((name) => keeps(path + name)) : keeps(path);
}

function removeOne(note: Note, keeps: Keeps): void {
  const [path = '', made] = note.split('//');
  if (made !== undefined) removeMade(path, made.split('/').slice(0, -1));
  else if (!temporaryName.test(basename(path))) return;
  else if (path.endsWith('/')) removeTemporaryFolder(path, keeps);
  else if (!keeps(path)) removeIfThere(path);
}

function removeMade(path: string, names: readonly string[]): void {
  for (let depth = names.length; depth > 0; depth--) removeIfEmpty(join(path, ...names.slice(0, depth)));
}

/** Removes a folder of unfinished files, and these; what somebody else has put there stays. */
export function removeTemporaryFolder(path: string, keeps: Keeps = nothing): void {
  for (const name of namesIn(path))
    if (temporaryName.test(name) && !keeps(join(path, name))) removeIfThere(join(path, name));
  if (namesIn(path).some((name) => name !== ignoreFile)) return;
  removeIfThere(join(path, ignoreFile));
  removeIfEmpty(path);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isNothing(error)) return [];
    throw error;
  }
}

/** Removes a folder, unless somebody has put something into it, or in its place. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '') && !isNothing(error)) throw error;
  }
}

/** Removes a file, unless somebody has removed it, or its folder with it. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isNothing(error)) throw error;
  }
}

/** Where the names of a note of made folders begin. */
export const noteOfMade = (folder: string, names: readonly string[]): Note => `${folder}//${names.join('/')}/`;
