/** Where an open descriptor really is: what was opened is judged, not what a path meant a moment before. */
import { closeSync, existsSync, lstatSync, readlinkSync, realpathSync, type BigIntStats } from 'node:fs';
import { errnoOf, FileError } from './fileError';
import type { Root } from './root';

const descriptors = '/proc/self/fd';

/** Whether the kernel tells the path of an open descriptor. */
export const knowsDescriptors = process.platform === 'linux' && existsSync(descriptors);

/** A path that means the open descriptor itself, whatever has become of the path it was opened by. */
export const descriptorPath = (fd: number): string => `${descriptors}/${fd}`;

/**
 * Gives back a descriptor that nothing was written by. Whatever the system says of that, nothing is lost, and it is not ours
 * any more (close(2)): to try again would close another's.
 */
export function giveBack(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    if ([undefined, 'EBADF'].includes(errnoOf(error))) throw error;
  }
}

const deletedMark = ' (deleted)';

interface Whereabouts {
  /** The real path. */
  readonly real: string;
  /** The segments that lead there from the root. */
  readonly inside: readonly string[];
}

interface Opened {
  readonly fd: number;
  /** The path it was opened by. */
  readonly path: string;
  readonly stat: BigIntStats;
}

/**
 * Tells where an open descriptor really is, and makes sure that this is inside of the folder and not excluded.
 *
 * @returns undefined when the path meant another entry meanwhile: open it again
 * @throws FileError `hidden`
 */
export function locateDescriptor(
  root: Root,
  segments: readonly string[],
  { fd, path, stat }: Opened,
): Whereabouts | undefined {
  const real = knowsDescriptors ? readlinkSync(descriptorPath(fd)) : realPathIfSame(path, stat);
  if (real === undefined) return undefined;
  const inside = root.contain(real);
  // Linux marks a file that was replaced after it was opened; the name before the mark must be admissible, too.
  const named = real.endsWith(deletedMark) ? root.contain(real.slice(0, -deletedMark.length)) : inside;
  root.checkNames(named, segments);
  return { real, inside };
}

function realPathIfSame(path: string, stat: BigIntStats): string | undefined {
  const real = realpathSync.native(path);
  const now = lstatSync(real, { bigint: true });
  return now.dev === stat.dev && now.ino === stat.ino ? real : undefined;
}

const attempts = 8;

/**
 * Calls `attempt` until it returns something: a path that is being replaced may have to be opened more than once.
 *
 * @throws FileError `busy` when it never does
 */
export function persistently<T>(attempt: () => T | undefined): T {
  for (let i = 0; i < attempts; i++) {
    const result = attempt();
    if (result !== undefined) return result;
  }
  throw new FileError('busy', 'The file is being replaced again and again.');
}
