/** Where in the text of a settings file a rule is: a bundle of its own, which a window loads when a rule is wrong. */
import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import type { RuleError } from '../../ruleError';

/** A part of a text, in code units of UTF-16. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Where the flaw is: its own place, or the nearest around it; undefined if the text has no such setting. */
export function spanOf(text: string, setting: string, place: RuleError['place']): Span | undefined {
  const tree = parseTree(text);
  const way = place === undefined ? [] : [place.rule - 1, ...place.keys];
  return tree && nearest(tree, setting, way);
}

function nearest(tree: Node, setting: string, way: readonly (string | number)[]): Node | undefined {
  // In the file of a workspace they are in a part of their own.
  for (const start of [[setting], ['settings', setting]]) {
    for (let length = way.length; length >= 0; length--) {
      const node = findNodeAtLocation(tree, [...start, ...way.slice(0, length)]);
      if (node !== undefined) return node;
    }
  }
  return undefined;
}
