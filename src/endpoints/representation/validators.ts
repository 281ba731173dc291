/** Validators (RFC 9110 §8.8). */
import type { Validators } from '../../http/message/conditional';
import type { Coding } from '../../http/message/negotiate';
import type { Source } from './source';

type Version = Pick<Source, 'version' | 'modified'>;

/** A strong entity tag. */
export const entityTag = ({ version }: Version, coding?: Coding): string =>
  `"${version}${coding === undefined ? '' : `-${coding}`}"`;

/** The tags of a source as it is and in each of `codings`. */
export const entityTags = (source: Version, codings: readonly Coding[]): string[] =>
  [undefined, ...codings].map((coding) => entityTag(source, coding));

/** Validators of the source as it is. */
export function validatorsOf(source: Version, codings: readonly Coding[]): Validators {
  const etags = entityTags(source, codings);
  return { etag: etags[0] ?? '', etags, modified: source.modified };
}
