/**
 * The unfinished files of this thread, and the folders made for them, noted on disk: what a killed server leaves behind,
 * the next one removes.
 */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir, uptime } from 'node:os';
import { basename, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { errnoOf, succeeds } from './errors';
import { temporaryName } from './exclusion';

/** One path per entry. No path has a NUL in it. */
const end = '\0';

/** Begins an entry that takes back an earlier one. No absolute path begins like that. */
const back = '-';

/** Octets at which a journal is begun anew, without what is finished. */
const most = 64 * 1024;

const journalName = /^http-server-(\d+)-(\d+)-(\d+)-[0-9a-f]{12}\.journal$/;

/** When a living process started, in ticks since boot, `0` where nobody tells; undefined if there is no such process. */
function birthOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be spoken to, but it is there.
    if (errnoOf(error) !== 'EPERM') return undefined;
  }
  if (process.platform !== 'linux') return '0';
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ');
    return fields?.[19] ?? '0';
  } catch {
    return '0';
  }
}

export class Journal {
  private readonly unfinished = new Set<string>();
  private fd: number | undefined;
  private path: string | undefined;
  /** Of the journal, and of what was unfinished when it was begun; in octets. */
  private size = 0;
  private atFirst = 0;

  /** @param folder where the journals of all servers lie */
  constructor(private readonly folder: string) {}

  /**
   * Notes that a temporary file, or with a `/` at its end a folder, will be at `path`, absolute. To be called before it
   * is made.
   */
  add(path: string): void {
    this.unfinished.add(path);
    this.write(path);
  }

  private write(path: string): void {
    // Nothing is lost without a note, unless this process is killed. So no upload is refused for want of one.
    succeeds(() => {
      if (this.fd === undefined || this.size > most + 2 * this.atFirst) this.beginAnew();
      else this.append(path);
    });
  }

  /** The file is finished or gone; the folder has something in it, or is gone. */
  delete(path: string): void {
    this.unfinished.delete(path);
    // A temporary file never comes again under its name; a folder may be somebody's by now.
    if (path.endsWith('/') && this.fd !== undefined) this.write(back + path);
  }

  /** Leaves no journal behind if nothing is unfinished. */
  close(): void {
    if (this.unfinished.size === 0) this.end();
  }

  /** Removes what servers that are no more have left unfinished. */
  sweep(): void {
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      if (path !== this.path && this.isAbandoned(name, path)) finish(path);
    }
  }

  private beginAnew(): void {
    const id = `${process.pid}-${birthOf(process.pid) ?? '0'}-${threadId}-${randomBytes(6).toString('hex')}`;
    const path = join(this.folder, `http-server-${id}.journal`);
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
    const { path: old, fd: oldFd } = this;
    this.path = path;
    this.fd = fd;
    this.size = 0;
    for (const each of this.unfinished) this.append(each);
    this.atFirst = this.size;
    // Only now, so that at no time there is an unfinished file without a note.
    if (oldFd !== undefined) closeSync(oldFd);
    if (old !== undefined) removeIfThere(old);
  }

  private append(path: string): void {
    if (this.fd !== undefined) this.size += writeSync(this.fd, path + end);
  }

  private end(): void {
    const { path, fd } = this;
    this.fd = undefined;
    this.path = undefined;
    if (fd !== undefined) closeSync(fd);
    if (path !== undefined) removeIfThere(path);
  }

  private isAbandoned(name: string, path: string): boolean {
    const [, pid, birth, thread] = journalName.exec(name) ?? [];
    if (pid === undefined) return false;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // In a folder that all users share, only our own notes are believed.
    if (stat?.isFile() !== true || (process.getuid !== undefined && stat.uid !== process.getuid())) return false;
    if (Number(pid) === process.pid) return Number(thread) !== threadId || birth !== birthOf(process.pid);
    return isOlderThanBoot(stat) || birthOf(Number(pid)) !== birth;
  }
}

const isOlderThanBoot = ({ mtimeMs }: Stats): boolean => mtimeMs < Date.now() - uptime() * 1000;

/** Removes the files of an abandoned journal, the folders that are empty then, and at last the journal. */
function finish(journal: string): void {
  let left = 0;
  succeeds(() => {
    // A folder was noted before what was made in it.
    for (const path of notesOf(journal).reverse()) left += Number(!succeeds(() => removeNoted(path)));
    // What cannot be removed now stays noted for the server that starts next.
    if (left === 0) removeIfThere(journal);
  });
}

function removeNoted(path: string): void {
  if (path.endsWith('/')) removeIfEmpty(path);
  else if (temporaryName.test(basename(path))) removeIfThere(path);
}

/** What was noted and not taken back, in its order. */
function notesOf(journal: string): string[] {
  const notes = new Set<string>();
  for (const entry of readFileSync(journal, 'utf8').split(end)) {
    if (entry.startsWith(back)) notes.delete(entry.slice(back.length));
    else notes.add(entry);
  }
  return [...notes];
}

/** Removes a folder, unless somebody has put something into it, or in its place. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** Somebody may have removed it, or its folder with it. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** The one journal of this thread; a process has one thread that serves. */
export const journal = new Journal(tmpdir());
process.once('exit', () => journal.close());
