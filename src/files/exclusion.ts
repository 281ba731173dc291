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
  const patterns = globs.map((glob) => glob.normalize('NFC').toLowerCase());
  const matches = picomatch(patterns, { dot: true, nocase: true, windows: false });
  const isExcluded = (path: string, name: string): boolean => matches(path) || temporaryName.test(name);

  function excludes(segments: readonly string[]): boolean {
    let path = '';
    return matched(segments).some((name) => isExcluded((path = append(path, name)), name));
  }

  function within(folder: readonly string[]): (name: string) => boolean {
    if (excludes(folder)) return () => true;
    const path = matched(folder).reduce(append, '');
    const isTop = folder.length === 0;
    return (name) => !(isTop && name === wellKnown) && isExcluded(append(path, name), name);
  }

  return { excludes, within };
}

const append = (path: string, name: string): string => (path === '' ? fold(name) : `${path}/${fold(name)}`);

const wellKnown = '.well-known';

/** What of a path is held against the globs. */
const matched = (segments: readonly string[]): readonly string[] =>
  segments[0] === wellKnown ? segments.slice(1) : segments;
