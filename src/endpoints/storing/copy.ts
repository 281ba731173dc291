/** A file of the folder is stored once more, under another name. */
import { FileError, readFailure } from '../../files/fileError';
import { Pace } from '../../files/pace';
import { openFile, type OpenFile } from '../../files/reading/read';
import { sameVersion } from '../../files/reading/small';
import type { Root } from '../../files/root';
import { withDestination, withSource } from '../../files/changing/heldEntry';
import type { Uploads } from '../../files/writing/uploads';
import type { Check, Stored, Upload } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { Request } from '../../http/message/message';

/** Octets per slice of background work. */
const pieceSize = 256 * 1024;

export interface Copy {
  readonly request: Request;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Whether the client wants what is there to be replaced, and whether it may. */
  readonly overwrite: boolean;
  readonly mayReplace: boolean;
  /** In octets. */
  readonly largest: number;
  readonly check: Check;
}

/**
 * Background work, which ends with its client.
 *
 * @returns undefined if there is a folder to be copied
 * @throws {@link HttpError} 413, 403; FileError; whatever the check throws
 */
export async function copy(root: Root, uploads: Uploads, wish: Copy): Promise<Stored | undefined> {
  const pace = await Pace.begin(wish.request.signal);
  withSource(root, wish.from, ({ kind }) => {
    if (kind === 'link') throw new FileError('denied', 'A link is not copied: copy the file that it leads to.');
  });
  const file = openFile(root, wish.from);
  if (file === undefined) return undefined;
  try {
    if (file.size > wish.largest) throw new HttpError(413, `Files of more than ${wish.largest} octets are not stored.`);
    const check = (): void => {
      wish.check();
      checkDestination(root, wish, file);
    };
    const goal = { root, segments: wish.to, check, mode: Number(file.stat.mode) };
    return await uploads.store(goal, (upload) => filled(upload, file, pace));
  } finally {
    file.close();
  }
}

/** @throws FileError `noParent`, `occupied`, `denied` and others; {@link HttpError} 403 */
function checkDestination(root: Root, { to, overwrite, mayReplace }: Copy, file: OpenFile): void {
  withDestination(root, to, (target) => {
    if (target.found === undefined) return;
    if (target.isSameAs(file.stat)) throw new FileError('denied', 'It cannot be copied onto itself.');
    if (!overwrite) throw new FileError('occupied', 'Something has that name already.');
    if (!mayReplace) throw new HttpError(403, 'A copy replaces nothing here.', [], { advise: 'access' });
    if (target.kind === 'link') throw new FileError('denied', 'A link is not replaced by a copy.');
  });
}

/** @throws FileError */
async function filled(upload: Upload, file: OpenFile, pace: Pace): Promise<void> {
  try {
    await fill(upload, file, pace);
  } catch (error) {
    throw readFailure(error);
  }
}

async function fill(upload: Upload, file: OpenFile, pace: Pace): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(pieceSize, file.size + 1));
  for (;;) {
    const count = await file.read(buffer, upload.size);
    if (count === 0) break;
    await upload.write(buffer.subarray(0, count));
    if (upload.size > file.size) break;
    await pace.rest();
  }
  if (upload.size !== file.size || !sameVersion(file.restat(), file.stat))
    throw new FileError('busy', 'The file is being changed.');
}
