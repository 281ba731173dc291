/** Which names and paths are safe on which platform. Pure: the platform is a parameter. */
export type Platform = NodeJS.Platform;

const windowsReserved = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** No file system has longer names, in UTF-16 code units; some count octets, and so have shorter ones. */
export const longestName = 255;

/** Whether no file system has such a name. What is matched against a glob must be short, too. */
export const isTooLong = (name: string): boolean => name.length > longestName;

/** Why no entry of a folder is asked for by `name`, a decoded path segment; undefined for a usable name. */
export function nameProblem(name: string, platform: Platform): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'A name in the path is empty or made of dots.';
  if (name.includes('\0')) return 'The path has a NUL in it.';
  if (name.includes('/') || name.includes('\\')) return 'A name in the path has a slash or a backslash in it.';
  return platform === 'win32' ? windowsProblem(name) : undefined;
}

function windowsProblem(name: string): string | undefined {
  // A colon also starts a drive letter and an alternate data stream.
  // oxlint-disable-next-line no-control-regex -- Windows forbids control characters
  if (/[<>:"|?*\u0000-\u001f]/.test(name)) return 'A name in the path has a character that Windows forbids.';
  // Windows drops these, so that the name would be another one's alias.
  if (/[. ]$/.test(name)) return 'A name in the path ends with a dot or a space.';
  return windowsReserved.test(name) ? 'A name in the path is that of a device.' : undefined;
}

/** A short name as FAT, NTFS and Samba make them: `ENV~1`, `PROGRA~2.TXT`, `GAVYIM~B`. */
const isShortName = (name: string): boolean => /^[^.]{1,8}(?:\.[^.]{0,3})?$/.test(name) && /~[0-9a-z]/i.test(name);

/** What some file systems leave out when they compare names: HFS+ a few of them, ext4 without case all. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

/** In the place of what Windows forbids: clients of its file systems turn one into the other. */
const mapped = /[\uf000-\uf0ff]/;

/** Most names have nothing that an alias needs. */
const isOrdinary = (name: string): boolean => /^[\x20-\x39\x3b-\x7d]*[\x21-\x2d\x2f-\x39\x3b-\x7d]$/.test(name);

/**
 * Whether on some file system, which need not be that of the platform, this can be a further name of an entry that is
 * called otherwise. Names that differ in case or composition do not count: {@link fold} makes one of them.
 */
export function mayBeAlias(name: string): boolean {
  if (isOrdinary(name)) return false;
  if (isShortName(name) || windowsName(name) !== name || mapped.test(name)) return true;
  return name.search(ignorable) >= 0 || fold(name.normalize('NFKC')) !== fold(name);
}

/**
 * Whether one of the names of a path may be an alias, and is not what its folder calls the entry.
 *
 * @param entries names of the entries of a folder
 */
export const hasAlias = (
  segments: readonly string[],
  entries: (folder: readonly string[]) => Iterable<string>,
): boolean => segments.some((name, i) => mayBeAlias(name) && !contains(entries(segments.slice(0, i)), name));

/** Compositions are told apart by few: some file systems list another one than they were given. */
function contains(names: Iterable<string>, wanted: string): boolean {
  const form = wanted.normalize();
  for (const name of names) if (name.normalize() === form) return true;
  return false;
}

/** The entry that Windows, and file systems in its manner, may take a name for: without a stream, dots and blanks. */
export function windowsName(name: string): string {
  if (isOrdinary(name)) return name;
  const colon = name.indexOf(':', 1);
  let end = colon < 0 ? name.length : colon;
  while (end > 0 && '. '.includes(name.charAt(end - 1))) end--;
  return end === 0 ? name : name.slice(0, end);
}

/** One form for all the spellings that some file system takes for the same name; for comparison only. */
export function fold(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) return name.toLowerCase();
  // Unicode's full case folding, but for the sigma at the end of a word.
  const cased = name.replace(ignorable, '').normalize('NFD').toLowerCase().toUpperCase().toLowerCase();
  return cased.replaceAll('\u03c2', '\u03c3').normalize('NFC');
}

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
