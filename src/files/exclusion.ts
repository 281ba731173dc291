/** What of the folder is neither served nor written. Pure. */
import picomatch from 'picomatch';
import { fold } from './names';

/** Our own unfinished uploads, whatever the user's globs say. */
export const temporaryName = /^\.http-server-[0-9a-f]{24}\.tmp$/;

export interface Exclusion {
  /** Whether the path of these segments, relative to the root, is excluded: it or a folder above it. */
  readonly excludes: (segments: readonly string[]) => boolean;
  /** The same for the entries of one folder, by their names: the path to it is matched once. */
  readonly within: (folder: readonly string[]) => (name: string) => boolean;
}

/**
 * Excludes what matches a glob, whatever the case, and all that is in it. What is in `/.well-known/` (RFC 8615)
 * is matched as if it were at the top, so that a glob against hidden names does not hide it.
 */
export function createExclusion(globs: readonly string[]): Exclusion {
  const patterns = globs.map((glob) => oneLine(glob.normalize('NFC').toLowerCase()));
  const matchesName = matcher(
    patterns.filter((glob) => inAnyFolder.test(glob)).map((glob) => glob.slice('**/'.length)),
  );
  const matchesPath = matcher(patterns.filter((glob) => !inAnyFolder.test(glob)));
  const isExcluded = (path: string, form: string, name: string): boolean =>
    matchesName(form) || matchesPath(path) || temporaryName.test(name);

  function excludes(segments: readonly string[]): boolean {
    let path = '';
    return matched(segments).some((name) => {
      const form = formOf(name);
      path = append(path, form);
      return isExcluded(path, form, name);
    });
  }

  function within(folder: readonly string[]): (name: string) => boolean {
    if (excludes(folder)) return () => true;
    const path = matched(folder).map(formOf).reduce(append, '');
    const isTop = folder.length === 0;
    return (name) => {
      if (isTop && name === wellKnown) return false;
      const form = formOf(name);
      return isExcluded(append(path, form), form, name);
    };
  }

  return { excludes, within };
}

/**
 * What is excluded by its name alone. That every folder on the way is matched takes a time that grows with the square of
 * the depth for a whole path, but not for names.
 */
const inAnyFolder = /^\*\*\/[^!/][^/]*$/;

const matcher = (globs: readonly string[]): ((text: string) => boolean) =>
  globs.length === 0 ? () => false : picomatch([...globs], { dot: true, nocase: true, windows: false });

/** The matcher's wildcards do not match a line break, with which a name would get around them. */
const oneLine = (text: string): string => text.replace(/[\n\r\u2028\u2029]/g, '\ufffd');

const formOf = (name: string): string => oneLine(fold(name));

const append = (path: string, form: string): string => (path === '' ? form : `${path}/${form}`);

const wellKnown = '.well-known';

/** What of a path is held against the globs. */
const matched = (segments: readonly string[]): readonly string[] =>
  segments[0] === wellKnown ? segments.slice(1) : segments;
