/** Removes a file of the folder, or a folder with nothing in it. */
import { rmdirSync, unlinkSync, type BigIntStats } from 'node:fs';
import { FileError } from '../fileError';
import { hasMounts } from '../mounts';
import type { Root } from '../root';
import { withSource, type HeldEntry } from './heldEntry';
import type { OnChange } from './onDisk';
import { mounted } from './subtree';
import type { Check } from '../writing/write';

/** What is to be removed. */
export interface Removal {
  readonly root: Root;
  readonly segments: readonly string[];
  /** Whether it is asked for as a folder: what is there must be what is meant. */
  readonly isFolder: boolean;
  readonly check: Check;
  readonly onChange?: OnChange | undefined;
}

/**
 * Removes it; of a link, the link.
 *
 * @param seen of a folder, what was looked through
 * @throws FileError `missing`, `folder`, `protected` and others; whatever `check` throws
 */
export function remove(removal: Removal, seen?: BigIntStats): void {
  atEntry(removal, seen, (entry) => {
    entry.verify();
    if (entry.kind === 'folder') rmdirSync(entry.path);
    else unlinkSync(entry.path);
    removal.onChange?.(entry.folder);
  });
}

/**
 * The absolute path, now, of what could be removed, by somebody else: the change is noted as if it had been.
 *
 * @returns undefined for a link: what it leads to is not what would be removed
 * @throws as {@link remove}
 */
export function removable(removal: Removal, seen?: BigIntStats): string | undefined {
  return atEntry(removal, seen, (entry) => {
    if (entry.kind === 'link') return undefined;
    removal.onChange?.(entry.folder);
    return removal.root.pathOf(entry.real);
  });
}

/** Real path's segments of a folder that could be removed; undefined for a link to one. @throws as {@link remove} */
export function removableFolder(removal: Removal): readonly string[] | undefined {
  return atEntry(removal, undefined, ({ kind, real }) => (kind === 'link' ? undefined : real));
}

function atEntry<T>(
  { root, segments, isFolder, check }: Removal,
  seen: BigIntStats | undefined,
  use: (entry: HeldEntry) => T,
): T {
  return withSource(root, segments, (entry) => {
    checkMeant(entry, isFolder);
    check();
    checkSeen(entry, seen);
    return use(entry);
  });
}

/** @throws FileError `folder` or `missing` if something else is there than a file, or than a folder */
export function checkMeant(entry: HeldEntry, isFolder: boolean): void {
  if (!isFolder && entry.leadsToFolder) throw new FileError('folder', 'A folder has that name.');
  if (isFolder ? !entry.leadsToFolder : !entry.leadsToFile) throw new FileError('missing', 'There is no such file.');
}

/** Makes sure that a folder is the one that was looked through, and that nothing is mounted in it. */
export function checkSeen(entry: HeldEntry, seen: BigIntStats | undefined): void {
  if (seen === undefined) return;
  if (!entry.isSameAs(seen)) throw new FileError('busy', 'The folder is being replaced.');
  if (hasMounts(entry.root.pathOf(entry.real))) throw mounted();
}
