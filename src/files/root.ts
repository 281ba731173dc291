/** One folder on disk: the only way from a request's path to a path of the file system. */
import { lstatSync, opendirSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { errnoOf, FileError, nameTooLong, noFolder, succeeds } from './fileError';
import { createExclusion, type Exclusion } from './exclusion';
import { hasAlias, isTooLong, nameProblem, relativeSegments, type Platform } from './names';

export class Root {
  /** Absolute and real. */
  readonly path: string;
  private readonly prefix: string;
  private readonly exclusion: Exclusion;

  /**
   * @param directory absolute path of the folder
   * @param exclude globs relative to it
   * @throws an `errno` error, `ENOENT` or `ENOTDIR` among them, if there is no such folder
   */
  constructor(
    directory: string,
    exclude: readonly string[],
    readonly platform: Platform = process.platform,
    /** Whether what is changed here is on the disk before it is told of. */
    readonly isSynced = false,
  ) {
    this.path = realpathSync.native(directory);
    if (!statSync(this.path).isDirectory()) throw noFolder(`${directory} is not a folder.`);
    this.prefix = this.path.endsWith(sep) ? this.path : this.path + sep;
    this.exclusion = createExclusion(exclude, platform);
  }

  /**
   * The absolute path to try for decoded path segments. It may lead anywhere through links, so
   * whatever it opens is still to be admitted by {@link admit}.
   * @throws FileError `badPath`, `nameTooLong` or `hidden`
   */
  locate(segments: readonly string[]): string {
    for (const name of segments) {
      if (isTooLong(name)) throw new FileError(...nameTooLong);
      const problem = nameProblem(name, this.platform);
      if (problem !== undefined) throw new FileError('badPath', problem);
    }
    if (this.exclusion.excludes(segments)) throw hidden();
    return this.prefix + segments.join(sep);
  }

  /** The absolute path of real segments. */
  pathOf(segments: readonly string[]): string {
    return segments.length === 0 ? this.path : this.prefix + segments.join(sep);
  }

  /**
   * Lets pass only what is really inside of the folder and not excluded, by the names that its folders list.
   *
   * @param real the real path of what was opened
   * @param segments how it was asked for; none if only the real path counts
   * @returns the real path's segments, relative to the folder
   * @throws FileError `hidden`
   */
  admit(real: string, segments: readonly string[] = []): readonly string[] {
    const inside = this.contain(real);
    this.checkNames(inside, segments);
    return inside;
  }

  /** {@link admit}, whatever the names are called by their folders. */
  contain(real: string): readonly string[] {
    const inside = relativeSegments(this.path, real, this.platform);
    if (inside === undefined || this.exclusion.excludes(inside)) throw hidden();
    return inside;
  }

  /**
   * Makes sure that no name is an alias. A file system in the manner of Windows may be anywhere, and what a system without
   * such names takes for the real path is then made of the names that were asked for.
   *
   * @param segments of each path; what one has in common with that before it is looked at once
   * @throws FileError `hidden`
   */
  checkNames(...paths: readonly (readonly string[])[]): void {
    for (const [i, segments] of paths.entries()) {
      if (sameNames(segments, paths[i - 1])) continue;
      if (hasAlias(segments, (folder) => entriesOf(this.pathOf(folder)))) throw hidden();
    }
  }

  /** Whether one of the folders on the way is not to be known of, or cannot be told to lie inside. */
  isHiddenOnTheWay(segments: readonly string[]): boolean {
    return segments.some((_, i) => this.isHidden(segments.slice(0, i + 1)));
  }

  private isHidden(segments: readonly string[]): boolean {
    const path = this.pathOf(segments);
    try {
      this.contain(realpathSync.native(path));
      return false;
    } catch (error) {
      if (error instanceof FileError) return true;
      if (errnoOf(error) === undefined) throw error;
      // Where a link leads that cannot be followed, nobody knows.
      let isLink = false;
      succeeds(() => (isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true));
      return isLink;
    }
  }

  /** Whether an entry of the folder of these real segments may appear in a listing. */
  shows(folder: readonly string[], name: string): boolean {
    return this.showing(folder)(name);
  }

  /** {@link shows} for many entries of one folder. */
  showing(folder: readonly string[]): (name: string) => boolean {
    const isExcluded = this.exclusion.within(folder);
    return (name) => !isTooLong(name) && nameProblem(name, this.platform) === undefined && !isExcluded(name);
  }
}

export const hidden = (): FileError => new FileError('hidden', 'There is no such file.');

const sameNames = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  a.length === b?.length && a.every((name, i) => name === b[i]);

/** None if it cannot be read. */
function* entriesOf(folder: string): Generator<string, undefined> {
  try {
    const directory = opendirSync(folder, { bufferSize: 512 });
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry.name;
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/**
 * What `error` is to whoever asked for the path of these segments: what failed behind a link that leads out of the folder
 * would tell what is there.
 */
export function concealed(root: Root, segments: readonly string[], error: unknown): unknown {
  if (error instanceof FileError || errnoOf(error) === undefined) return error;
  return root.isHiddenOnTheWay(segments) ? hidden() : error;
}
