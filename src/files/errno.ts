/** What each failure of a system call means, by its operation and its number. */
import { constants } from 'node:os';
import type { FileErrorKind } from './fileError';

type Meaning = readonly [kind: FileErrorKind, message: string];

/** For these, neither the runtime nor its list of constants has a name; on Linux, whatever the processor. */
const nameless: Readonly<Record<number, string>> =
  process.platform === 'linux'
    ? {
        108: 'ESHUTDOWN',
        112: 'EHOSTDOWN',
        117: 'EUCLEAN',
        121: 'EREMOTEIO',
        123: 'ENOMEDIUM',
        124: 'EMEDIUMTYPE',
        126: 'ENOKEY',
        127: 'EKEYEXPIRED',
        133: 'EHWPOISON',
      }
    : {};

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** EAI_AGAIN is one as well. What the runtime says of its own accord begins with `ERR_`, what zlib says with `Z_`. */
const systemName = /^E(?!RR_)[A-Z\d_]+$/;

/** What the runtime says of an error that it has no name for: of most calls the first, of reads and writes the second; of no file the third. */
const isNameless = (code: string): boolean =>
  code.startsWith('Unknown system error') || code === 'UNKNOWN' || code === 'ERR_SYSTEM_ERROR';

/**
 * The `errno` name of a failed system call, which alone has a number; undefined for any other value, such as ERR_INVALID_ARG_TYPE
 * of the runtime, which is a defect.
 */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (systemName.test(error.code)) return error.code;
  const number = Math.abs(error.errno);
  return isNameless(error.code) ? (names.get(number) ?? nameless[number] ?? error.code) : undefined;
}

/** As the system says it, where we have looked ourselves. */
export const noFolder = (message: string): Error =>
  Object.assign(new Error(message), { code: 'ENOTDIR', errno: -constants.errno.ENOTDIR });

/** Whether it says that there is nothing at a path, or no folder on the way. */
export const isNothing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');

export const missing: Meaning = ['missing', 'There is no such file.'];
export const nameTooLong: Meaning = ['nameTooLong', 'A name in the path is too long.'];
const denied: Meaning = ['denied', 'The operating system does not allow it.'];
const locked: Meaning = ['denied', 'The key to what is encrypted there is lacking.'];
const unable: Meaning = ['denied', 'The file system cannot do that.'];
const descriptors: Meaning = ['busy', 'Too many files are open at the moment.'];
const memory: Meaning = ['busy', 'The system is short of memory at the moment.'];
const used: Meaning = ['busy', 'Something else is using it at the moment.'];
const away: Meaning = ['busy', 'The file system does not answer at the moment.'];
const failed: Meaning = ['failed', 'The disk or the file system failed.'];
const full: Meaning = ['full', 'There is no room left to store the file.'];
const parentIsFile: Meaning = ['parentIsFile', 'A file is where the path needs a folder.'];
const badName: Meaning = ['badPath', 'The file system takes no such name.'];
const mounted: Meaning = ['fixed', 'Something is mounted there: it can be neither replaced nor removed.'];

const each = (codes: string, meaning: Meaning): Readonly<Record<string, Meaning>> =>
  Object.fromEntries(codes.split(' ').map((code) => [code, meaning]));

const shared: Readonly<Record<string, Meaning>> = {
  ...each('ENOENT', missing),
  ...each('EACCES EPERM', denied),
  ...each('ENOKEY EKEYEXPIRED', locked),
  ...each('ENOSYS ENOTSUP EOPNOTSUPP', unable),
  ...each('EMFILE ENFILE', descriptors),
  ...each('ENOMEM ENOBUFS', memory),
  ...each('EBUSY EAGAIN EINTR EDEADLK ENOLCK', used),
  ...each('ESTALE EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH ETIMEDOUT ENOMEDIUM EMEDIUMTYPE', away),
  ...each('ENOTCONN ECONNABORTED ECONNREFUSED ECONNRESET ESHUTDOWN', away),
  ...each('EIO EUCLEAN EBADMSG EREMOTEIO EHWPOISON EPROTO', failed),
};

/** A path that cannot lead to a file leads to none. */
export const whenReading: Readonly<Record<string, Meaning>> = {
  ...shared,
  ...each('ENOTDIR ELOOP ENAMETOOLONG ENXIO ENODEV', missing),
  // As some of the kernel's own files do.
  ...each('EINVAL ENODATA', ['denied', 'The file cannot be read.']),
};

/** By the operation as well, where it makes a difference: Windows says EBUSY of what a program has open. */
export const whenWriting: Readonly<Record<string, Meaning>> = {
  ...shared,
  ...each('EROFS', ['denied', 'The file system is read-only.']),
  ...each('ELOOP', ['protected', 'That path may not be written.']),
  ...each('ENOTDIR EEXIST', parentIsFile),
  ...each('EISDIR', ['folder', 'A folder is where the file should be.']),
  ...each('ENOTEMPTY', ['folder', 'The folder is not empty.']),
  ...each('ETXTBSY', ['fixed', 'The file is a program that is running.']),
  ...each('ENAMETOOLONG', nameTooLong),
  ...each('EINVAL EILSEQ', badName),
  ...each('ENOSPC EDQUOT', full),
  ...each('EMLINK', ['full', 'The folder takes no more entries.']),
  ...each('EFBIG', ['full', 'The file is larger than the file system allows.']),
  ...each('rename:EXDEV link:EXDEV', mounted),
  // What cannot be flushed is not promised to be on the disk.
  ...each('fsync:EINVAL fsync:EROFS', unable),
  ...(process.platform === 'win32' ? {} : each('rename:EBUSY unlink:EBUSY rmdir:EBUSY', mounted)),
};

/** What a failure means by one of the tables; undefined for what nobody expects. */
export function meaningOf(error: unknown, table: Readonly<Record<string, Meaning>>): Meaning | undefined {
  const errno = errnoOf(error);
  if (errno === undefined) return undefined;
  return table[`${String((error as NodeJS.ErrnoException).syscall)}:${errno}`] ?? table[errno];
}
