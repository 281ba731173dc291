/** A file that is ready for its place, with all that may be done next. */
import type { Stats } from 'node:fs';
import { Backup } from './backup';
import { endFailure, telling } from './failures';
import { errnoOf, FileError } from '../fileError';
import { knowsDescriptors } from '../descriptor';
import type { FolderMark } from '../flushes';
import { restore } from './restore';
import type { Temporary } from './temporary';
import type { UploadTarget } from './uploadTarget';
import type { WayToTarget } from './wayToTarget';
import type { Storage, Stored } from './write';

interface Parts {
  readonly storage: Storage;
  readonly way: WayToTarget;
  readonly temporary: Temporary;
  /** In milliseconds since the epoch; undefined for now. */
  readonly modified: number | undefined;
  /** Called when the file is in its place for good. */
  readonly onEnd: () => void;
}

/** A file that is in its place, as long as nobody has said whether it stays. */
export interface PlacedUpload {
  /** The folder that it is in. */
  readonly folder: FolderMark;
  /** It stays. */
  readonly commit: () => void;
  /** It goes, and what it has replaced is there again, as soon as the system lets it. It is still to be discarded. */
  readonly revert: () => void;
}

/** As long as nothing is awaited, it can take its place by {@link commit} or {@link place}; or its upload is discarded. */
export class ReadyUpload {
  readonly stored: Stored;
  private readonly found: Stats | undefined;
  /** The number of the file, where it may have to go again. */
  private number: number | undefined;

  /** @throws FileError: then it is still to be discarded */
  constructor(private readonly parts: Parts) {
    const { way } = parts;
    const { found } = telling(endFailure, () => this.prepare());
    this.found = found;
    this.stored = { created: found === undefined, path: way.path };
  }

  /** Puts the file in its place, for good. @throws FileError: then it is still to be discarded */
  commit(): Stored {
    this.replace();
    this.end();
    return this.stored;
  }

  /**
   * Puts the file in its place, and keeps what was there until somebody says whether the file stays. No folder stays held
   * meanwhile.
   *
   * @throws FileError, then it is still to be discarded
   */
  place(): PlacedUpload {
    try {
      return telling(endFailure, () => this.replaceForNow());
    } finally {
      this.rest();
    }
  }

  /** Lets go of the folder until it takes its place: for one that waits for others. */
  rest(): void {
    this.parts.way.rest();
  }

  private prepare(): UploadTarget {
    const { way, temporary, modified, storage } = this.parts;
    const target = way.hold();
    if (target.found !== undefined) temporary.resemble(target.found, target);
    if (modified !== undefined) temporary.stamp(modified);
    // What is to be on the disk first stays open, for that to be told of.
    if (!storage.root.isSynced || temporary.isOnDisk) temporary.close();
    return target;
  }

  private replaceForNow(): PlacedUpload {
    const target = this.holdUntouched();
    const { storage, temporary } = this.parts;
    this.number = temporary.numberFrom(target);
    const backup = this.stored.created ? undefined : new Backup(storage, target);
    let placed: UploadTarget;
    try {
      placed = this.replace();
    } catch (error) {
      backup?.drop();
      throw error;
    }
    return {
      folder: placed.mark,
      commit: () => {
        backup?.drop();
        this.end();
      },
      revert: () => restore(storage, { path: this.stored.path, number: this.number, backup: backup?.spot }),
    };
  }

  /** No other file of the same run of code may have taken the place: names that differ may be one to the file system. */
  private holdUntouched(): UploadTarget {
    const target = this.parts.way.hold();
    if (target.found?.ino === this.found?.ino) return target;
    target.allow();
    throw new FileError('badPath', 'Two of the files have the same name here.');
  }

  /** Makes the folders that are missing, and renames. @throws FileError */
  private replace(): UploadTarget {
    return telling(endFailure, () => {
      const target = this.parts.way.make();
      if (!knowsDescriptors) this.moveBeside(target);
      this.rename(target);
      return target;
    });
  }

  private rename(target: UploadTarget): void {
    const { storage, temporary } = this.parts;
    try {
      temporary.replace(target);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      // Not every file system tells beforehand where a rename leads.
      storage.staging.avoid(target);
      this.moveBeside(target);
      temporary.replace(target);
    }
  }

  /**
   * Once it is sure that the temporary file is in the right folder, so is the target: the rename that follows a path
   * which leads elsewhere meanwhile does not find the temporary file there.
   */
  private moveBeside(target: UploadTarget): void {
    const { storage, temporary } = this.parts;
    temporary.moveTo(storage.staging.reserveBeside(target), target);
    target.verify();
    // It may be a copy.
    if (this.number !== undefined) this.number = temporary.numberFrom(target);
  }

  private end(): void {
    const { temporary, way, onEnd } = this.parts;
    temporary.placed();
    way.keep();
    onEnd();
  }
}
