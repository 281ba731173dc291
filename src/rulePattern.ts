/**
 * Which paths a rule is for. A pattern is compared by segments of the decoded path: `*` is one whole segment, `**` any number
 * of them, one `*` inside a segment stands for any of its characters; all else is literal. Nothing is tried twice, so the time
 * grows with the length of the path alone. Pure.
 */

/** What a star stood for: decoded segments. Those of a `**` at the end know whether a slash followed. */
export interface Capture {
  readonly segments: readonly string[];
  readonly isFolder: boolean;
}

export interface Pattern {
  /** How many stars there are. */
  readonly stars: number;
  /**
   * What the stars stand for, in their order; undefined if the path is another one.
   *
   * @param segments decoded, without empty ones and dot segments
   * @param isFolder whether the path ends with a slash
   */
  match(segments: readonly string[], isFolder: boolean): readonly Capture[] | undefined;
}

/** One segment of a pattern: literal, or with one star in it. */
type Part = string | { readonly before: string; readonly after: string };

/** Segments that follow each other. */
type Group = readonly Part[];

/** In segments. */
const mostSegments = 32;

/** First segments of what no rule is asked about. */
const taken: readonly string[] = ['echo', 'user-agent', 'files', '.http-server'];

/** What is wrong with a pattern, as it goes on behind it; undefined if it can match something. */
export function patternFlaw(pattern: string): string | undefined {
  if (!pattern.startsWith('/')) return 'does not begin with a slash';
  if (/[?#]/.test(pattern)) return 'has a ? or a # in it: only the path is compared';
  // oxlint-disable-next-line no-control-regex -- a path with it is refused
  if (/[\\\0]/.test(pattern)) return 'has a character in it that no path has';
  const segments = segmentsOf(pattern);
  if (segments.length > mostSegments) return `has more than ${mostSegments} segments`;
  if (taken.includes(segments[0] ?? '')) return `can never act: /${segments[0] ?? ''} is not for rules`;
  return segments.map(segmentFlaw).find((flaw) => flaw !== undefined);
}

function segmentFlaw(segment: string): string | undefined {
  if (segment === '') return 'has an empty segment: two slashes';
  if (segment === '.' || segment === '..') return 'has a dot segment, which no path has by then';
  if (segment === '**') return undefined;
  if (segment.includes('**')) return 'has ** beside other characters: it stands for whole segments';
  return segment.split('*').length > 2 ? 'has two * in one segment' : undefined;
}

/** Without the slash at either end. */
const segmentsOf = (pattern: string): string[] =>
  pattern === '/' ? [] : pattern.replace(/^\//, '').replace(/\/$/, '').split('/');

/** @param pattern one that has no {@link patternFlaw}. With a slash at its end it is for folders alone. */
export function compilePattern(pattern: string): Pattern {
  const segments = segmentsOf(pattern);
  const groups = groupsOf(segments);
  const onlyFolders = pattern.length > 1 && pattern.endsWith('/');
  return {
    stars: segments.filter((segment) => segment.includes('*')).length,
    match(path, isFolder) {
      if (onlyFolders && !isFolder) return undefined;
      const starts = startsOf(groups, path);
      return starts && capturesOf(groups, starts, path, isFolder);
    },
  };
}

/** What stands between the `**`. */
function groupsOf(segments: readonly string[]): Group[] {
  const groups: Part[][] = [[]];
  for (const segment of segments) {
    if (segment === '**') groups.push([]);
    else groups.at(-1)?.push(partOf(segment));
  }
  return groups;
}

function partOf(segment: string): Part {
  const star = segment.indexOf('*');
  return star < 0 ? segment : { before: segment.slice(0, star), after: segment.slice(star + 1) };
}

function fits(part: Part, segment: string): boolean {
  if (typeof part === 'string') return part === segment;
  const { before, after } = part;
  return segment.length >= before.length + after.length && segment.startsWith(before) && segment.endsWith(after);
}

const isAt = (group: Group, path: readonly string[], at: number): boolean =>
  group.every((part, i) => fits(part, path[at + i] ?? ''));

/** Where each group begins: the first and the last at either end, those between as early as they can. */
function startsOf(groups: readonly Group[], path: readonly string[]): readonly number[] | undefined {
  const first = groups[0] ?? [];
  const last = groups.at(-1) ?? [];
  if (groups.length === 1) return path.length === first.length && isAt(first, path, 0) ? [0] : undefined;
  const end = path.length - last.length;
  if (end < first.length || !isAt(first, path, 0) || !isAt(last, path, end)) return undefined;
  const starts = [0];
  let at = first.length;
  for (const group of groups.slice(1, -1)) {
    while (at + group.length <= end && !isAt(group, path, at)) at++;
    if (at + group.length > end) return undefined;
    starts.push(at);
    at += group.length;
  }
  return [...starts, end];
}

function capturesOf(
  groups: readonly Group[],
  starts: readonly number[],
  path: readonly string[],
  isFolder: boolean,
): Capture[] {
  const captures: Capture[] = [];
  for (const [i, group] of groups.entries()) {
    const start = starts[i] ?? 0;
    for (const [j, part] of group.entries()) {
      if (typeof part === 'string') continue;
      const segment = path[start + j] ?? '';
      const found = segment.slice(part.before.length, segment.length - part.after.length);
      captures.push({ segments: [found], isFolder: false });
    }
    const next = starts[i + 1];
    if (next === undefined) continue;
    const segments = path.slice(start + group.length, next);
    captures.push({ segments, isFolder: isFolder && segments.length > 0 && next === path.length });
  }
  return captures;
}
