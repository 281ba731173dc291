/** What of the folder is neither served nor written. Pure. */
import { Globs, type GlobProgress } from '../globs';
import { fold, windowsName, type Platform } from './names';

/** Our own unfinished uploads, whatever the user's globs say. */
export const temporaryName = /^\.http-server-[0-9a-f]{24}\.tmp$/;

export interface Exclusion {
  /** Whether the path of these segments, relative to the root, is excluded: it or a folder above it. */
  readonly excludes: (segments: readonly string[]) => boolean;
  /** Tells of the entries of one folder, by their names, whether they are excluded: the path to it is matched once. */
  readonly within: (folder: readonly string[]) => (name: string) => boolean;
}

/**
 * Excludes what matches a glob, whatever the case, and all that is in it. What is in `/.well-known/` (RFC 8615)
 * is matched as if it were at the top, so that a glob against hidden names does not hide it.
 *
 * @throws GlobError
 */
export function createExclusion(globs: readonly string[], platform: Platform): Exclusion {
  const patterns = new Globs(globs.map(fold), platform);

  function isExcluded(progress: GlobProgress, name: string): boolean {
    const form = fold(name);
    return patterns.advance(progress, form) || temporaryName.test(form);
  }

  function excludesNamed(segments: readonly string[]): boolean {
    const progress = patterns.start();
    return segments.some((name) => isExcluded(progress, name));
  }

  /** Looks at the names as Windows takes them, too: what is not there yet may get another name than it is given. */
  function excludes(segments: readonly string[]): boolean {
    const names = matched(segments);
    if (excludesNamed(names)) return true;
    const others = names.map(windowsName);
    return others.some((name, i) => name !== names[i]) && excludesNamed(others);
  }

  function within(folder: readonly string[]): (name: string) => boolean {
    if (excludes(folder)) return () => true;
    const there = patterns.start();
    for (const name of matched(folder)) patterns.advance(there, fold(name));
    const isTop = folder.length === 0;
    return (name) => {
      if (isTop && name === wellKnown) return false;
      const form = fold(name);
      if (patterns.matches(there, form) || temporaryName.test(form)) return true;
      return windowsName(name) !== name && excludes([...folder, name]);
    };
  }

  return { excludes, within };
}

const wellKnown = '.well-known';

/** Those segments of a path that are compared with the globs. */
const matched = (segments: readonly string[]): readonly string[] =>
  segments[0] === wellKnown ? segments.slice(1) : segments;
