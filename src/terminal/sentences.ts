/** Sentences for a terminal, and how others' text stands in them. Pure. */
import { closest } from 'fastest-levenshtein';

/** A command line that makes no sense. The message is one sentence that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a terminal obeys instead of showing it: controls, marks of direction, ends of lines; and halves of characters. */
const commands = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/** Text of others, such as the name of a file, as it may stand in a line for a terminal. */
export const visible = (text: string): string => text.replace(commands, escaped);

/** Text of others between quotation marks. */
export const quoted = (text: string): string => visible(JSON.stringify(text));

/** `a`, `a and b`, `a, b and c`. */
export function enumerated(words: readonly string[], link = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${link} ${last}`;
}

/** Of these words the one that was meant, whatever the case. */
export const nearest = (word: string, words: readonly string[]): string =>
  words.find((each) => each.toLowerCase() === word.toLowerCase()) ?? closest(word, words);

/** A sentence, to stand behind a colon. */
export const continued = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
