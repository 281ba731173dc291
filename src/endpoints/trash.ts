/** What is deleted goes to the trash, where there is one. */
import { HttpError } from '../http/errors';

/**
 * Moves a file, given by its absolute path, to the trash. Resolves to whether it is there now: if not, it is where it
 * was.
 */
export type Trash = (path: string) => Promise<boolean>;

/**
 * What `trash` resolves to.
 *
 * @param patience how long it may take, in milliseconds
 * @throws HttpError 503 if it takes longer: nobody knows then what becomes of the file
 */
export async function inTime(trash: Promise<boolean>, patience: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), patience);
  });
  return Promise.race([trash, late]).finally(() => clearTimeout(timer));
}

const tooLate = (): HttpError =>
  new HttpError(503, 'The file could not be moved to the trash in time.', [['Retry-After', '10']]);
