/**
 * `lstat` for many entries: what `fs.lstatSync` does without the object of 18 properties, four dates among them, that it makes
 * of each. No public function of Node.js does that, so this is its inside, and the public function stands in for it
 * wherever it does not act as it is known to; `test/files/quickStat.test.ts` would then fail.
 */
import { constants, lstatSync } from 'node:fs';
import { errnoOf } from '../fileError';

export interface QuickStat {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** In octets. */
  readonly size: number;
  /** In milliseconds since the epoch. */
  readonly modified: number;
}

/** Returns what the system tells of a path; undefined if nothing is there. @throws an `errno` error */
type Look = (path: string) => QuickStat | undefined;

/**
 * Numbers that the next call overwrites: the mode is the second, the size the ninth, then from the thirteenth on the seconds
 * and nanoseconds of the time of the last change. (Taken out by names, they cost more than the call.)
 *
 * @param mayThrow whether it may for want of an entry
 */
type Lstat = (path: string, bigint: false, request: undefined, mayThrow: unknown) => Float64Array | undefined;

/** Versions of Node.js that it was tried with: of an unknown one, a call with wrong arguments would end the process. */
const tried: readonly string[] = ['20', '22', '24', '26'];

const slowly: Look = (path) => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat && { type: typeOf(stat.mode), size: stat.size, modified: stat.mtimeMs };
};

function quickly(lstat: Lstat): Look {
  return (path) => {
    const stat = lstat(path, false, undefined, false);
    if (stat === undefined) return undefined;
    const modified = (stat[12] ?? 0) * 1000 + (stat[13] ?? 0) / 1e6;
    return { type: typeOf(stat[1] ?? 0), size: stat[8] ?? 0, modified };
  };
}

function typeOf(mode: number): QuickStat['type'] {
  const bits = mode & constants.S_IFMT;
  if (bits === constants.S_IFREG) return 'file';
  if (bits === constants.S_IFDIR) return 'directory';
  return bits === constants.S_IFLNK ? 'link' : 'other';
}

/** Undefined where it does not act as it is known to. */
function inside(): Lstat | undefined {
  const [major = ''] = process.versions.node.split('.');
  if (process.platform === 'win32' || !tried.includes(major)) return undefined;
  const { binding } = process as unknown as { readonly binding?: (name: 'fs') => { readonly lstat?: Lstat } };
  try {
    const lstat = binding?.('fs').lstat;
    return typeof lstat === 'function' && throws(lstat) && agrees(lstat) ? lstat : undefined;
  } catch {
    // Whatever it is that is other than it was: the public function does the same.
    return undefined;
  }
}

/** Until 20.10 or so, a failure was put into an object that was the last argument. */
function throws(lstat: Lstat): boolean {
  try {
    lstat('/\u0001/there is nothing', false, undefined, {});
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

function agrees(lstat: Lstat): boolean {
  const [quick, slow] = [quickly(lstat)(process.execPath), slowly(process.execPath)];
  return quick?.type === slow?.type && quick?.size === slow?.size && quick?.modified === slow?.modified;
}

const known = inside();

/** Whether {@link quickStat} is quick. */
export const isQuick = known !== undefined;

export const quickStat: Look = known === undefined ? slowly : quickly(known);
