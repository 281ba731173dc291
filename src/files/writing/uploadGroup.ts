/** Puts several files in their places, all or none. */
import type { PlacedUpload, ReadyUpload } from './readyUpload';
import type { Stored, Upload } from './write';

/** What a failure is to be told as that one of several files had. */
export type Explain = (error: unknown, upload: Upload) => unknown;

/** A file that is ready for its place. */
interface Ready {
  readonly upload: Upload;
  readonly ready: ReadyUpload;
}

/**
 * Finishes `uploads` in their order. Nothing is awaited, as in {@link Upload.finish}, and no more folders are held than
 * for one of them.
 *
 * @throws what `explain` makes of a FileError, or of whatever a check throws: then everything is as it was, and all are
 *   still to be discarded
 */
export function finishAll(uploads: readonly Upload[], explain: Explain): Stored[] {
  const all = readyAll(uploads, explain);
  for (const one of placeAll(all, explain)) one.commit();
  return all.map(({ ready }) => ready.stored);
}

/** @throws as {@link finishAll} */
export const readyAll = (uploads: readonly Upload[], explain: Explain): Ready[] =>
  uploads.map((upload) => ({ upload, ready: readyAtRest(upload, explain) }));

/** Puts them in their places for now. @throws as {@link finishAll} */
export function placeAll(all: readonly Ready[], explain: Explain): PlacedUpload[] {
  const placed: PlacedUpload[] = [];
  for (const { upload, ready } of all) {
    try {
      placed.push(ready.place());
    } catch (error) {
      revertAll(placed);
      throw explain(error, upload);
    }
  }
  return placed;
}

export function revertAll(placed: readonly PlacedUpload[]): void {
  for (const one of placed.toReversed()) one.revert();
}

function readyAtRest(upload: Upload, explain: Explain): ReadyUpload {
  try {
    const ready = upload.ready();
    ready.rest();
    return ready;
  } catch (error) {
    throw explain(error, upload);
  }
}
