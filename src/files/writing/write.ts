/** Stores files whole or not at all: a temporary file out of sight, then one rename. */
import type { Anchors } from './anchors';
import { endFailure, failureOf, telling } from './failures';
import type { Journal } from '../unfinished/journal';
import type { Leftovers } from '../unfinished/leftovers';
import { checkStorable, UploadTarget } from './uploadTarget';
import type { UploadSource } from './progress';
import { ReadyUpload } from './readyUpload';
import { concealed, type Root } from '../root';
import type { Spot, Staging } from './staging';
import { Temporary, type FoundFile } from './temporary';
import { WayToTarget } from './wayToTarget';

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
  telling(
    (error) => failureOf(concealed(root, segments, error)),
    () => checkStorable(root, segments),
  );
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
  /** The mode that it has at most, where it replaces nothing. */
  readonly mode?: number | undefined;
  /** Finds a name for it that is free now: then nothing is replaced. */
  readonly rename?: () => readonly string[];
}

/**
 * A file on its way into the folder. Whoever begins it finishes it or discards it. What its path leads to is judged at the
 * beginning and at the end: of the folders on the way, none is held while its content comes. What may be done at its end
 * is handed out: {@link ready} gives a {@link ReadyUpload}.
 */
export class Upload {
  /** On the clock of `performance.now()`. */
  readonly begun = performance.now();
  /** When the file was modified, as its client says, in milliseconds since the epoch; undefined for the time of storing. */
  modified: number | undefined;
  private readonly temporary: Temporary;
  private readonly way: WayToTarget;
  private hasMode = false;

  /**
   * @param onEnd called once, when it is finished or discarded
   * @param source who looks after the uploads learns from it how much is to come; several files may have the same
   * @throws FileError; whatever `check` throws: then nothing is left to be discarded
   */
  constructor(
    private readonly storage: Storage,
    private readonly wish: Wish,
    private readonly onEnd: () => void,
    public source?: UploadSource,
  ) {
    const { target, temporary, segments } = begin(storage, wish);
    this.temporary = temporary;
    this.way = new WayToTarget(storage, target, segments, wish.rename);
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
    telling(failureOf, () => this.temporary.writeNow(bytes));
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
    telling(failureOf, () => this.temporary.close());
  }

  /** Whether it is to be on the disk before it counts. */
  get isSynced(): boolean {
    return this.storage.root.isSynced;
  }

  /** Whether it has had the mode and the time that it is to have, as far as that was known then. */
  get isDressed(): boolean {
    return this.hasMode;
  }

  /** Whether all of it, with mode and time, is on the disk. */
  get isOnDisk(): boolean {
    return this.temporary.isOnDisk;
  }

  /** Resolves when what is written is on the disk, though not in its place. @throws FileError: then it is to be discarded */
  async flush(): Promise<void> {
    try {
      await this.temporary.flush();
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** All of it has come: closes the file, on the disk where that is wanted. @throws FileError */
  async settle(): Promise<void> {
    if (this.isSynced) await this.flush();
    this.close();
  }

  /** Real path of the target relative to the root, with `/`. */
  get path(): string {
    return this.way.path;
  }

  /**
   * Puts the file in its place. Nothing is awaited, so that no other request comes between the check and the rename.
   *
   * @throws FileError; whatever the check throws: then it is still to be discarded
   */
  finish(): Stored {
    return this.ready().commit();
  }

  /** As {@link finish}, when nothing was awaited since the upload began: what was true then is not looked at again. */
  finishAtOnce(): Stored {
    return this.readyAtOnce().commit();
  }

  /**
   * Makes sure that the file may still take its place, and gets it ready for that. The result is good until something is
   * awaited.
   *
   * @throws as {@link finish}
   */
  ready(): ReadyUpload {
    telling(endFailure, () => {
      this.way.renew().allow();
      this.wish.check();
    });
    return this.readyAtOnce();
  }

  private readyAtOnce(): ReadyUpload {
    const { storage, way, temporary, modified } = this;
    this.hasMode = true;
    return new ReadyUpload({ storage, way, temporary, modified, onEnd: () => this.leave() });
  }

  /** Leaves everything as it was. */
  discard(): void {
    try {
      this.temporary.discard();
      this.way.undo();
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
    this.way.anchor();
  }

  /** To be called, before anything is awaited, if all of it is here and only the disk is awaited. @throws FileError */
  awaitDisk(): void {
    this.readyAtOnce();
    telling(failureOf, () => this.await());
  }

  private leave(): void {
    this.way.leave();
    this.onEnd();
  }
}

interface Begun {
  readonly target: UploadTarget;
  readonly temporary: Temporary;
  readonly segments: readonly string[];
}

function begin(storage: Storage, { segments: wanted, check, isWhole, rename, found, mode }: Wish): Begun {
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
      { found, mode },
    );
    return { target, temporary, segments };
  } catch (error) {
    target?.close();
    throw failureOf(concealed(storage.root, wanted, error));
  }
}
