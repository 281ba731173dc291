/** Folders held for as long as this run of code goes on: uploads that have come together open theirs once. */
import { Folder } from '../folder';
import { leadsSafely } from './plainPath';
import type { Root } from '../root';

/** So that no crowd of folders takes all descriptors. */
const most = 16;

interface Held {
  readonly folder: Folder;
  /** How it is reached is settled at its second use: for one upload, to look at all folders above would cost what it saves. */
  isSettled: boolean;
}

/** By the segments they were asked for by. */
const folders = new Map<string, Held>();

/** As {@link Folder.open}; nothing was awaited since the folder was looked at. Whoever holds it closes it. */
export function holdFolder(root: Root, segments: readonly string[]): Folder {
  const key = segments.join('/');
  const known = folders.get(key);
  if (known?.folder.root === root) return settled(known).retain();
  const folder = Folder.open(root, segments);
  if (folders.size === 0) queueMicrotask(letGo);
  if (folders.size === most || known !== undefined) letGo();
  folders.set(key, { folder: folder.retain(), isSettled: false });
  return folder;
}

function settled(held: Held): Folder {
  const { folder } = held;
  if (!held.isSettled && folder.descriptor !== undefined && leadsSafely(folder)) folder.usePath();
  held.isSettled = true;
  return folder;
}

/** From now on, folders are looked at anew: one that was held may be gone. */
export function letGo(): void {
  const all = [...folders.values()];
  folders.clear();
  for (const { folder } of all) {
    // Who holds it longer may await something.
    folder.useDescriptor();
    folder.close();
  }
}
