/** One folder on disk: the only way from a request's path to a path of the file system. */
import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { FileError } from './errors';
import { createExclusion, type Exclusion } from './exclusion';
import { isAlias, nameProblem, relativeSegments, type Platform } from './names';

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
  ) {
    this.path = realpathSync.native(directory);
    if (!statSync(this.path).isDirectory()) {
      throw Object.assign(new Error(`${directory} is not a folder.`), { code: 'ENOTDIR' });
    }
    this.prefix = this.path.endsWith(sep) ? this.path : this.path + sep;
    this.exclusion = createExclusion(exclude);
  }

  /**
   * The absolute path to try for decoded path segments. It may lead anywhere through links, so
   * whatever it opens is still to be admitted by {@link admit}.
   * @throws FileError `badPath` or `hidden`
   */
  locate(segments: readonly string[]): string {
    for (const name of segments) {
      const problem = nameProblem(name, this.platform);
      if (problem !== undefined) throw new FileError('badPath', problem);
    }
    if (this.exclusion.excludes(segments)) throw hidden();
    return this.prefix + segments.join(sep);
  }

  /**
   * Lets pass only what is really inside of the folder and not excluded.
   * @param real the real path of what was opened
   * @param segments how it was asked for
   * @returns the real path's segments, relative to the folder
   * @throws FileError `hidden`
   */
  admit(real: string, segments: readonly string[]): readonly string[] {
    const inside = relativeSegments(this.path, real, this.platform);
    if (inside === undefined || this.exclusion.excludes(inside) || isAlias(segments, inside, this.platform))
      throw hidden();
    return inside;
  }

  /** Whether an entry of the folder of these real segments may appear in a listing. */
  shows(folder: readonly string[], name: string): boolean {
    return this.showing(folder)(name);
  }

  /** {@link shows} for many entries of one folder. */
  showing(folder: readonly string[]): (name: string) => boolean {
    const isExcluded = this.exclusion.within(folder);
    return (name) => nameProblem(name, this.platform) === undefined && !isExcluded(name);
  }
}

const hidden = (): FileError => new FileError('hidden', 'There is no such file.');
