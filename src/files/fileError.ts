/** Everything that is expected to go wrong between a path and its bytes. */
import { errnoOf, meaningOf, missing, whenReading, whenWriting } from './errno';

export { errnoOf, isNothing, nameTooLong, noFolder } from './errno';

/**
 * - `badPath`: the path can never name an entry of the folder
 * - `missing`: nothing that may be read is there
 * - `hidden`: to read, as if nothing were there: excluded, or outside of the folder
 * - `protected`: what is hidden may not be written either
 * - `denied`: the operating system refuses
 * - `folder`: a folder, or another thing that is no file, is where a file should be
 * - `parentIsFile`: a file is where a folder should be
 * - `nameTooLong`: no file system here takes that name
 * - `full`: no room, or no quota, is left
 * - `busy`: out of descriptors, in use, or away; later it may work
 * - `noParent`: the folder that something is to be put into is not there
 * - `occupied`: something is there that is not to be replaced
 * - `fixed`: what is there stays, whoever asks: something is mounted on it
 * - `failed`: the disk, or the file system on it
 * - `cancelled`: whoever serves the folder does not want it
 */
export type FileErrorKind =
  | 'badPath'
  | 'missing'
  | 'hidden'
  | 'protected'
  | 'denied'
  | 'folder'
  | 'parentIsFile'
  | 'nameTooLong'
  | 'full'
  | 'busy'
  | 'noParent'
  | 'occupied'
  | 'fixed'
  | 'failed'
  | 'cancelled';

export class FileError extends Error {
  override readonly name = 'FileError';

  /** @param message one sentence without the path on disk, fit for a client */
  constructor(
    readonly kind: FileErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Does `work`, and returns whether the system let it. What else goes wrong is thrown. */
export function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function explain(error: unknown, table: typeof whenReading): unknown {
  const meaning = meaningOf(error, table);
  return meaning === undefined ? error : new FileError(...meaning, { cause: error });
}

/** The {@link FileError} that a failure means to a reader; what is unexpected stays as it is. */
export function readFailure(error: unknown): unknown {
  // What no file can be called is not there.
  if (error instanceof FileError && error.kind === 'nameTooLong') return new FileError(...missing, { cause: error });
  return explain(error, whenReading);
}

/** The {@link FileError} that a system call's failure means to a writer; what is unexpected stays as it is. */
export const writeFailure = (error: unknown): unknown => explain(error, whenWriting);
