/** Which names and paths are safe on which platform. Pure: the platform is a parameter. */
export type Platform = NodeJS.Platform;

const windowsReserved = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])[ ]*(?:\.|$)/i;

/** Why no entry of a folder is asked for by `name`, a decoded path segment; undefined for a usable name. */
export function nameProblem(name: string, platform: Platform): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'A name in the path is empty or made of dots.';
  if (name.includes('\0')) return 'The path has a NUL in it.';
  if (name.includes('/') || name.includes('\\')) return 'A name in the path has a slash or a backslash in it.';
  return platform === 'win32' ? windowsProblem(name) : undefined;
}

function windowsProblem(name: string): string | undefined {
  // A colon also starts a drive letter and an alternate data stream.
  // eslint-disable-next-line no-control-regex -- Windows forbids control characters
  if (/[<>:"|?*\u0000-\u001f]/.test(name)) return 'A name in the path has a character that Windows forbids.';
  // Windows drops these, so that the name would be another one's alias.
  if (/[. ]$/.test(name)) return 'A name in the path ends with a dot or a space.';
  return windowsReserved.test(name) ? 'A name in the path is that of a device.' : undefined;
}

/** Whether `name` has the form of an 8.3 alias, such as `ENV~1` or `PROGRA~2.TXT`. */
const isShortName = (name: string): boolean => /^[^.]{1,8}\.?[^.]{0,3}$/.test(name) && /~\d/.test(name);

/**
 * Whether a requested name is only Windows' 8.3 alias of an entry whose real name is another one.
 * @param real the relative real path's segments
 */
export function isAlias(requested: readonly string[], real: readonly string[], platform: Platform): boolean {
  if (platform !== 'win32') return false;
  const names = new Set(real.map(fold));
  return requested.some((name) => isShortName(name) && !names.has(fold(name)));
}

/** Code points that HFS+ leaves out when it compares names. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** One form for all the spellings that some file system takes for the same name; for comparison only. */
export const fold = (name: string): string => name.replace(ignorable, '').normalize('NFC').toLowerCase();

/** A form that two paths share if they may lead to the same file: not every file system tells case apart. */
export const comparable = (path: string, platform: Platform): string =>
  platform === 'darwin' || platform === 'win32' ? fold(path) : path;

/**
 * The segments that lead from `folder` to `path`, both absolute and real; undefined if `path` is not inside.
 * Empty for the folder itself.
 */
export function relativeSegments(folder: string, path: string, platform: Platform): string[] | undefined {
  const separator = platform === 'win32' ? '\\' : '/';
  if (path === folder) return [];
  const prefix = folder.endsWith(separator) ? folder : folder + separator;
  return path.startsWith(prefix) ? path.slice(prefix.length).split(separator) : undefined;
}
