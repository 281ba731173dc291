/** Stores files whole or not at all: a hidden temporary file beside the target, then one rename. */
import { renameSync, type Stats } from 'node:fs';
import { errnoOf, FileError, writeFailure } from './errors';
import { checkStorable, Place } from './place';
import type { Source } from './progress';
import type { Root } from './root';
import { Temporary } from './temporary';

export interface Stored {
  /** Whether there was no such file before. */
  readonly created: boolean;
  /** Real path relative to the root, with `/`. */
  readonly path: string;
}

/** Throws if the target is not as the writer wants it: called before the content is read and again before the rename. */
export type Check = () => void;

/** To a writer, what is hidden is protected. */
export function failureOf(error: unknown): unknown {
  if (error instanceof FileError && error.kind === 'hidden') {
    return new FileError('protected', 'That path may not be written.', { cause: error });
  }
  return writeFailure(error);
}

/**
 * Makes sure that files may be stored in the folder of these segments, which need not be there.
 *
 * @throws FileError
 */
export function checkParent(root: Root, segments: readonly string[]): void {
  try {
    checkStorable(root, segments);
  } catch (error) {
    throw failureOf(error);
  }
}

/** Whose unfinished file is gone can try again. */
function endFailure(error: unknown): unknown {
  if (errnoOf(error) !== 'ENOENT') return failureOf(error);
  return new FileError('busy', 'Somebody has removed what was unfinished.', { cause: error });
}

/** A file on its way into the folder. Whoever begins it finishes it or discards it. */
export class Upload {
  readonly place: Place;
  /** On the clock of `performance.now()`. */
  readonly begun = performance.now();
  private readonly temporary: Temporary;
  /** What was at the target when it was looked at last. */
  private old: Stats | undefined;

  /**
   * @param onEnd called once, when it is finished or discarded
   * @param source who looks after the uploads learns from it how much is to come; several files may have the same
   * @throws FileError; whatever `check` throws: then nothing is left to be discarded
   */
  constructor(
    root: Root,
    segments: readonly string[],
    private readonly check: Check,
    private readonly onEnd: () => void,
    public source?: Source,
  ) {
    this.place = new Place(root);
    try {
      this.old = this.place.reach(segments);
      this.place.allow(this.old);
      check();
      this.temporary = this.createTemporary();
    } catch (error) {
      this.place.undo();
      this.place.close();
      throw failureOf(error);
    }
  }

  /**
   * Once it is sure that the temporary file is in the right folder, so is the target: the rename that follows a path
   * which leads elsewhere meanwhile does not find the temporary file there.
   */
  private createTemporary(): Temporary {
    const temporary = new Temporary(this.place);
    try {
      this.place.verify();
      return temporary;
    } catch (error) {
      temporary.discard();
      throw error;
    }
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

  /** Takes back what is behind the first `size` octets. */
  truncate(size: number): void {
    this.temporary.truncate(size);
  }

  /** Nothing more will be written. @throws FileError */
  close(): void {
    try {
      this.temporary.close();
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Real path of the target relative to the root, with `/`. */
  get path(): string {
    return this.place.relativePath;
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
      this.place.verifyPath();
      this.old = this.place.look();
      this.place.allow(this.old);
      this.check();
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Gets the file ready for its place. @throws FileError */
  prepare(): void {
    try {
      if (this.old !== undefined) this.temporary.resemble(this.old);
      this.temporary.close();
    } catch (error) {
      throw endFailure(error);
    }
  }

  /** What can be told of it as long as it has not ended. */
  get stored(): Stored {
    return { created: this.old === undefined, path: this.path };
  }

  /** The rename. @throws FileError */
  replace(): void {
    try {
      renameSync(this.temporary.path, this.place.target);
    } catch (error) {
      throw endFailure(error);
    }
  }

  /** It is in its place, and stays there. */
  end(): void {
    this.temporary.placed();
    this.place.close();
    this.onEnd();
  }

  /** Leaves everything as it was. */
  discard(): void {
    try {
      this.temporary.discard();
      this.place.undo();
    } finally {
      this.place.close();
      this.onEnd();
    }
  }
}
