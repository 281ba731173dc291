/** Where in the text of a settings file a rule is: a bundle of its own, which a window loads when a rule is wrong. */
import { findNodeAtLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';
import type { RuleError } from '../../ruleError';
import type { Repair } from '../../ruleRepair';

/** A part of a text, in code units of UTF-16. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Where the flaw is: its own place, or the nearest around it; undefined if the text has no such setting. */
export function spanOf(text: string, setting: string, place: RuleError['place']): Span | undefined {
  const tree = parseTree(text);
  const way = place === undefined ? [] : [place.rule - 1, ...place.keys];
  return tree && nearest(tree, setting, way);
}

/** The list as it stands there; undefined without one. */
export function rulesIn(text: string, setting: string): unknown {
  const tree = parseTree(text);
  const node = tree && nearest(tree, setting, []);
  return node && (getNodeValue(node) as unknown);
}

/** What is to be written, and in place of what; undefined if that is not there. */
export function editOf(text: string, setting: string, repair: Repair): { span: Span; text: string } | undefined {
  const tree = parseTree(text);
  const value = tree && nearest(tree, setting, [repair.rule - 1, ...repair.keys]);
  const span = 'name' in repair ? value?.parent?.children?.[0] : value;
  return span && { span, text: JSON.stringify('name' in repair ? repair.name : repair.value) };
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
