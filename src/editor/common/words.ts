/**
 * Text of others made harmless for the place where the editor shows it, a function per place. A repository writes settings,
 * anybody names files, and a client sends what it likes: all of that is text, and never a link, an icon or a new line. Pure.
 */

const hidden = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What shows nothing, breaks a line, or turns the direction of what follows is shown as a mark. */
export const visible = (text: string): string => text.replace(hidden, '\uFFFD');

/** For a line of a log: letters of all scripts stay; what {@link visible} marks is written as its code point. */
export const forLog = (text: string): string =>
  text.replace(hidden, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** For a label of a list or of the status bar, where the editor draws icons for `$(name)`. */
export const forLabel = (text: string): string => visible(text).replaceAll('$(', '\\$(');

/** For a notification, where the editor makes links of `[text](address)`, commands among them, and knows no escape. */
export const forNotification = (text: string): string => forLog(text).replaceAll('](', '] (');

/**
 * For Markdown with icons. CommonMark takes any ASCII punctuation behind a backslash literally (§2.4), so that nothing is
 * left of links, bare addresses or code; an icon's own escape has to survive that.
 */
export const forMarkdown = (text: string): string => forLabel(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');

/** A link of Markdown that runs a command. @param title Markdown @param args as JSON */
export function commandLink(title: string, command: string, args: readonly unknown[] = []): string {
  if (args.length === 0) return `[${title}](command:${command})`;
  const query = encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, (bracket) =>
    bracket === '(' ? '%28' : '%29',
  );
  return `[${title}](command:${command}?${query})`;
}
