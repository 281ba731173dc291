/** What is deleted goes to the trash, where there is one. */
import { HttpError } from '../../http/message/httpError';

/**
 * Moves a file or, as one, a folder, given by its absolute path, to the trash. Resolves to whether it is there now: if not, there is no
 * trash. Rejects if there is one that did not take it. Either way it is where it was then. It may never settle.
 */
export type MoveToTrash = (path: string, kind: 'file' | 'folder') => Promise<boolean>;

/**
 * What `trashed` resolves to.
 *
 * @param trashed of the trash that was asked
 * @param patience how long it may take, in milliseconds
 * @throws HttpError 503 if it takes longer, when nobody knows what becomes of it; or if it rejects, when it stays
 */
export async function inTime(trashed: Promise<boolean>, patience: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), patience);
  });
  return Promise.race([trashed.catch(refused), late]).finally(() => clearTimeout(timer));
}

/** To delete for good what was to be kept in the trash would be a loss. */
function refused(): never {
  throw new HttpError(503, 'It could not be moved to the trash, so it stays.', [], { advise: 'trash' });
}

const tooLate = (): HttpError =>
  new HttpError(503, 'It could not be moved to the trash in time.', [['Retry-After', '10']]);
