/** Validators of files (RFC 9110 §8.8). */
import { createHash } from 'node:crypto';
import { OpenFile } from '../files/read';
import type { SmallFile } from '../files/small';
import type { Validators } from '../http/conditional';
import type { Coding } from '../http/negotiate';

type Source = SmallFile | OpenFile;

/**
 * A strong entity tag: of the time of modification in nanoseconds and the size; and, because two changes within one tick
 * of the clock leave both as they were, of the content where it is in memory, else of the time of the last change.
 */
export function entityTag(source: Source, coding?: Coding): string {
  const { mtimeNs, ctimeNs, size } = source.stat;
  const version = source instanceof OpenFile ? ctimeNs.toString(36) : digestOf(source);
  return `"${mtimeNs.toString(36)}-${size.toString(36)}-${version}${coding === undefined ? '' : `-${coding}`}"`;
}

const digests = new WeakMap<SmallFile, string>();

function digestOf(file: SmallFile): string {
  const known = digests.get(file) ?? createHash('sha256').update(file.bytes).digest('base64url').slice(0, 11);
  digests.set(file, known);
  return known;
}

/** The tags of a file as it is and in each of `codings`. */
export const entityTags = (source: Source, codings: readonly Coding[]): string[] =>
  [undefined, ...codings].map((coding) => entityTag(source, coding));

/** Validators of the file as it is. */
export function validatorsOf(source: Source, codings: readonly Coding[]): Validators {
  const etags = entityTags(source, codings);
  return { etag: etags[0] ?? '', etags, modified: Number(source.stat.mtimeNs / 1_000_000n) };
}
