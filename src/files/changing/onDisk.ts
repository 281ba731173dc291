/** Sees to it that what was made, moved or removed is on the disk before anybody is told of it. */
import { constants, openSync } from 'node:fs';
import { flushAndClose, markAt, markOf, type Flushes, type FolderMark } from '../flushes';
import type { Folder } from '../folder';
import type { Root } from '../root';
import { failureOf } from '../writing/failures';
import { withSource } from './heldEntry';

/** Called at each change, with the folder that lists something else now, and with the names that it lists anew. */
export type OnChange = (folder: Folder, ...names: readonly string[]) => void;

/** Of one request. What was done stays when it cannot be flushed: to undo it would be one more change of the same kind. */
export class FlushedChanges {
  private readonly folders: FolderMark[] = [];
  /** Those that are listed anew. */
  private readonly listed: FolderMark[] = [];

  constructor(
    private readonly root: Root,
    private readonly flushes: Flushes,
  ) {}

  readonly note: OnChange = (folder, ...names) => {
    this.folders.push(markOf(folder));
    // What is below may be reached by other folders now.
    this.flushes.forget();
    // Now, for once a flush has failed the disk may tell nothing more.
    this.listed.push(...names.flatMap((name) => markAt(this.root, [...folder.real, name]) ?? []));
  };

  /** Resolves when all of them are on the disk. @throws FileError if nobody knows whether they are */
  async flush(): Promise<void> {
    const flushed = await Promise.allSettled(this.folders.map((mark) => this.flushes.place(mark)));
    const failed = flushed.find((each) => each.status === 'rejected');
    if (failed === undefined) return;
    for (const mark of this.listed) this.flushes.doubt(mark, failed.reason);
    throw failureOf(failed.reason);
  }
}

/**
 * Resolves when the content of the file of these segments, if it is one, is on the disk: whoever is told that it was moved may
 * have it from somebody who did not wait for that.
 *
 * @throws FileError
 */
export async function flushContent(root: Root, segments: readonly string[]): Promise<void> {
  const fd = withSource(root, segments, ({ kind, path }) => (kind === 'file' ? openSync(path, toFlush) : undefined));
  if (fd === undefined) return;
  try {
    await flushAndClose(fd);
  } catch (error) {
    throw failureOf(error);
  }
}

/** Windows flushes only what may be written. */
const toFlush =
  process.platform === 'win32' ? constants.O_RDWR : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
