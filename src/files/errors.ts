/** Everything that is expected to go wrong between a path and its bytes. */

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
 * - `busy`: out of descriptors or of locks; later it may work
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

const missing = ['missing', 'There is no such file.'] as const;
const denied = ['denied', 'The operating system does not allow it.'] as const;
const busy = ['busy', 'Too many files are open at the moment.'] as const;
const full = ['full', 'There is no room left to store the file.'] as const;
const parentIsFile = ['parentIsFile', 'A file is where the path needs a folder.'] as const;
const nameTooLong = ['nameTooLong', 'A name in the path is too long.'] as const;

type Meaning = readonly [kind: FileErrorKind, message: string];

const shared: Readonly<Record<string, Meaning>> = {
  ENOENT: missing,
  EACCES: denied,
  EPERM: denied,
  EMFILE: busy,
  ENFILE: busy,
  EBUSY: busy,
  EAGAIN: busy,
};

/** A path that cannot lead to a file leads to none. */
const whenReading: Readonly<Record<string, Meaning>> = {
  ...shared,
  ENOTDIR: missing,
  ELOOP: missing,
  ENAMETOOLONG: missing,
  ENXIO: missing,
  ENODEV: missing,
};

const whenWriting: Readonly<Record<string, Meaning>> = {
  ...shared,
  EROFS: denied,
  ELOOP: ['protected', 'The path leads through a loop of links.'],
  ENOTDIR: parentIsFile,
  EEXIST: parentIsFile,
  EISDIR: ['folder', 'A folder is where the file should be.'],
  ENAMETOOLONG: nameTooLong,
  EINVAL: ['badPath', 'The file system takes no such name.'],
  EILSEQ: ['badPath', 'The file system takes no such name.'],
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: ['full', 'The file is larger than the file system allows.'],
};

/** The `errno` name of a failed system call; undefined for any other value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
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

function explain(error: unknown, meanings: Readonly<Record<string, Meaning>>): unknown {
  const meaning = meanings[errnoOf(error) ?? ''];
  return meaning === undefined ? error : new FileError(meaning[0], meaning[1], { cause: error });
}

/** The {@link FileError} that a system call's failure means to a reader; what is unexpected stays as it is. */
export const readFailure = (error: unknown): unknown => explain(error, whenReading);

/** The {@link FileError} that a system call's failure means to a writer; what is unexpected stays as it is. */
export const writeFailure = (error: unknown): unknown => explain(error, whenWriting);
