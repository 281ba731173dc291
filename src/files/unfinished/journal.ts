/** What must be removed from the folder that is served if this server is killed, noted on disk before it is made. */
import { constants, openSync, readdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
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
/** Folders that are noted though nothing is unfinished in them: the next server would look through each. */
const mostIdle = 32;

/** So that what is in a folder of unfinished files is no change of a working tree. */
export const ignoreFile = '.gitignore';

/**
 * Absolute path of a temporary file; with `/` at its end, of a folder for those. Or of a folder that others may come to
 * use, followed by `//`, for no real path has that in it, and either the names, each with `/`, of those below that are made,
 * or what the names of temporary files begin with that may lie in it.
 */
type Note = string;

export class Journal {
  /** The names of temporary files begin with it that are told of by {@link enter}. No other journal has the same. */
  readonly prefix = `.http-server-${randomBytes(6).toString('hex')}`;
  private readonly unfinished = new Set<Note>();
  /** How many temporary files there are in each folder that is noted, by its path. */
  private readonly entered = new Map<string, number>();
  private idle = 0;
  private fd: number | undefined;
  /** Of the journal, and of what was unfinished when it was begun; in octets. */
  private size = 0;
  private atFirst = 0;
  /** Whether something that is to be noted may not be. */
  private isBehind = false;

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

  /**
   * Notes that a temporary file is going to be made in a folder, by a name that begins with {@link prefix}. To be called before
   * it is made. One note is good for all that lie in there, at any time: to note each would be one more call for each upload.
   *
   * @param folder its absolute path
   */
  enter(folder: string): void {
    const count = this.entered.get(folder);
    if (count === 0) this.idle--;
    this.entered.set(folder, (count ?? 0) + 1);
    if (count === undefined || this.isBehind) this.write(noteOfEntered(folder, this.prefix));
  }

  /** A temporary file that was entered is in its place, or gone. */
  leave(folder: string): void {
    const count = this.entered.get(folder) ?? 0;
    if (count === 0) return;
    this.entered.set(folder, count - 1);
    if (count === 1) this.idle++;
  }

  get isEmpty(): boolean {
    return this.unfinished.size === 0 && this.entered.size === this.idle;
  }

  close(): void {
    if (this.fd !== undefined) giveBack(this.fd);
    this.fd = undefined;
    this.forgetIdle();
  }

  private write(entry: string): void {
    // Nothing is lost without a note, unless this process is killed. So no upload is refused for want of one.
    this.isBehind = !succeeds(() => {
      if (this.isToBegin) this.beginAnew();
      else this.append(entry);
    });
  }

  private get isToBegin(): boolean {
    if (this.fd === undefined || this.isBehind) return true;
    return this.size > most + 2 * this.atFirst || this.idle > mostIdle;
  }

  private forgetIdle(): void {
    for (const [folder, count] of this.entered) if (count === 0) this.entered.delete(folder);
    this.idle = 0;
  }

  private beginAnew(): void {
    const path = this.claim();
    const next = `${path}.next`;
    const { fd: old } = this;
    this.fd = openSync(next, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND, 0o600);
    if (old !== undefined) giveBack(old);
    this.size = 0;
    this.forgetIdle();
    for (const each of this.unfinished) this.append(each);
    for (const folder of this.entered.keys()) this.append(noteOfEntered(folder, this.prefix));
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

/** What was noted and not taken back, in its order. What is behind the last end is cut off: it was not made. */
function notesOf(journal: string): Note[] {
  const notes = new Set<Note>();
  for (const entry of readFileSync(journal, 'utf8').split(end).slice(0, -1)) {
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
  const { path, below } = partsOf(note);
  if (below !== undefined) return enteredIn(path, below).some(keeps);
  return path.endsWith('/') ? namesIn(path).some((name) => keeps(path + name)) : keeps(path);
}

function removeOne(note: Note, keeps: Keeps): void {
  const { path, below } = partsOf(note);
  if (below?.endsWith('/') === true) removeMade(path, below.split('/').slice(0, -1));
  else if (below !== undefined) removeEntered(path, below, keeps);
  else if (!temporaryName.test(basename(path))) return;
  else if (path.endsWith('/')) removeTemporaryFolder(path, keeps);
  else if (!keeps(path)) removeIfThere(path);
}

function removeMade(path: string, names: readonly string[]): void {
  for (let depth = names.length; depth > 0; depth--) removeIfEmpty(join(path, ...names.slice(0, depth)));
}

const anyPrefix = /^\.http-server-[0-9a-f]{12}$/;

/** Paths of the temporary files in a folder whose names begin with `prefix`. */
function enteredIn(folder: string, prefix: string): string[] {
  if (!anyPrefix.test(prefix)) return [];
  const names = namesIn(folder).filter((name) => name.startsWith(prefix) && temporaryName.test(name));
  return names.map((name) => join(folder, name));
}

function removeEntered(folder: string, prefix: string, keeps: Keeps): void {
  for (const path of enteredIn(folder, prefix)) if (!keeps(path)) removeIfThere(path);
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

/** @param names where the path of the folder ends, and they begin, `//` stands */
export const noteOfMade = (folder: string, names: readonly string[]): Note => noteWithin(folder, `${names.join('/')}/`);

const noteOfEntered = (folder: string, prefix: string): Note => noteWithin(folder, prefix);

/** The path of the topmost folder ends with a slash itself. */
const noteWithin = (folder: string, below: string): Note => `${folder === '/' ? '' : folder}//${below}`;

/** What {@link noteWithin} is made of; `below` is undefined for notes of other kinds. */
function partsOf(note: Note): { readonly path: string; readonly below: string | undefined } {
  const [path = '', below] = note.split('//');
  return { path: path === '' ? '/' : path, below };
}
