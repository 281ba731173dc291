/** Folders held for as long as this run of code goes on: uploads that have come together open theirs once. */
import { Folder } from '../folder';
import { PlainPaths } from './plainPath';
import type { Root } from '../root';

/** So that no crowd of folders takes all descriptors. */
const most = 16;

const plainPaths = new PlainPaths();

interface Held {
  readonly folder: Folder;
  /** How it is reached is settled at its second use: for one upload, to look at all folders above would cost what it saves. */
  isSettled: boolean;
}

/** By the segments they were asked for by. */
const folders = new Map<string, Held>();

/** As {@link Folder.open}; nothing was awaited since the folder was looked at. Whoever holds it closes it. */
export function holdFolder(root: Root, segments: readonly string[]): Folder {
  const held = heldFolder(root, segments);
  if (held !== undefined) return held;
  const key = segments.join('/');
  const known = folders.get(key);
  const folder = Folder.open(root, segments);
  if (folders.size === 0) queueMicrotask(letGo);
  if (folders.size === most || known !== undefined) letGo();
  folders.set(key, { folder: folder.retain(), isSettled: false });
  return folder;
}

/** As {@link holdFolder}, if it is held already. */
export function heldFolder(root: Root, segments: readonly string[]): Folder | undefined {
  const known = folders.get(segments.join('/'));
  return known?.folder.root === root ? settled(known).retain() : undefined;
}

function settled(held: Held): Folder {
  const { folder } = held;
  if (!held.isSettled && folder.descriptor !== undefined && plainPaths.leadTo(folder)) folder.usePath();
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
