/** What is deleted goes to the trash, where there is one. */
import { HttpError } from '../../http/message/httpError';

/**
 * Moves a file, given by its absolute path, to the trash. Resolves to whether it is there now: if not, there is no
 * trash. Rejects if there is one that did not take the file. Either way the file is where it was then. It may never settle.
 */
export type Trash = (path: string) => Promise<boolean>;

/**
 * What `trash` resolves to.
 *
 * @param path absolute
 * @param patience how long it may take, in milliseconds
 * @throws HttpError 503 if it takes longer, when nobody knows what becomes of the file; or if it rejects, when it stays
 */
export async function inTime(trash: Trash, path: string, patience: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), patience);
  });
  return Promise.race([trash(path).catch(refused), late]).finally(() => clearTimeout(timer));
}

/** To delete for good what was to be kept in the trash would be a loss. */
function refused(): never {
  throw new HttpError(503, 'The file could not be moved to the trash, so it stays.', [], { advise: 'trash' });
}

const tooLate = (): HttpError =>
  new HttpError(503, 'The file could not be moved to the trash in time.', [['Retry-After', '10']]);
