/**
 * Globs as editors know them, matched segment by segment. Regular expressions, which the libraries make of them, would not do:
 * several asterisks make them try every way to share out a name among them, and a name is for strangers to choose.
 * A glob of seven asterisks keeps them busy for hours with a name of 255 characters. The tests hold ours against `picomatch`. Pure.
 */
import { expandBraces, GlobError } from './braces';
import { parseSegment, type SegmentTest } from './globSegment';

export { GlobError };

/** The segments of a path that one glob takes, its braces expanded; undefined stands for any number of folders. */
type Pattern = readonly (SegmentTest | undefined)[];

/** A set of places in a pattern is held in the bits of one number. */
const mostSegments = 30;

interface Glob {
  readonly patterns: readonly Pattern[];
  /** Whether it means what its patterns do not match. */
  readonly negated: boolean;
}

/** What is wrong with a glob that cannot match anything; undefined if nothing is. */
export function globFlaw(glob: string, platform: NodeJS.Platform): string | undefined {
  try {
    parseGlob(glob, platform);
    return undefined;
  } catch (error) {
    if (error instanceof GlobError) return error.message;
    throw error;
  }
}

/** @throws GlobError */
function parseGlob(glob: string, platform: NodeJS.Platform): Glob {
  const text = (platform === 'win32' ? glob.replaceAll('\\', '/') : glob).trim();
  const marks = /^(?:!(?!\())*/.exec(text)?.[0].length ?? 0;
  return { patterns: expandBraces(text.slice(marks)).map(parsePattern), negated: marks % 2 === 1 };
}

/** A slash at either end, and a dot for the folder itself, make no difference. */
function parsePattern(text: string): Pattern {
  const segments = text.split('/').filter((name) => name !== '' && name !== '.');
  if (segments.length === 0) throw new GlobError('it is empty');
  if (segments.includes('..')) throw new GlobError('it leads out of the folder');
  const parts = segments.map((name) => (name === '**' ? undefined : parseSegment(name)));
  const pattern = parts.filter((part, i) => part !== undefined || i === 0 || parts[i - 1] !== undefined);
  // All in any folder, and not all that lies beside them.
  if (/(?:^|\/)(?!\*\*\/)[^/]*\*\/\*\*$/.test(segments.slice(-2).join('/'))) pattern.push(() => true);
  if (pattern.length > mostSegments) throw new GlobError(`it has more than ${mostSegments} segments`);
  return pattern;
}

/** Where a path has come to in each of the patterns. */
export type GlobProgress = Int32Array;

/** Several globs, asked for one path after the other, segment by segment. */
export class Globs {
  private readonly globs: readonly Glob[];
  private readonly begin: GlobProgress;

  /** @throws GlobError */
  constructor(globs: readonly string[], platform: NodeJS.Platform) {
    this.globs = globs.map((glob) => parseGlob(glob, platform));
    this.begin = Int32Array.from(
      this.globs.flatMap(({ patterns }) => patterns),
      (pattern) => reach(pattern, 0),
    );
  }

  /** The progress of a path that is at the root. */
  start(): GlobProgress {
    return this.begin.slice();
  }

  /** Goes on by one segment. Returns whether a glob matches the path up to there. */
  advance(progress: GlobProgress, name: string): boolean {
    return this.follow(progress, name, progress);
  }

  /** Whether a glob would match the path if `name` were its next segment. */
  matches(progress: GlobProgress, name: string): boolean {
    return this.follow(progress, name, undefined);
  }

  private follow(progress: GlobProgress, name: string, next: GlobProgress | undefined): boolean {
    let matches = false;
    let index = 0;
    for (const { patterns, negated } of this.globs) {
      let matched = false;
      for (const pattern of patterns) {
        const places = step(pattern, progress[index] ?? 0, name);
        if (next !== undefined) next[index] = places;
        index++;
        if ((places & (1 << pattern.length)) !== 0) matched = true;
      }
      if (matched !== negated) matches = true;
    }
    return matches;
  }
}

/** The places that are reached with `place`: any number of folders may be none. */
const reach = (pattern: Pattern, place: number): number =>
  place < pattern.length && pattern[place] === undefined ? (1 << place) | (1 << (place + 1)) : 1 << place;

function step(pattern: Pattern, places: number, name: string): number {
  let next = 0;
  for (let place = 0; place < pattern.length; place++) {
    if ((places & (1 << place)) === 0) continue;
    const part = pattern[place];
    if (part === undefined) next |= reach(pattern, place);
    else if (part(name)) next |= reach(pattern, place + 1);
  }
  return next;
}
