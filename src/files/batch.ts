/** Puts several files in their places, all or none. */
import { copyFileSync, linkSync, renameSync, unlinkSync } from 'node:fs';
import { errnoOf, succeeds } from './errors';
import { removeIfThere } from './journal';
import { reserve } from './temporary';
import { failureOf, type Stored, type Upload } from './write';

type Backup = ReturnType<typeof reserve>;

/** A file that is in its place, and what was there before. */
interface Replaced {
  readonly upload: Upload;
  readonly backup: Backup | undefined;
}

/**
 * Finishes `uploads` in their order. Nothing is awaited, as in {@link Upload.finish}.
 *
 * @throws FileError; whatever a check throws: then everything is as it was, and all are still to be discarded
 */
export function finishAll(uploads: readonly Upload[]): Stored[] {
  const stored = uploads.map((upload) => {
    upload.recheck();
    upload.prepare();
    return upload.stored;
  });
  const replaced: Replaced[] = [];
  try {
    for (const [i, upload] of uploads.entries()) replaced.push(replace(upload, stored[i]?.created === true));
  } catch (error) {
    for (const one of replaced.toReversed()) revert(one);
    throw failureOf(error);
  }
  for (const { upload, backup } of replaced) {
    if (backup !== undefined) drop(backup);
    upload.end();
  }
  return stored;
}

function replace(upload: Upload, isNew: boolean): Replaced {
  const backup = isNew ? undefined : keep(upload);
  try {
    upload.replace();
    return { upload, backup };
  } catch (error) {
    if (backup !== undefined) drop(backup);
    throw error;
  }
}

/** Gives the file that will be replaced a second name. */
function keep({ place }: Upload): Backup {
  const backup = reserve(place);
  try {
    linkOrCopy(place.target, backup.path);
    return backup;
  } catch (error) {
    drop(backup);
    throw error;
  }
}

/** Not every file system knows hard links. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    copyFileSync(from, to);
  }
}

function revert({ upload, backup }: Replaced): void {
  if (backup === undefined) {
    unlinkSync(upload.place.target);
    return;
  }
  renameSync(backup.path, upload.place.target);
  backup.release();
}

/** As it is when an upload is discarded. */
function drop({ path, release }: Backup): void {
  if (succeeds(() => removeIfThere(path))) release();
}
