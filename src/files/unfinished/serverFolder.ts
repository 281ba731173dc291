/** A server's own folder within the private one: what it has unfinished, and how others see that it lives. */
import {
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { errnoOf, succeeds } from '../fileError';
import { temporaryName } from '../exclusion';
import { flushAndClose, type Flushes } from '../flushes';
import { Journal, removeIfEmpty, removeIfThere, removeNoted, type Keeps } from './journal';
import { canBeSocket, isGone, ownerHere, parseOwner } from './owner';
import { leavePrivateFolder } from './privateFolder';
import { UploadRecords } from './uploadRecords';

const folderName = /^\d+-[0-9a-f]{16}$/;

const notesOf = (folder: string): string => join(folder, 'notes');
const ownerOf = (folder: string): string => join(folder, 'owner');
/** On Windows, sockets have names in a space of their own. */
const socketOf = (folder: string): string =>
  process.platform === 'win32' ? `\\\\.\\pipe\\workspace-http-server-${basename(folder)}` : join(folder, 'alive');

/** The server folders of this thread that are in use. */
const inUse = new Set<ServerFolder>();
process.once('exit', () => inUse.forEach((folder) => folder.close()));

export class ServerFolder {
  /** Absolute. It is there from the first time that something is to be put into it. */
  readonly path: string;
  readonly journal = new Journal(() => notesOf(this.claim()));
  private listener: Server | undefined;
  private isMade = false;
  private isKept = false;

  /** @param shared real path of the private folder */
  constructor(readonly shared: string) {
    this.path = join(shared, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  /** Makes the folder, if it is not there. @returns its path @throws an `errno` error if that cannot be */
  claim(): string {
    if (this.isMade) return this.path;
    // With those above it: another server may have left the shared folder, and taken it away.
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.isMade = true;
    this.isKept = false;
    inUse.add(this);
    this.listen();
    const owner = ownerHere(this.listener?.listening === true);
    writeFileSync(ownerOf(this.path), JSON.stringify(owner), { mode: 0o600 });
    return this.path;
  }

  /** Resolves when the next server of this user finds it, whatever becomes of the machine. @throws an `errno` error */
  async keep(flushes: Flushes): Promise<void> {
    const path = this.claim();
    if (this.isKept) return;
    await flushAndClose(openSync(ownerOf(path), constants.O_RDWR));
    await flushes.placeOwn(path, dirname(this.shared));
    this.isKept = true;
  }

  /** Leaves nothing behind, unless something is unfinished: that is for the server that starts next. */
  close(): void {
    if (!this.isMade) return;
    this.journal.close();
    this.listener?.close();
    this.listener = undefined;
    inUse.delete(this);
    this.isMade = false;
    // Somebody may have cleared the caches.
    succeeds(() => {
      if (this.journal.isEmpty && !this.hasContent) removeServerFolder(this.path, () => false);
    });
    leavePrivateFolder(this.shared);
  }

  /** To be called when the folder is found gone: somebody has cleared the caches. */
  lost(): void {
    this.listener?.close();
    this.isMade = false;
  }

  private get hasContent(): boolean {
    return readdirSync(this.path).some((name) => temporaryName.test(name));
  }

  private listen(): void {
    const socket = socketOf(this.path);
    // Without one, others go by the number of the process.
    if (!canBeSocket(socket)) return;
    this.listener = createServer((asking) => asking.destroy()).unref();
    this.listener.once('error', () => undefined);
    this.listener.listen(socket);
  }
}

/**
 * Removes what servers that are no more have left, there and where they served, but for uploads that can be gone on with.
 *
 * @param shared the private folder
 * @returns when the first of these ends, in milliseconds since the epoch; Infinity without any
 */
export async function sweep(shared: string): Promise<number> {
  const abandoned: string[] = [];
  const living = new Set<string>();
  for (const path of serverFolders(shared)) {
    if (!isInUse(path) && (await isAbandoned(path))) abandoned.push(path);
    else living.add(basename(path));
  }
  const { kept, next } = new UploadRecords(shared).clear(Date.now(), (owner) => living.has(owner));
  for (const path of abandoned) succeeds(() => removeServerFolder(path, (file) => kept.has(file)));
  return next;
}

const isInUse = (path: string): boolean => [...inUse].some((folder) => folder.path === path);

/** Whether there is no such server any more. @param owner the name of its folder */
export async function hasLeft(shared: string, owner: string): Promise<boolean> {
  const path = join(shared, owner);
  if (!folderName.test(owner) || isInUse(path)) return false;
  return lstatSync(path, { throwIfNoEntry: false }) === undefined || isAbandoned(path);
}

function serverFolders(shared: string): string[] {
  let names: string[] = [];
  succeeds(() => (names = readdirSync(shared)));
  return names.filter((name) => folderName.test(name)).map((name) => join(shared, name));
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    if (!isOwn(lstatSync(path), (stat) => stat.isDirectory())) return false;
    if (!isOwn(lstatSync(ownerOf(path)), (stat) => stat.isFile())) return false;
    return await isGone(parseOwner(readFileSync(ownerOf(path), 'utf8')), socketOf(path));
  } catch (error) {
    if (errnoOf(error) === undefined && !(error instanceof SyntaxError)) throw error;
    // A folder that is just being made has no owner yet; if it never gets one, it is empty.
    succeeds(() => removeIfEmpty(path));
    return false;
  }
}

const user = process.geteuid?.();
const isOwn = (stat: Stats, isKind: (stat: Stats) => boolean): boolean =>
  isKind(stat) && (user === undefined || stat.uid === user);

/** What cannot be removed now stays noted for the server that starts next. */
function removeServerFolder(path: string, keeps: Keeps): void {
  const notes = notesOf(path);
  const left = lstatSync(notes, { throwIfNoEntry: false }) === undefined ? 0 : removeNoted(notes, keeps);
  const unfinished = readdirSync(path).filter((name) => temporaryName.test(name));
  for (const name of unfinished) if (!keeps(join(path, name))) removeIfThere(join(path, name));
  if (left > 0 || unfinished.some((name) => keeps(join(path, name)))) return;
  for (const name of ['notes.next', 'notes', 'alive', 'owner']) removeIfThere(join(path, name));
  removeIfEmpty(path);
}
