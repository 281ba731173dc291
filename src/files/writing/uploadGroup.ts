/** Puts several files in their places, all or none. */
import { copyFileSync, linkSync, renameSync, unlinkSync } from 'node:fs';
import { errnoOf } from '../fileError';
import type { Spot } from './staging';
import { failureOf } from './failures';
import type { Stored, Upload } from './write';

/** A file that is in its target, and what was there before. */
interface Replaced {
  readonly upload: Upload;
  readonly backup: Spot | undefined;
}

/** What a failure is to be told as that one of several files had. */
export type Explain = (error: unknown, upload: Upload) => unknown;

/**
 * Finishes `uploads` in their order. Nothing is awaited, as in {@link Upload.finish}, and no more folders are held than
 * for one of them.
 *
 * @throws what `explain` makes of a FileError, or of whatever a check throws: then everything is as it was, and all are
 *   still to be discarded
 */
export function finishAll(uploads: readonly Upload[], explain: Explain): Stored[] {
  const stored = uploads.map((upload) => ready(upload, explain));
  const replaced: Replaced[] = [];
  for (const [i, upload] of uploads.entries()) {
    try {
      replaced.push(replace(upload, stored[i]?.created === true));
    } catch (error) {
      for (const one of replaced.toReversed()) revert(one);
      throw explain(failureOf(error), upload);
    }
  }
  for (const { upload, backup } of replaced) {
    if (backup !== undefined) upload.drop(backup);
    upload.end();
  }
  return stored;
}

function ready(upload: Upload, explain: Explain): Stored {
  try {
    upload.recheck();
    upload.prepare();
    return upload.stored;
  } catch (error) {
    throw explain(error, upload);
  } finally {
    upload.rest();
  }
}

function replace(upload: Upload, isNew: boolean): Replaced {
  let backup: Spot | undefined;
  try {
    upload.assertUntouched();
    if (!isNew) backup = keep(upload);
    upload.replace();
    return { upload, backup };
  } catch (error) {
    if (backup !== undefined) upload.drop(backup);
    throw error;
  } finally {
    upload.rest();
  }
}

/** Gives the file that will be replaced a second name. */
function keep(upload: Upload): Spot {
  const target = upload.holdAgain();
  const backup = upload.reserve();
  try {
    linkOrCopy(target.target, backup.pathFrom(target));
    return backup;
  } catch (error) {
    upload.drop(backup);
    throw error;
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

function revert({ upload, backup }: Replaced): void {
  const target = upload.holdAgain();
  try {
    if (backup === undefined) unlinkSync(target.target);
    else renameSync(backup.pathFrom(target), target.target);
    backup?.release();
  } finally {
    upload.rest();
  }
}
