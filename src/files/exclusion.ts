/** What of the folder is neither served nor written. Pure. */
import picomatch from 'picomatch';
import { fold } from './names';

/** Our own unfinished uploads, whatever the user's globs say. */
export const temporaryName = /^\.http-server-[0-9a-f]{24}\.tmp$/;

export type Exclusion = (segments: readonly string[]) => boolean;

/**
 * Tells whether the path of these segments, relative to the folder, is excluded: it or a folder above it
 * matches a glob, whatever the case. What is in `/.well-known/` (RFC 8615) is matched as if it were at the top,
 * so that a glob against hidden names does not hide it.
 */
export function createExclusion(globs: readonly string[]): Exclusion {
  const patterns = globs.map((glob) => glob.normalize('NFC').toLowerCase());
  const matches = picomatch(patterns, { dot: true, nocase: true, windows: false });
  return (segments) => {
    const from = segments[0] === '.well-known' ? 1 : 0;
    let path = '';
    for (const name of segments.slice(from)) {
      path = path === '' ? fold(name) : `${path}/${fold(name)}`;
      if (matches(path) || temporaryName.test(name)) return true;
    }
    return false;
  };
}
