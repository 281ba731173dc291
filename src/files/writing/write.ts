/** Stores files whole or not at all: a temporary file out of sight, then one rename. */
import type { Anchors } from './anchors';
import { errnoOf, FileError } from '../fileError';
import { endFailure, failureOf } from './failures';
import type { Journal } from './journal';
import type { Leftovers } from './leftovers';
import type { MadeFolders } from './madeFolders';
import { checkStorable, UploadTarget } from './uploadTarget';
import type { Source } from './progress';
import { knowsDescriptors } from '../descriptor';
import { concealed, type Root } from '../root';
import type { Spot, Staging } from './staging';
import { Temporary, type FoundFile } from './temporary';

export interface Stored {
  /** Whether there was no such file before. */
  readonly created: boolean;
  /** Real path relative to the root, with `/`. */
  readonly path: string;
}

/** Throws if the target is not as the writer wants it: called before the content is read and again before the rename. */
export type Check = () => void;

/**
 * Makes sure that files may be stored in the folder of these segments, which need not be there.
 *
 * @throws FileError
 */
export function checkParent(root: Root, segments: readonly string[]): void {
  try {
    checkStorable(root, segments);
  } catch (error) {
    throw failureOf(concealed(root, segments, error));
  }
}

/** What all uploads into one root have in common. */
export interface Storage {
  readonly root: Root;
  readonly staging: Staging;
  readonly leftovers: Leftovers;
  readonly anchors: Anchors;
  /** Undefined where there is none. */
  readonly journal: Journal | undefined;
}

/** How one file is stored. */
export interface Wish {
  readonly segments: readonly string[];
  readonly check: Check;
  /** Whether all of it is here, so that it takes its place in this run of code. */
  readonly isWhole: boolean;
  /** What has come of it at an earlier server. */
  readonly found?: FoundFile & { readonly spot: Spot };
  /** Finds a name for it that is free now: then nothing is replaced. */
  readonly rename?: () => readonly string[];
}

/**
 * A file on its way into the folder. Whoever begins it finishes it or discards it. What its path leads to is judged at the
 * beginning and at the end: of the folders on the way, none is held while its content comes.
 */
export class Upload {
  /** On the clock of `performance.now()`. */
  readonly begun = performance.now();
  private readonly temporary: Temporary;
  /** When the file was modified, as its client says, in milliseconds since the epoch; undefined for the time of storing. */
  modified: number | undefined;
  private target: UploadTarget;
  private segments: readonly string[];
  private made: MadeFolders | undefined;
  /** Real path of the target at the beginning, and how many of its folders were there. */
  private real: readonly string[];
  private readonly depth: number;
  /** The last folder on the way that was there; undefined as long as the target's folder is held since the beginning. */
  private anchor: ReturnType<Anchors['hold']> | undefined;

  /**
   * @param onEnd called once, when it is finished or discarded
   * @param source who looks after the uploads learns from it how much is to come; several files may have the same
   * @throws FileError; whatever `check` throws: then nothing is left to be discarded
   */
  constructor(
    private readonly storage: Storage,
    private readonly wish: Wish,
    private readonly onEnd: () => void,
    public source?: Source,
  ) {
    const { target, temporary, segments } = begin(storage, wish);
    this.segments = segments;
    this.target = target;
    this.temporary = temporary;
    this.real = target.real;
    this.depth = target.near.real.length;
  }

  /** Octets written so far. */
  get size(): number {
    return this.temporary.size;
  }

  /** Puts `bytes` behind what is there. One call at a time. @throws FileError */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.temporary.write(bytes);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** As {@link write}, at once: for little content. @throws FileError */
  writeNow(bytes: Uint8Array): void {
    try {
      this.temporary.writeNow(bytes);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** What has been written from the octet `from` on, in pieces; each is good until the next is asked for. @throws FileError */
  async *pieces(from: number): AsyncGenerator<Buffer, undefined> {
    try {
      yield* this.temporary.pieces(from);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Takes back what is behind the first `size` octets. */
  truncate(size: number): void {
    this.temporary.truncate(size);
  }

  /** Closes the file: nothing more will be written. @throws FileError */
  close(): void {
    try {
      this.temporary.close();
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Real path of the target relative to the root, with `/`. */
  get path(): string {
    return this.real.join('/');
  }

  /**
   * Puts the file in its place. Nothing is awaited, so that no other request comes between the check and the rename.
   *
   * @throws FileError; whatever the check throws: then it is still to be discarded
   */
  finish(): Stored {
    this.recheck();
    return this.finishAtOnce();
  }

  /** As {@link finish}, when nothing was awaited since the upload began: what was true then is not looked at again. */
  finishAtOnce(): Stored {
    const { stored } = this;
    this.prepare();
    this.replace();
    this.end();
    return stored;
  }

  /** Makes sure that the file may still take its place. @throws as {@link finish} */
  recheck(): void {
    try {
      this.hold();
      if (this.target.found !== undefined) this.giveWay();
      this.target.allow();
      this.wish.check();
    } catch (error) {
      throw endFailure(error);
    }
  }

  /** Gets the file ready for its place. @throws FileError */
  prepare(): void {
    try {
      if (this.target.found !== undefined) this.temporary.resemble(this.target.found, this.target);
      if (this.modified !== undefined) this.temporary.stamp(this.modified);
      this.temporary.close();
    } catch (error) {
      throw endFailure(error);
    }
  }

  /** What can be told of it as long as it has not ended. */
  get stored(): Stored {
    return { created: this.target.found === undefined, path: this.path };
  }

  /**
   * Makes sure that no other file of the same run of code has taken the place since {@link recheck}: names that differ
   * may be one to the file system.
   *
   * @throws FileError `badPath`; what {@link recheck} throws of what is there now
   */
  assertUntouched(): void {
    const { found } = this.target;
    const now = this.holdAgain();
    if (now.found?.ino === found?.ino) return;
    now.allow();
    throw new FileError('badPath', 'Two of the files have the same name here.');
  }

  /** Makes the folders that are missing, and renames. @throws FileError */
  replace(): void {
    try {
      this.holdAgain();
      this.target.make(this.storage.journal, (made) => (this.made = made));
      if (!knowsDescriptors) this.moveBeside();
      this.rename();
    } catch (error) {
      throw endFailure(error);
    }
  }

  /** To be called when the file is in its place, and stays there. */
  end(): void {
    this.temporary.placed();
    this.made?.keep();
    this.leave();
  }

  /** Leaves everything as it was. */
  discard(): void {
    try {
      this.temporary.discard();
      this.made?.undo();
    } finally {
      this.leave();
    }
  }

  /** Leaves what has come of it, for whoever goes on with it later. */
  park(): void {
    this.temporary.leave();
    this.leave();
  }

  /** Absolute path of what has come of it. */
  get temporaryPath(): string {
    return this.temporary.ownPath();
  }

  /** To be called, before anything is awaited, if content is still to come. */
  await(): void {
    this.anchor ??= this.storage.anchors.hold(this.target.near);
    this.rest();
  }

  /** Lets go of the target's folder for now. */
  rest(): void {
    this.target.close();
  }

  private leave(): void {
    this.rest();
    this.anchor?.release();
    this.onEnd();
  }

  /** Holds the target's folder, if it is not held. @throws FileError or an `errno` error */
  holdAgain(): UploadTarget {
    if (!this.target.isHeld) this.hold();
    return this.target;
  }

  /** Reserves a name for what is to be kept until the upload has ended. @throws an `errno` error */
  reserve(): Spot {
    return this.storage.staging.reserve(this.target, true);
  }

  /** Removes what was kept. */
  drop({ path, release }: Spot): void {
    this.storage.leftovers.remove(path, release);
  }

  private hold(): void {
    this.rest();
    const target = new UploadTarget(this.storage.root, this.segments);
    this.target = target;
    // Who has taken a folder away does not want it to come again with a file.
    const isSame = target.real.length === this.real.length && target.real.every((name, i) => name === this.real[i]);
    const isThere = target.near.real.length > this.depth || this.anchor?.isHere(target.near) !== false;
    if (!isSame || !isThere || target.near.real.length < this.depth)
      throw new FileError('busy', 'The folder is being replaced.');
  }

  /** Somebody else has its name by now. */
  private giveWay(): void {
    if (this.wish.rename === undefined) return;
    this.segments = this.wish.rename();
    this.real = [...this.real.slice(0, -1), this.segments.at(-1) ?? ''];
    this.hold();
  }

  private rename(): void {
    try {
      this.temporary.replace(this.target);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      // Not every file system tells beforehand where a rename leads.
      this.storage.staging.avoid(this.target);
      this.moveBeside();
      this.prepare();
      this.temporary.replace(this.target);
    }
  }

  /**
   * Once it is sure that the temporary file is in the right folder, so is the target: the rename that follows a path
   * which leads elsewhere meanwhile does not find the temporary file there.
   */
  private moveBeside(): void {
    this.temporary.moveTo(this.storage.staging.reserveBeside(this.target), this.target);
    this.target.verify();
  }
}

interface Begun {
  readonly target: UploadTarget;
  readonly temporary: Temporary;
  readonly segments: readonly string[];
}

function begin(storage: Storage, { segments: wanted, check, isWhole, rename, found }: Wish): Begun {
  let target: UploadTarget | undefined;
  try {
    const segments = rename?.() ?? wanted;
    const held = (target = new UploadTarget(storage.root, segments));
    held.allow();
    check();
    if (!isWhole) held.checkWritable();
    const temporary = new Temporary(
      storage.leftovers,
      held,
      () => found?.spot ?? storage.staging.reserve(held, isWhole),
      found,
    );
    return { target, temporary, segments };
  } catch (error) {
    target?.close();
    throw failureOf(concealed(storage.root, wanted, error));
  }
}
