/** Names of files: how they are written into a URL, compared, searched and told apart. Pure. */

/** One segment, ready for a URL. */
export const encodeName = (name: string): string =>
  encodeURIComponent(name).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** As it is shown: marks that turn what follows them round, so that `exe.png` may be `\u202egnp.exe`, are written out. */
export const shownName = (name: string): string =>
  name.replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);

/** Without case and accents: what people look for. */
export const foldName = (name: string): string =>
  // oxlint-disable-next-line no-control-regex -- what is ASCII has nothing to take apart
  (/^[\x00-\x7f]*$/.test(name)
    ? name
    : name
        .normalize('NFD')
        .replace(/\p{M}+/gu, '')
        .replaceAll('ß', 'ss')
  ).toLowerCase();

/** Says how many digits follow, so that a longer number is greater, and is before every letter: beyond that length all are alike. */
const lengthMark = (digits: string): string => String.fromCharCode(0x30 + Math.min(digits.length, 40));

/**
 * A key by which code units sort as people do: file2 before file10. Comparing keys is many times as fast as a collator,
 * and lists are long.
 */
export const sortKey = (name: string): string =>
  foldName(name).replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '');
    return lengthMark(number) + number;
  });

/** In lower case, without its dot; empty for a name that has none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase();
}

/** What is written from right to left; in the midst of a name, it turns round what is beside it. */
const backwards = /[\u0590-\u08ff\u200e\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * What is seen of a long name whatever is left out: its extension, and characters before it that are not joined to others. Drawn
 * apart from the rest, it is where it would be anyway, and what is before it has no blank at its end. Empty where there is none such.
 */
export function endOf(name: string): string {
  const isBackwards = backwards.test(name);
  const pattern = isBackwards ? /(\.[a-z][a-z\d]{0,4})$/i : /\S([\w ()+,-]{0,3}(?:\.[^.\s]{1,5})?)$/;
  const end = pattern.exec(name)?.[1] ?? '';
  const before = name.slice(0, name.length - end.length);
  return before.length < 8 || (isBackwards && !backwards.test(before.slice(-1))) ? '' : end;
}

/** `photo.jpg` as `photo (2).jpg`, or with the first number that is not taken. */
export function numbered(name: string, isTaken: (name: string) => boolean): string {
  const extension = /\.(?:tar\.)?[^.\s]{1,10}$/i.exec(name.slice(1))?.[0] ?? '';
  const stem = name.slice(0, name.length - extension.length).replace(/ \((?:[2-9]|[1-9]\d+)\)$/, '');
  for (let number = 2; ; number++) {
    const next = `${stem} (${number})${extension}`;
    if (!isTaken(next)) return next;
  }
}

/** Why a name cannot be one, as a word of the dictionary; undefined if it can. */
export function nameFlaw(name: string): 'nameEmpty' | 'nameSlash' | 'nameDots' | 'nameLong' | undefined {
  if (name === '') return 'nameEmpty';
  if (/[/\\\0]/.test(name)) return 'nameSlash';
  if (/^\.{1,2}$/.test(name)) return 'nameDots';
  return new TextEncoder().encode(name).length > 255 ? 'nameLong' : undefined;
}
