/** What is in a folder, in the order and with the choice that the reader wants. Pure. */
import { foldName, sortKey } from '../common/fileNames';
import type { Listed } from './listed';

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** In octets; 0 for a folder. */
  readonly size: number;
  /** In milliseconds since the epoch. */
  readonly modified: number;
  /** What it is looked for and sorted by. */
  readonly folded: string;
  readonly key: string;
}

export function entriesOf(list: readonly Listed[]): Entry[] {
  return list.map(({ name, type, size, modified }) => ({
    ...{ name, size, isFolder: type === 'directory', modified: Date.parse(modified) },
    ...{ folded: foldName(name), key: sortKey(name) },
  }));
}

export type Column = 'name' | 'size' | 'modified';

export interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Entry, b: Entry): number => byCodeUnit(a.key, b.key) || byCodeUnit(a.name, b.name);
const comparisons: Readonly<Record<Column, (a: Entry, b: Entry) => number>> = {
  name: byName,
  size: (a, b) => a.size - b.size || byName(a, b),
  modified: (a, b) => a.modified - b.modified || byName(a, b),
};

/** Folders first, whatever the direction. */
export function ordered(entries: readonly Entry[], { by, isDescending }: Order): Entry[] {
  const compare = comparisons[by];
  const sign = isDescending ? -1 : 1;
  return [...entries].sort((a, b) => (a.isFolder === b.isFolder ? sign * compare(a, b) : a.isFolder ? -1 : 1));
}

/** Those whose name has each of the words in it. */
export function matching(entries: readonly Entry[], filter: string): readonly Entry[] {
  const words = foldName(filter)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return entries;
  return entries.filter(({ folded }) => words.every((word) => folded.includes(word)));
}

export interface Sums {
  readonly folders: number;
  readonly files: number;
  /** Of the files together, in octets. */
  readonly size: number;
}

export function sumsOf(entries: readonly Entry[]): Sums {
  let [folders, size] = [0, 0];
  for (const entry of entries) {
    if (entry.isFolder) folders++;
    size += entry.size;
  }
  return { folders, files: entries.length - folders, size };
}

/** Whether two lists tell the same. */
export const isSame = (a: readonly Entry[], b: readonly Entry[]): boolean =>
  a.length === b.length &&
  a.every((entry, i) => {
    const other = b[i];
    return (
      other !== undefined &&
      entry.name === other.name &&
      entry.isFolder === other.isFolder &&
      entry.size === other.size &&
      entry.modified === other.modified
    );
  });
