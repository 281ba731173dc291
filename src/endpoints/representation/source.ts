/** Content with what identifies it: what a resource is made of. */
import { createHash } from 'node:crypto';
import { OpenFile } from '../../files/reading/read';
import type { SmallFile } from '../../files/reading/small';
import type { Sliceable, Spliced } from './content';

export interface Source {
  readonly content: Sliceable | Spliced;
  /** Tells these octets from those that were and will be there: an entity tag without its quotes. */
  readonly version: string;
  /** In milliseconds since the epoch; undefined if no date can tell. */
  readonly modified: number | undefined;
}

/** A file as it is on disk. */
export const sourceOf = (file: SmallFile | OpenFile): Source => ({
  content: file instanceof OpenFile ? file : file.bytes,
  version: versionOf(file),
  modified: file instanceof OpenFile || file.isTold ? Number(file.stat.mtimeNs / 1_000_000n) : undefined,
});

/**
 * The time of modification in nanoseconds and the size; and, because two changes within one tick of the clock leave both
 * as they were, the content where it is in memory, else the time of the last change.
 */
function versionOf(file: SmallFile | OpenFile): string {
  const { mtimeNs, ctimeNs, size } = file.stat;
  const third = file instanceof OpenFile ? ctimeNs.toString(36) : digestOf(file.bytes);
  return `${mtimeNs.toString(36)}-${size.toString(36)}-${third}`;
}

/** Enough of a hash to tell contents apart. */
export const digestOf = (octets: Uint8Array): string =>
  createHash('sha256').update(octets).digest('base64url').slice(0, 11);
