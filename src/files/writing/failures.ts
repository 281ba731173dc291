/** What a failure means to whoever writes. */
import { errnoOf, FileError, isNothing, writeFailure } from '../fileError';

/** To a writer, what is hidden is protected. */
export function failureOf(error: unknown): unknown {
  if (error instanceof FileError && error.kind === 'hidden') {
    return new FileError('protected', 'That path may not be written.', { cause: error });
  }
  return writeFailure(error);
}

/** A client whose unfinished file is gone can try again. */
export function endFailure(error: unknown): unknown {
  if (errnoOf(error) !== 'ENOENT') return failureOf(error);
  return new FileError('busy', 'Somebody has removed what was unfinished.', { cause: error });
}

/** What `work` returns. What it throws is told as `failure` says. */
export function telling<T>(failure: (error: unknown) => unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(error);
  }
}

/** What `look` finds; undefined if somebody has removed it, or put something else in its place. @throws an `errno` error */
export function ifStillThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof FileError || isNothing(error)) return undefined;
    throw error;
  }
}
