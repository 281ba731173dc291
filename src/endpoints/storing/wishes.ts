/** What a client wants beside having its file stored: a time for it, and to be told its digest. */
import type { Fields } from '../../http/message/fields';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine } from '../../http/message/message';
import { reprDigest, wantedDigest, type Algorithm } from '../representation/digest';
import type { Expectations } from './integrity';

interface Wishes {
  /** When the file was modified, in milliseconds since the epoch; undefined for now. */
  readonly modified: number | undefined;
  /** The algorithm of the digest that is to be told; at most one. */
  readonly algorithms: readonly Algorithm[];
}

/** @throws {@link HttpError} 400 for a time that is none */
export function wishesOf(fields: Fields): Wishes {
  const algorithm = wantedDigest(fields);
  return { modified: modifiedOf(fields), algorithms: algorithm === undefined ? [] : [algorithm] };
}

/** The end of the year 9999, in seconds since the epoch. */
const latest = 253_402_300_799;

/** X-OC-Mtime, by which clients that synchronise folders keep times: seconds since the epoch. */
function modifiedOf(fields: Fields): number | undefined {
  const value = fields.get('x-oc-mtime');
  if (value === undefined) return undefined;
  const seconds = /^-?[0-9]{1,12}(?:\.[0-9]{1,9})?$/.test(value) ? Number(value) : NaN;
  if (!(Math.abs(seconds) <= latest)) throw new HttpError(400, 'X-OC-Mtime is no number of seconds since the epoch.');
  return seconds * 1000;
}

/** How the answer says that they were granted. @param digests of the file, which were checked */
export function grantedLines({ modified, algorithms }: Wishes, digests: Expectations): FieldLine[] {
  const lines: FieldLine[] = algorithms.flatMap((algorithm) => {
    const digest = digests.digest(algorithm);
    return digest === undefined ? [] : [reprDigest(algorithm, digest.toString('base64'))];
  });
  return modified === undefined ? lines : [...lines, ['X-OC-MTime', 'accepted']];
}
