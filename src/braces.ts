/** The braces of globs: `{a,b}` and `{1..3}`. Pure. */

/** A glob that cannot match anything. The message says why, as the end of a sentence. */
export class GlobError extends Error {
  override readonly name = 'GlobError';
}

/** Most alternatives of all braces of a glob together. */
const mostAlternatives = 1000;

/**
 * The globs without braces that a glob stands for.
 *
 * @throws GlobError
 */
export function expandBraces(glob: string): string[] {
  const open = find(glob, 0, '{');
  if (open < 0) return [glob];
  const { close, commas } = extentOf(glob, open);
  const [before, inside, after] = [glob.slice(0, open), glob.slice(open + 1, close), glob.slice(close + 1)];
  const cuts = [open, ...commas, close];
  const alternatives = rangeOf(inside) ?? commas.concat(close).map((end, i) => glob.slice((cuts[i] ?? 0) + 1, end));
  const rest = expandBraces(after);
  const all: string[] = [];
  for (const middle of alternatives.flatMap(expandBraces)) {
    for (const end of rest) all.push(before + middle + end);
    if (all.length > mostAlternatives) throw new GlobError(`its braces stand for more than ${mostAlternatives} globs`);
  }
  return all;
}

/** The first place from `start` on of one of `marks` that is neither escaped nor in brackets; -1 if there is none. */
function find(glob: string, start: number, marks: string): number {
  for (let i = start; i < glob.length; i++) {
    const char = glob.charAt(i);
    if (char === '\\') i++;
    else if (marks.includes(char)) return i;
    else if (char === '[') i = Math.max(i, closingBracket(glob, i));
  }
  return -1;
}

/** Where the brackets end that begin at `open`; -1 if they do not. */
export function closingBracket(glob: string, open: number): number {
  let i = open + 1;
  if ('!^'.includes(glob.charAt(i))) i++;
  // A bracket that comes first stands for itself.
  if (glob.charAt(i) === ']') i++;
  for (; i < glob.length; i++) {
    const char = glob.charAt(i);
    if (char === ']') return i;
    if (char === '\\') i++;
    else if (glob.startsWith('[:', i)) i = Math.max(i, glob.indexOf(':]', i + 2) + 1);
  }
  return -1;
}

function extentOf(glob: string, open: number): { close: number; commas: number[] } {
  const commas: number[] = [];
  let depth = 0;
  for (let i = find(glob, open, '{,}'); i >= 0; i = find(glob, i + 1, '{,}')) {
    const char = glob.charAt(i);
    if (char === '{') depth++;
    else if (char === '}') depth--;
    else if (depth === 1) commas.push(i);
    if (depth === 0) return { close: i, commas };
  }
  throw new GlobError('a brace in it is not closed');
}

/** The texts from `1` to `3` for `1..3`, or from `a` to `c` for `a..c`. */
function rangeOf(inside: string): string[] | undefined {
  const [, from = '', to = ''] = /^(-?\d{1,9}|[a-z])\.\.(-?\d{1,9}|[a-z])$/i.exec(inside) ?? [];
  if (from === '' || /\d/.test(from) !== /\d/.test(to)) return undefined;
  const isNumber = /\d/.test(from);
  const [first, last] = isNumber ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  const count = Math.abs(last - first) + 1;
  if (count > mostAlternatives) throw new GlobError(`its braces stand for more than ${mostAlternatives} globs`);
  const width = /^-?0\d/.test(from) || /^-?0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: count }, (_, i) => {
    const value = Math.min(first, last) + i;
    return isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value);
  });
}
