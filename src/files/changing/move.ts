/** Moves an entry of the folder to another place in it: one rename, which follows no link. */
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs';
import { isAbsolute, sep } from 'node:path';
import { errnoOf, FileError, succeeds } from '../fileError';
import { fold } from '../names';
import type { Root } from '../root';
import { withDestination, withSource, type HeldEntry } from './heldEntry';
import type { OnChange } from './onDisk';
import { checkMeant, checkSeen } from './remove';
import type { Check, Stored } from '../writing/write';

/** What is to be moved, and where to. */
export interface Move {
  readonly root: Root;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Whether it is asked for as a folder: what is there must be what is meant. */
  readonly isFolder: boolean;
  /** Whether what is at its new place may go. */
  readonly overwrite: boolean;
  readonly check: Check;
  readonly onChange?: OnChange | undefined;
}

/**
 * Real path's segments of a folder that could be moved; undefined for a link to one.
 *
 * @throws as {@link move}
 */
export const movableFolder = (wish: Move): readonly string[] | undefined =>
  atBoth(wish, (source) => (source.kind === 'link' ? undefined : source.real));

/**
 * Nothing is awaited, so that no other request comes between what is looked at and the rename.
 *
 * @param seen of a folder, what was looked through
 * @throws FileError `missing`, `noParent`, `occupied`, `denied`, `fixed` and others; whatever the check throws
 */
export function move(wish: Move, seen?: BigIntStats): Stored {
  return atBoth(wish, (source, target, isSame) => {
    checkSeen(source, seen);
    source.verify();
    target.verify();
    if (isSame) rename(source, target);
    else replace(source, target);
    wish.onChange?.(target.folder, target.name);
    wish.onChange?.(source.folder);
    return { created: isSame || target.found === undefined, path: target.real.join('/') };
  });
}

/** @param use is told whether both names are of one entry, as on a file system that does not tell case apart */
type Use<T> = (source: HeldEntry, target: HeldEntry, isSame: boolean) => T;

function atBoth<T>({ root, from, to, isFolder, overwrite, check }: Move, use: Use<T>): T {
  return withSource(root, from, (source) => {
    checkMeant(source, isFolder);
    check();
    return withDestination(root, to, (target) => {
      checkApart(source, target);
      const isSame = isSameEntry(source, target);
      if (!isSame) checkReplaceable(source, target, overwrite);
      checkLink(source, target);
      return use(source, target, isSame);
    });
  });
}

/** RFC 4918 §9.9.4: 403 onto itself; and no folder can be within itself. */
function checkApart(source: HeldEntry, target: HeldEntry): void {
  const [from, to] = [source.real, target.real];
  if (from.some((name, i) => name !== to[i])) return;
  throw new FileError('denied', `It cannot be moved ${from.length === to.length ? 'onto' : 'into'} itself.`);
}

/** One file may have two names that differ in case only; where the folder does not list both, they are one. */
function isSameEntry(source: HeldEntry, target: HeldEntry): boolean {
  if (!target.isSameAs(source.found) || fold(source.name) !== fold(target.name)) return false;
  if (source.folder.stat.ino !== target.folder.stat.ino || source.folder.stat.dev !== target.folder.stat.dev)
    return false;
  const names = readdirSync(source.folder.base);
  return !names.includes(source.name) || !names.includes(target.name);
}

/** @throws FileError `occupied`, `folder`, `denied` */
function checkReplaceable(source: HeldEntry, target: HeldEntry, overwrite: boolean): void {
  const { kind } = target;
  if (kind === undefined) return;
  if (!overwrite) throw new FileError('occupied', 'Something has that name already.');
  if (kind === 'other') throw new FileError('folder', 'A thing that is no file has that name.');
  if (kind === 'file' && source.leadsToFolder) throw new FileError('folder', 'A file has that name.');
  if (kind === 'file') accessSync(target.path, constants.W_OK);
}

/** @throws FileError `fixed` if a link would lead elsewhere from its new place */
function checkLink(source: HeldEntry, target: HeldEntry): void {
  if (source.kind !== 'link') return;
  const text = readlinkSync(source.path);
  if (isAbsolute(text)) return;
  let there: string | undefined;
  succeeds(() => (there = realpathSync.native(target.folder.base + sep + text)));
  if (there !== realpathSync.native(source.path))
    throw new FileError('fixed', 'The link would lead elsewhere from there.');
}

function replace(source: HeldEntry, target: HeldEntry): void {
  // Two names of one file: a rename would leave both.
  if (target.isSameAs(source.found)) unlinkSync(source.path);
  else if (target.kind === 'folder' && (source.kind !== 'folder' || process.platform === 'win32'))
    replaceFolder(source, target);
  else rename(source, target);
}

/** Only a folder takes the place of an empty one in one step, and not on Windows. */
function replaceFolder(source: HeldEntry, target: HeldEntry): void {
  removeEmpty(target.path);
  try {
    rename(source, target);
  } catch (error) {
    succeeds(() => mkdirSync(target.path));
    throw error;
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    throw isNotEmpty(error) ? notEmpty() : error;
  }
}

function rename(source: HeldEntry, target: HeldEntry): void {
  try {
    renameSync(source.path, target.path);
  } catch (error) {
    throw renameFailure(error);
  }
}

function renameFailure(error: unknown): unknown {
  if (isNotEmpty(error)) return notEmpty();
  if (errnoOf(error) === 'EXDEV')
    return new FileError('fixed', 'That is on another file system: nothing is moved there.');
  if (errnoOf(error) === 'ENOENT') return new FileError('busy', 'Somebody else is moving it.', { cause: error });
  // A system that tells names apart by less than we do.
  if (errnoOf(error) === 'EINVAL') return new FileError('denied', 'It cannot be moved into itself.');
  return error;
}

const isNotEmpty = (error: unknown): boolean => ['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '');

const notEmpty = (): FileError => new FileError('occupied', 'The folder of that name is not empty.');
