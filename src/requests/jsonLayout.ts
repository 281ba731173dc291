/** JSON on lines of its own. Pure. */

/** Deeper than this nothing moves to the right any more: the text must not grow faster than what it shows. */
const deepest = 16;

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** The same tokens, laid out: numbers and repeated names stay as they were sent. Undefined if `text` is no JSON. */
export function layOutJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const out: string[] = [];
  let depth = 0;
  let previous = '';
  const newLine = (): number => out.push('\n', '  '.repeat(Math.min(depth, deepest)));
  for (const [token] of text.matchAll(tokens)) {
    const closes = token === '}' || token === ']';
    if (closes) depth--;
    if (closes ? !isOpening(previous) : previous === ',' || isOpening(previous)) newLine();
    out.push(token === ':' ? ': ' : token);
    if (isOpening(token)) depth++;
    previous = token;
  }
  return out.join('');
}

const isOpening = (token: string): boolean => token === '{' || token === '[';
