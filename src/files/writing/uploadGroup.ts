/** Puts several files in their places, all or none. */
import type { PlacedUpload, ReadyUpload } from './readyUpload';
import type { Stored, Upload } from './write';

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
  const all = uploads.map((upload) => ({ upload, ready: readyAtRest(upload, explain) }));
  const placed: PlacedUpload[] = [];
  for (const { upload, ready } of all) {
    try {
      placed.push(ready.place());
    } catch (error) {
      for (const one of placed.toReversed()) one.revert();
      throw explain(error, upload);
    }
  }
  for (const one of placed) one.commit();
  return all.map(({ ready }) => ready.stored);
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
