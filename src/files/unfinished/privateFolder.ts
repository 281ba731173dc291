/**
 * A folder that only this user can look into and write, where servers keep what has to outlive them. It is never below
 * what is served: clients would have a say in what is believed.
 */
import { accessSync, chmodSync, constants, lstatSync, mkdirSync, realpathSync, rmdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { errnoOf, succeeds } from '../fileError';
import { relativeSegments, type Platform } from '../names';
import type { Root } from '../root';

const name = 'workspace-http-server';

/**
 * Where the folder may be, the best place first. What is kept should survive a restart of the machine, so the caches come
 * before what is there for one session only.
 *
 * @param home of the user, if there is any
 */
export function privateFolders(env: NodeJS.ProcessEnv, platform: Platform, home: string | undefined): string[] {
  // Below no home, the path is relative, and so counts as none.
  const inHome = [join(home ?? '', ...(platform === 'darwin' ? macCaches : caches))];
  return placesOf(env, platform, inHome)
    .filter((path) => isAbsolute(path))
    .map((path) => join(path, name));
}

const caches = ['.cache'];
const macCaches = ['Library', 'Caches'];

function placesOf(env: NodeJS.ProcessEnv, platform: Platform, inHome: readonly string[]): readonly string[] {
  if (platform === 'win32') return [env.LOCALAPPDATA ?? ''];
  if (platform === 'darwin') return inHome;
  const { XDG_CACHE_HOME: cache = '', XDG_RUNTIME_DIR: runtime = '' } = env;
  // XDG Base Directory Specification: a relative path counts as none.
  return [...(isAbsolute(cache) ? [cache] : inHome), runtime];
}

/** {@link privateFolders} of the user whose process this is. */
export function ownPrivateFolders(): string[] {
  let home: string | undefined;
  // A user without an entry in the system's list has no home.
  succeeds(() => (home = homedir()));
  return privateFolders(process.env, process.platform, home);
}

/**
 * Makes the folder if need be.
 *
 * @returns its real path; undefined if no place has one that may be believed while `root` is served
 */
export function claimPrivateFolder(places: readonly string[], root: Root): string | undefined {
  for (const path of places) {
    let real: string | undefined;
    succeeds(() => (real = claim(path, root)));
    if (real !== undefined) return real;
  }
  return undefined;
}

/** Removes it, unless somebody keeps something there. */
export function leavePrivateFolder(path: string): void {
  succeeds(() => rmdirSync(path));
}

function claim(path: string, root: Root): string | undefined {
  if (relativeSegments(root.path, realPathOf(path), root.platform) !== undefined) return undefined;
  // Whose home is not there gets none made.
  for (const each of [dirname(path), path]) succeeds(() => mkdirSync(each, 0o700));
  const stat = lstatSync(path);
  if (!stat.isDirectory() || (user !== undefined && stat.uid !== user)) return undefined;
  if (user !== undefined && (stat.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
  accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  return realpathSync.native(path);
}

const user = process.geteuid?.();

/** Of what is there, and of what would be made there. */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return join(realPathOf(dirname(path)), basename(path));
  }
}
