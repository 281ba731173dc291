/** What is wrong with a list of rules. Pure. */

/** Which part of the list is meant. */
export interface RulePart {
  /** From 1. */
  readonly rule: number;
  /** The way from the rule to the part, by its keys. */
  readonly keys: readonly string[];
}

/** A list of rules that makes no sense. The message is one sentence that names the rule by its number. */
export class RuleError extends Error {
  override readonly name = 'RuleError';

  /** @param why goes on behind `Rule 3`; a whole sentence if it is about the list */
  constructor(
    why: string,
    readonly place?: RulePart,
    /** The option that is for what was meant. */
    readonly instead?: 'cors' | 'proxyHosts',
  ) {
    super(place === undefined ? why : `Rule ${place.rule} ${why}.`);
  }
}
