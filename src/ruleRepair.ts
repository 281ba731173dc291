/** What a wrong rule was meant to be, where that is plain: a bundle of its own, which a window loads for a quick fix. Pure. */
import { closest, distance } from 'fastest-levenshtein';
import { actionKeys, isTable } from './ruleAction';
import type { RuleError } from './ruleError';
import { ruleKeys } from './ruleList';

/** Another value at a place of a rule, or another name for what is there. */
type Change = { readonly keys: readonly string[] } & ({ readonly value: unknown } | { readonly name: string });

/** A change by which a rule makes sense, and the number of that, from 1. */
export type Repair = Change & { readonly rule: number };

/** What makes sense of a list; handed in, for it is in the bundle of the extension already. */
type Judge = (list: unknown) => RuleError | undefined;

/** @returns undefined if what was meant is for the user to say */
export function repairOf(list: unknown, { place }: RuleError, judge: Judge): Repair | undefined {
  if (place === undefined || !Array.isArray(list)) return undefined;
  const { rule, keys } = place;
  const wrong: unknown = list[rule - 1];
  const helps = (repair: Change): boolean => {
    const left = judge(list.with(rule - 1, changed(wrong, repair.keys, repair)));
    return left === undefined || (left.place?.rule ?? 0) > rule;
  };
  const repair = repairsOf(wrong, keys).find(helps);
  return repair && { rule, ...repair };
}

/** What might be meant; whether it makes sense is to be seen. */
function repairsOf(rule: unknown, keys: readonly string[]): Change[] {
  const there = keys.reduce((value, key) => (isTable(value) ? value[key] : undefined), rule);
  const [value, way] = isTable(there) && there.to !== undefined ? [there.to, [...keys, 'to']] : [there, keys];
  const values = valuesFor(value).map((each): Change => ({ keys: way, value: each }));
  const name = nameFor(keys.at(-1));
  return name === undefined ? values : [...values, { keys, name }];
}

const names: readonly string[] = [...ruleKeys, ...Object.values(actionKeys).flat()];

/** In letters that are wrong, too many or too few. */
const mostTypos = 2;

function nameFor(key: string | undefined): string | undefined {
  const name = key === undefined ? undefined : closest(key, names);
  return name === undefined || name === key || distance(name, key ?? '') > mostTypos ? undefined : name;
}

function valuesFor(value: unknown): unknown[] {
  if (Array.isArray(value))
    return [value.map((each: unknown) => (typeof each === 'string' ? each.toUpperCase() : each))];
  if (typeof value !== 'string') return [];
  const url = value.includes('://') ? value : `http://${value}`;
  return [
    value.toUpperCase(),
    `/${value.replace(/^\/+/, '')}`,
    ...(URL.canParse(url) ? [new URL(url).origin] : []),
    ...(/^\d+$/.test(value) ? [Number(value)] : []),
    ...(/^(?:true|false)$/.test(value) ? [value === 'true'] : []),
  ];
}

function changed(rule: unknown, keys: readonly string[], repair: Change): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return 'value' in repair ? repair.value : rule;
  if (!isTable(rule)) return rule;
  if (rest.length > 0 || 'value' in repair) return { ...rule, [key]: changed(rule[key], rest, repair) };
  // What has that name already is not put aside.
  return repair.name in rule
    ? rule
    : Object.fromEntries(Object.entries(rule).map(([each, value]) => [each === key ? repair.name : each, value]));
}
