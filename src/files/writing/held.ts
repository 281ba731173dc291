/** Folders held for as long as this run of code goes on: uploads that have come together open theirs once. */
import { Folder } from '../folder';
import type { Root } from '../root';

/** So that no crowd of folders takes all descriptors. */
const most = 16;

/** By the segments they were asked for by. */
const held = new Map<string, Folder>();

/** As {@link Folder.open}; nothing was awaited since the folder was looked at. Whoever holds it closes it. */
export function holdFolder(root: Root, segments: readonly string[]): Folder {
  const key = segments.join('/');
  const known = held.get(key);
  if (known?.root === root) return known.share();
  const folder = Folder.open(root, segments);
  if (held.size === 0) queueMicrotask(letGo);
  if (held.size === most || known !== undefined) letGo();
  held.set(key, folder.share());
  return folder;
}

/** From now on, folders are looked at anew: one that was held may be gone. */
export function letGo(): void {
  const folders = [...held.values()];
  held.clear();
  for (const folder of folders) folder.close();
}
