/** Takes a file back that has taken the place of another, or of nothing, where not all that came with it could be stored. */
import { renameSync, unlinkSync } from 'node:fs';
import { ifStillThere } from './failures';
import { removeIfThere } from '../unfinished/journal';
import type { Leftovers } from '../unfinished/leftovers';
import { UploadTarget } from './uploadTarget';
import type { Root } from '../root';
import type { Spot } from './staging';

interface Restoring {
  /** Real path of the file, relative to the root, with `/`. */
  readonly path: string;
  /** Of the file that is to go; of none, nothing goes. */
  readonly number: number | undefined;
  /** What was there before; undefined if nothing was. */
  readonly backup: Spot | undefined;
}

const segmentsOf = ({ path }: Restoring): readonly string[] => path.split('/');

/** Does it now or, if the system does not let it, as soon as it does. */
export function restore(
  { root, leftovers }: { readonly root: Root; readonly leftovers: Leftovers },
  one: Restoring,
): void {
  leftovers.remove(
    root.pathOf(segmentsOf(one)),
    () => one.backup?.release(),
    () => restoreNow(root, one),
  );
}

/** What somebody else has put there meanwhile stays, and what was there before goes then. @throws an `errno` error */
function restoreNow(root: Root, one: Restoring): void {
  const { number, backup } = one;
  const target = ifStillThere(() => new UploadTarget(root, segmentsOf(one)));
  try {
    if (target?.found === undefined || target.found.ino !== number) {
      if (backup !== undefined) removeIfThere(backup.path);
    } else if (backup === undefined) unlinkSync(target.target);
    else renameSync(backup.pathFrom(target), target.target);
  } finally {
    target?.close();
  }
}
