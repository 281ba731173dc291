/**
 * Range requests for octets (RFC 9110 §14). Pure.
 *
 * The library of this field is not used: range-parser 1.3 answers a suffix longer than the content with 416, where
 * §14.1.2 selects all of it; takes `bytes=5-2` for unsatisfiable, where §14.1.1 calls it invalid, thus ignored; and
 * refuses the empty list members of §5.6.1.2.
 */

import { membersOf } from './syntax';

/** `start` and `end` are the first and the last octet. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More ranges than these cost more than they are worth (§17.15): the field is ignored. */
export const mostRanges = 50;

const unit = /^bytes=/i;
const rangeSpec = /^(?:([0-9]+)-([0-9]*)|-([0-9]+))$/;

/**
 * The satisfiable ranges in the order asked for; those that overlap or touch are one, at the place of the first (§15.3.7.2).
 *
 * @param size of the selected representation, in octets
 * @returns none if no range is satisfiable: answer 416; undefined if the field is to be ignored
 */
export function parseRange(value: string, size: number): readonly ByteRange[] | undefined {
  if (!unit.test(value)) return undefined;
  const specs = membersOf(value.slice('bytes='.length)).filter((member) => member !== '');
  if (specs.length === 0 || specs.length > mostRanges) return undefined;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = resolve(spec, size);
    if (range === undefined) return undefined;
    if (range.start <= range.end) ranges.push(range);
  }
  return coalesce(ranges);
}

/** The range within the content, empty if it is unsatisfiable; undefined if it is invalid. */
function resolve(spec: string, size: number): ByteRange | undefined {
  const match = rangeSpec.exec(spec);
  if (match === null) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size - 1 };
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  return end < start ? undefined : { start, end: Math.min(end, size - 1) };
}

function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  const apart: ByteRange[] = [];
  for (const range of ranges) {
    let { start, end } = range;
    let place = apart.length;
    // Those in the list are apart from each other: what is joined with one of them touches no third one for that.
    for (let i = apart.length - 1; i >= 0; i--) {
      const other = apart[i];
      if (other === undefined || other.start > end + 1 || start > other.end + 1) continue;
      start = Math.min(start, other.start);
      end = Math.max(end, other.end);
      apart.splice(i, 1);
      place = i;
    }
    apart.splice(place, 0, { start, end });
  }
  return apart;
}

/** §14.4, for a 206. */
export const contentRange = (range: ByteRange, size: number): string => `bytes ${range.start}-${range.end}/${size}`;

/** §14.4, for a 416. */
export const unsatisfiedRange = (size: number): string => `bytes */${size}`;
