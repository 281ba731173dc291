/** Makes one folder, in one that is there. */
import type { Root } from '../root';
import { withDestination } from './heldEntry';
import type { OnChange } from './onDisk';
import type { Check } from '../writing/write';

/**
 * @returns whether there was nothing of that name before; otherwise nothing was done
 * @throws FileError `noParent`, `protected` and others; whatever `check` throws
 */
export function makeFolder(root: Root, segments: readonly string[], check: Check, onChange?: OnChange): boolean {
  if (segments.length === 0) return false;
  return withDestination(root, segments, (entry) => {
    check();
    entry.verify();
    const isMade = entry.folder.make(entry.name);
    if (isMade) onChange?.(entry.folder, entry.name);
    return isMade;
  });
}
