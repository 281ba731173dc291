/** The list of rules: what may stand in it, and what it means. Pure. */
import { actionNames, actionOf, isTable, type RuleAction } from './ruleAction';
import { RuleError, type RulePart } from './ruleError';
import { compilePattern, patternFlaw, type Pattern } from './rulePattern';

/** A rule as it is written down. Which of the actions it has is checked, and so are they. */
export interface Rule {
  readonly [key: string]: unknown;
  readonly match?: unknown;
  readonly method?: unknown;
  readonly proxy?: unknown;
}

/** A rule, understood. */
export interface CompiledRule {
  /** Its place in the list, from 1; undefined for one that stands for another setting. */
  readonly number: number | undefined;
  /** As it is written down. */
  readonly text: string;
  readonly pattern: Pattern;
  /** Those it is for; all, if it is undefined. One for GET is for HEAD as well. */
  readonly methods: ReadonlySet<string> | undefined;
  readonly action: RuleAction;
}

/** What has to be known besides the list. */
interface RuleContext {
  /** Hosts beyond this machine that requests may be handed on to, as `host:port`. */
  readonly proxyHosts: readonly string[];
}

export const mostRules = 256;

/** @throws RuleError for the first thing that makes no sense */
export function compileRules(list: unknown, context: RuleContext): readonly CompiledRule[] {
  if (!Array.isArray(list)) throw new RuleError('The rules are no list.');
  if (list.length > mostRules) throw new RuleError(`There are more than ${mostRules} rules.`);
  return list.map((rule: unknown, i) => compileRule(rule, { rule: i + 1, keys: [] }, context));
}

/** The first thing that makes no sense; undefined if all does. */
export function ruleErrorIn(list: unknown, context: RuleContext): RuleError | undefined {
  try {
    compileRules(list, context);
    return undefined;
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}

function compileRule(rule: unknown, place: RulePart, context: RuleContext): CompiledRule {
  if (!isTable(rule)) throw new RuleError('is no object', place);
  const stranger = Object.keys(rule).find((key) => !ruleKeys.includes(key));
  if (stranger !== undefined) {
    const why = `has a key ${JSON.stringify(stranger)}: it may have ${ruleKeys.join(', ')}`;
    throw new RuleError(why, { ...place, keys: [stranger] });
  }
  const text = matchOf(rule, place);
  const pattern = compilePattern(text);
  const methods = methodsOf(rule.method, { ...place, keys: ['method'] });
  const action = actionOf(rule, { place, stars: pattern.stars, context });
  return { number: place.rule, text, pattern, methods, action };
}

export const ruleKeys: readonly string[] = ['match', 'method', ...actionNames];

function matchOf({ match }: Rule, place: RulePart): string {
  if (typeof match !== 'string') throw new RuleError('has no "match", a pattern such as "/api/**"', place);
  const flaw = patternFlaw(match);
  if (flaw === undefined) return match;
  throw new RuleError(`is for ${JSON.stringify(match)}, which ${flaw}`, { ...place, keys: ['match'] });
}

function methodsOf(value: unknown, place: RulePart): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const methods: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const method of methods) {
    if (typeof method !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) {
      throw new RuleError('has a "method" that is no method in capital letters, such as "POST", or several', place);
    }
    if (method === 'CONNECT') throw new RuleError('is for CONNECT, which is never taken', place);
  }
  if (methods.length === 0) throw new RuleError('is for no method', place);
  const set = new Set(methods as readonly string[]);
  return set.has('GET') ? set.add('HEAD') : set;
}
