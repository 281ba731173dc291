/** Where an upload goes, from its beginning to its end. */
import type { Anchors } from './anchors';
import { FileError } from '../fileError';
import type { MadeFolders } from './madeFolders';
import { UploadTarget } from './uploadTarget';
import type { Storage, Wish } from './write';

/** Holds the target's folder only while something is done there, and knows whether it is still the same. */
export class WayToTarget {
  private made: MadeFolders | undefined;
  /** Real path of the target at the beginning, and how many of its folders were there. */
  private real: readonly string[];
  private readonly depth: number;
  /** The last folder on the way that was there; undefined as long as the target's folder is held since the beginning. */
  private anchored: ReturnType<Anchors['hold']> | undefined;

  /**
   * @param target held
   * @param rename finds another name if this one is taken
   */
  constructor(
    private readonly storage: Storage,
    private target: UploadTarget,
    private segments: readonly string[],
    private readonly rename: Wish['rename'],
  ) {
    this.real = target.real;
    this.depth = target.near.real.length;
  }

  /** Real path of the target relative to the root, with `/`. */
  get path(): string {
    return this.real.join('/');
  }

  /** The target as it is held now or, if it is not, as it is found. @throws FileError or an `errno` error */
  hold(): UploadTarget {
    if (!this.target.isHeld) this.find();
    return this.target;
  }

  /** Looks at the target anew, and goes to another name if somebody else has this one by now. @throws as {@link hold} */
  renew(): UploadTarget {
    this.find();
    if (this.target.found === undefined || this.rename === undefined) return this.target;
    this.segments = this.rename();
    this.real = [...this.real.slice(0, -1), this.segments.at(-1) ?? ''];
    this.find();
    return this.target;
  }

  /** Makes the folders that are missing. @throws as {@link hold} */
  make(): UploadTarget {
    const target = this.hold();
    target.make(this.storage.journal, (made) => (this.made = made));
    return target;
  }

  /** Lets go of the folder, and knows it again later. To be called before anything is awaited. */
  anchor(): void {
    this.anchored ??= this.storage.anchors.hold(this.target.near);
    this.rest();
  }

  /** Lets go of the folder for now. */
  rest(): void {
    this.target.close();
  }

  /** The folders that were made stay: the file is in them. */
  keep(): void {
    this.made?.keep();
  }

  /** The folders that were made go. */
  undo(): void {
    this.made?.undo(this.storage.leftovers);
  }

  /** Lets go of everything: to be called at the end. */
  leave(): void {
    this.rest();
    this.anchored?.release();
  }

  private find(): void {
    this.rest();
    const target = new UploadTarget(this.storage.root, this.segments);
    this.target = target;
    // Who has taken a folder away does not want it to come again with a file.
    const { length } = target.near.real;
    if (length < this.depth) throw new FileError('noParent', 'The folder is gone.');
    const isSame = target.real.join('/') === this.path;
    if (!isSame || (length === this.depth && this.anchored?.isHere(target.near) === false))
      throw new FileError('busy', 'The folder is being replaced.');
  }
}
