/** A name that nothing has: the one that is wanted or, with a number, one that looks like it. */
import { lstatSync } from 'node:fs';
import { extname } from 'node:path';
import { longestName } from '../names';
import type { Root } from '../root';
import { openIfThere } from './uploadTarget';

/** Whether something has the name, itself or a link. */
type IsTaken = (name: string) => boolean;

/**
 * The segments with their last name changed, if need be: `photo.jpg`, `photo (2).jpg`, `photo (3).jpg` …
 *
 * @param isClaimed whether the path of these segments is somebody's who has not come there yet
 * @throws FileError or an `errno` error if there is no telling
 */
export function freeSegments(
  root: Root,
  segments: readonly string[],
  isClaimed: (path: readonly string[]) => boolean,
): readonly string[] {
  root.locate(segments);
  const parents = segments.slice(0, -1);
  const folder = openIfThere(root, parents);
  try {
    const real = folder?.real ?? parents;
    const isThere = (name: string): boolean =>
      folder !== undefined && lstatSync(folder.entry(name), { throwIfNoEntry: false }) !== undefined;
    return [...parents, freeName(segments.at(-1) ?? '', (name) => isThere(name) || isClaimed([...real, name]))];
  } finally {
    folder?.close();
  }
}

/** Whether something has the name of these segments. @throws as {@link freeSegments} */
export const isTaken = (root: Root, segments: readonly string[]): boolean =>
  freeSegments(root, segments, () => false).at(-1) !== segments.at(-1);

/**
 * Numbers are tried by doubling, and by halving what is between: however many are taken, few are looked at. Where some
 * were freed, the number need not be the least.
 */
export function freeName(name: string, isOneTaken: IsTaken): string {
  if (name === '' || !isOneTaken(name)) return name;
  let taken = 1;
  let free = 2;
  while (isOneTaken(numbered(name, free))) [taken, free] = [free, free * 2];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (isOneTaken(numbered(name, middle))) taken = middle;
    else free = middle;
  }
  return numbered(name, free);
}

/** The number goes before the ending. What would be too long loses characters before it. */
function numbered(name: string, number: number): string {
  const ending = Buffer.byteLength(extname(name)) < longestName / 2 ? extname(name) : '';
  const tail = ` (${number})${ending}`;
  const stem = Array.from(name.slice(0, name.length - ending.length));
  let length = Buffer.byteLength(stem.join('')) + Buffer.byteLength(tail);
  while (length > longestName) length -= Buffer.byteLength(stem.pop() ?? ' ');
  return stem.join('') + tail;
}
