/** Character classes of RFC 9110 §5.6, as sources of regular expressions over one-octet-per-character strings. */

/** RFC 9110 §5.6.2: token. */
export const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

/** RFC 9110 §5.5: what a field value may hold: everything but controls, HTAB aside. */
export const fieldContent = '[^\\x00-\\x08\\x0a-\\x1f\\x7f]*';

/** RFC 9110 §5.6.4: quoted-string. */
export const quotedString = '"(?:[\\t !#-[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';

const isOws = (code: number): boolean => code === 0x20 || code === 0x09;

/** `text` from `start` to `end` without the optional whitespace around it (RFC 9110 §5.6.3). Linear. */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The members of a list without the optional whitespace around them (RFC 9110 §5.6.1). Empty ones are kept; no quoted commas. */
export const membersOf = (list: string): string[] => list.split(',').map(trimOws);
