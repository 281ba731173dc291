/** What a file replaces, under a second name until it is sure that it goes. */
import { copyFileSync, linkSync } from 'node:fs';
import { errnoOf } from '../fileError';
import type { Spot } from './staging';
import type { UploadTarget } from './uploadTarget';
import type { Storage } from './write';

export class Backup {
  readonly spot: Spot;

  /** @param target held, with a file. @throws an `errno` error */
  constructor(
    private readonly storage: Storage,
    target: UploadTarget,
  ) {
    const { staging } = storage;
    try {
      this.spot = this.keep(target, staging.reserve(target, true));
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      // It has to come back by a rename, which leads no further than a link.
      this.spot = this.keep(target, staging.reserveBeside(target));
    }
  }

  private keep(target: UploadTarget, spot: Spot): Spot {
    try {
      linkOrCopy(target.target, spot.pathFrom(target));
      return spot;
    } catch (error) {
      this.remove(spot);
      throw error;
    }
  }

  /** Removes it. */
  drop(): void {
    this.remove(this.spot);
  }

  private remove({ path, release }: Spot): void {
    this.storage.leftovers.remove(path, release);
  }
}

/** Gives a file a second name, or makes a copy where the file system has no hard links. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    copyFileSync(from, to);
  }
}
