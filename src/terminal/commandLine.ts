/** Takes the command line apart. What it means is not looked at here. Pure. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { flagNames, flags, type FlagName } from './flags';
import { enumerated, nearest, quoted, UsageError, visible } from './sentences';

/** What {@link parseArgs} has to know. Empty values and those that look like flags are ours to judge. */
const options: ParseArgsConfig['options'] = Object.fromEntries(
  flagNames.map((name) => {
    const { short, value } = flags[name];
    return [name, { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) }];
  }),
);

/** A flag or a folder, as it was found. */
type Token = NonNullable<ReturnType<typeof tokensOf>>[number];
type FlagToken = Extract<Token, { kind: 'option' }>;

const tokensOf = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;

export class CommandLine {
  /** What is no flag, nor the value of one. */
  readonly folders: readonly string[];
  readonly #values = new Map<FlagName, readonly string[]>();

  /** @throws UsageError at the first flag that there is not, or that has no value, or one that it does not take */
  constructor(args: readonly string[]) {
    const tokens = tokensOf(args);
    // Who asks for help is told nothing else.
    const isAsking = tokens.some((token) => token.kind === 'option' && ['help', 'version'].includes(token.name));
    for (const token of tokens) {
      if (token.kind !== 'option' || (isAsking && !isKnown(token.name))) continue;
      const name = nameOf(token, args[token.index] ?? '');
      const value = isAsking ? (token.value ?? '') : valueOf(token, name);
      this.#values.set(name, [...this.all(name), value]);
    }
    this.folders = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  }

  has(name: FlagName): boolean {
    return this.#values.has(name);
  }

  /** The last value of a flag; undefined if the flag is not given. */
  last(name: FlagName): string | undefined {
    return this.all(name).at(-1);
  }

  all(name: FlagName): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

const isKnown = (name: string): name is FlagName => Object.hasOwn(flags, name);

/** @param word what it stands in: several short ones may share one */
function nameOf({ name, rawName }: FlagToken, word: string): FlagName {
  const long = word.replace(/^-/, '').replace(/=.*/s, '');
  // `-port 80` is a long flag with a hyphen too few, not `-p` with the value "ort".
  if (!word.startsWith('--') && long.length > 1 && isKnown(long)) throw unknown(`-${long}`, [`--${long}`]);
  if (isKnown(name)) return name;
  throw unknown(rawName, rawName.startsWith('--') ? [`--${nearest(name, flagNames)}`] : beginningWith(name));
}

/** The flags that a letter may stand for, and otherwise those that have one. */
function beginningWith(letter: string): readonly string[] {
  const names = flagNames.filter((name) => name.startsWith(letter.toLowerCase()));
  if (names.length > 0) return names.map((name) => `--${name}`);
  return flagNames.flatMap((name) => flags[name].short ?? []).map((short) => `-${short}`);
}

const unknown = (given: string, near: readonly string[]): UsageError =>
  new UsageError(`There is no flag ${visible(given)}: did you mean ${enumerated(near, 'or')}?`);

/** The value as it was given; empty for a flag that takes none. */
function valueOf({ rawName, value, inlineValue }: FlagToken, name: FlagName): string {
  const { takes } = flags[name];
  if (takes === undefined) {
    if (value === undefined) return '';
    throw new UsageError(`--${name} takes no value, so ${quoted(value)} cannot be one.`);
  }
  if (value === undefined) throw new UsageError(`--${name} takes ${takes}, and nothing stands behind it.`);
  if (value === '') throw emptyValue(`--${name} takes ${takes}`);
  // A negative number is no flag, and is better refused for what it is.
  if (!inlineValue && /^-./.test(value) && !/^-\d+$/.test(value)) {
    throw new UsageError(
      `--${name} takes ${takes}, not the flag ${quoted(value)}: if that is meant, write ${quoted(`--${name}=${value}`)}.`,
    );
  }
  // `-p=80` is how some programs have it.
  return inlineValue && !rawName.startsWith('--') ? value.replace(/^=(?=.)/s, '') : value;
}

/** The usual cause is a variable of the shell that is not set: it must not mean the default. */
export const emptyValue = (what: string): UsageError =>
  new UsageError(`${what}, not an empty word: is a variable not set?`);
