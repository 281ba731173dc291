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
    this.spot = storage.staging.reserve(target, true);
    try {
      linkOrCopy(target.target, this.spot.pathFrom(target));
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** Removes it. */
  drop(): void {
    const { path, release } = this.spot;
    this.storage.leftovers.remove(path, release);
  }
}

/** Gives a file a second name, or makes a copy where the file system has no hard links, or none across folders. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(errnoOf(error) ?? '')) throw error;
    copyFileSync(from, to);
  }
}
