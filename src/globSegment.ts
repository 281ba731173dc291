/** One segment of a glob. Matching follows all ways through it at once, and so takes no more than its length each time. Pure. */
import { closingBracket, GlobError } from './braces';

export type SegmentTest = (name: string) => boolean;

/** Of an extended glob: `@(a|b)` once, `?(a)` at most once, `+(a)`, `*(a)` any number of times, `!(a)` anything else. */
type Repeat = '@' | '?' | '+' | '*' | '!';

type Item =
  | { readonly kind: 'text'; readonly text: string }
  /** Anything, of any length. */
  | { readonly kind: 'many' }
  | { readonly kind: 'one'; readonly accepts: (char: string) => boolean }
  | { readonly kind: 'group'; readonly repeat: Repeat; readonly alternatives: readonly (readonly Item[])[] };

/** @throws GlobError */
export function parseSegment(segment: string): SegmentTest {
  const items = new Parser(segment).parse();
  const pieces = piecesOf(items);
  if (pieces !== undefined) return (name) => matchesPieces(pieces, name);
  return (name) => follow(items, name, startAt(0, name))[name.length] === 1;
}

const specials = new Set(['@', '?', '+', '*', '!']);

class Parser {
  private at = 0;
  /** How many groups are around, and whether one of them repeats or negates. */
  private depth = 0;
  private isCostly = false;

  constructor(private readonly source: string) {}

  parse(): Item[] {
    const items: Item[] = [];
    while (this.at < this.source.length) items.push(this.item());
    return items;
  }

  private item(): Item {
    const { source } = this;
    const char = source.charAt(this.at);
    if (specials.has(char) && source.charAt(this.at + 1) === '(') return this.group(char as Repeat, ++this.at);
    if (char === '(' && closingParenthesis(source, this.at) > 0) return this.group('@', this.at, true);
    if (char === '[') return this.brackets();
    this.at++;
    if (char === '*') return { kind: 'many' };
    if (char === '?') return { kind: 'one', accepts: () => true };
    return { kind: 'text', text: char === '\\' ? source.charAt(this.at++) : char };
  }

  /** @param isPlain whether no mark stands before it: a name may well have parentheses that are meant as they are */
  private group(repeat: Repeat, open: number, isPlain = false): Item {
    const close = closingParenthesis(this.source, open);
    if (close < 0) throw new GlobError('a parenthesis in it is not closed');
    const isCostly = repeat !== '@' && repeat !== '?';
    if (++this.depth > 8 || (isCostly && this.isCostly)) throw new GlobError('its groups lie in each other too deep');
    const before = this.isCostly;
    this.isCostly ||= isCostly;
    this.at = open + 1;
    const alternatives: Item[][] = [[]];
    while (this.at < close) {
      if (this.source.charAt(this.at) === '|') this.at = alternatives.push([]) && this.at + 1;
      else alternatives.at(-1)?.push(this.item());
    }
    this.at = close + 1;
    this.isCostly = before;
    this.depth--;
    if (isPlain) alternatives.push([{ kind: 'text', text: this.source.slice(open, close + 1) }]);
    return { kind: 'group', repeat, alternatives };
  }

  private brackets(): Item {
    const close = closingBracket(this.source, this.at);
    if (close < 0) throw new GlobError('a bracket in it is not closed');
    const inside = this.source.slice(this.at + 1, close);
    this.at = close + 1;
    const negated = /^[!^]/.test(inside);
    const accepts = classOf(negated ? inside.slice(1) : inside);
    return { kind: 'one', accepts: negated ? (char) => !accepts(char) : accepts };
  }
}

/** Where the parentheses end that begin at `open`; -1 if they do not. */
function closingParenthesis(source: string, open: number): number {
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === '\\') i++;
    else if (char === '[') i = Math.max(i, closingBracket(source, i));
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i;
  }
  return -1;
}

const posix: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z0-9]/i,
  alpha: /[a-z]/i,

  ascii: /[\0-\x7f]/,
  blank: /[ \t]/,
  // oxlint-disable-next-line no-control-regex -- they are what is meant
  cntrl: /[\0-\x1f\x7f]/,
  digit: /\d/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/i,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[a-z]/i,
  word: /\w/,
  xdigit: /[0-9a-f]/i,
};

/** @param inside what stands in the brackets, without the mark of negation */
function classOf(inside: string): (char: string) => boolean {
  const tests: ((char: string) => boolean)[] = [];
  const pattern = /\[:(\w+):\]|\\?(.)(?:-\\?(.))?/gsy;
  for (const [, name, from = '', to = from] of inside.matchAll(pattern)) {
    if (name === undefined) tests.push((char) => char >= from && char <= to);
    else tests.push((char) => posix[name]?.test(char) === true);
  }
  return (char) => tests.some((test) => test(char));
}

/** The texts between the asterisks, if the segment has nothing else. */
function piecesOf(items: readonly Item[]): string[] | undefined {
  const pieces = [''];
  for (const item of items) {
    if (item.kind === 'many') pieces.push('');
    else if (item.kind === 'text') pieces.push((pieces.pop() ?? '') + item.text);
    else return undefined;
  }
  return pieces;
}

/** The first place for each piece is the best: what follows has most room then. */
function matchesPieces(pieces: readonly string[], name: string): boolean {
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (pieces.length === 1) return name === first;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? '';
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

/** Places between the characters of a name: 1 where the way through a glob may be. */
type Places = Uint8Array;

function startAt(place: number, name: string): Places {
  const places = new Uint8Array(name.length + 1);
  places[place] = 1;
  return places;
}

/** The places that the items lead to from `from`. */
const follow = (items: readonly Item[], name: string, from: Places): Places =>
  items.reduce((places, item) => followOne(item, name, places), from);

function followOne(item: Item, name: string, from: Places): Places {
  if (item.kind === 'group') return followGroup(item.repeat, item.alternatives, name, from);
  const next = new Uint8Array(from.length);
  if (item.kind === 'many') return next.fill(1, !from.includes(1) ? from.length : from.indexOf(1));
  from.forEach((isOn, place) => {
    if (isOn === 0 || place === name.length) return;
    if (item.kind === 'one') next[place + 1] = Number(item.accepts(name.charAt(place))) | (next[place + 1] ?? 0);
    else if (name.startsWith(item.text, place)) next[place + item.text.length] = 1;
  });
  return next;
}

function followGroup(repeat: Repeat, alternatives: readonly (readonly Item[])[], name: string, from: Places): Places {
  const once = (places: Places): Places => union(alternatives.map((items) => follow(items, name, places)));
  switch (repeat) {
    case '@':
      return once(from);
    case '?':
      return union([from, once(from)]);
    case '+':
      return repeated(once, once(from));
    case '*':
      return repeated(once, from);
    case '!':
      return others(once, name, from);
  }
}

const union = (sets: readonly Places[]): Places =>
  sets.reduce((all, places) => all.map((isOn, place) => isOn | (places[place] ?? 0)));

/** Goes through `once` as often as that leads to new places. */
function repeated(once: (places: Places) => Places, from: Places): Places {
  const all = from.slice();
  for (let fresh = from; fresh.includes(1);) {
    fresh = once(fresh).map((isOn, place) => isOn & ~(all[place] ?? 0));
    fresh.forEach((isOn, place) => (all[place] = isOn | (all[place] ?? 0)));
  }
  return all;
}

/** All places behind each that the group does not lead to. */
function others(once: (places: Places) => Places, name: string, from: Places): Places {
  const all = new Uint8Array(from.length);
  from.forEach((isOn, start) => {
    if (isOn === 0) return;
    const matched = once(startAt(start, name));
    for (let place = start; place < all.length; place++) if (matched[place] === 0) all[place] = 1;
  });
  return all;
}
