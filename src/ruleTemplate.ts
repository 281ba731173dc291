/** Where a rule leads: a path or a URL with `$1`, `$2` … for what the stars of its pattern stand for. Pure. */
import type { Capture } from './rulePattern';

/** Literal text, and numbers of captures, from 0. */
export type Template = readonly (string | number)[];

const place = /\$(\d+)/;

/** @returns a text instead, of what is wrong with it, if it counts more stars than there are */
export function templateOf(text: string, stars: number): Template | string {
  const pieces = text.split(/(\$\d+)/).map((piece) => {
    const [, number] = place.exec(piece) ?? [];
    return number === undefined ? piece : Number(number) - 1;
  });
  const wrong = pieces.find((piece) => typeof piece === 'number' && (piece < 0 || piece >= stars));
  if (wrong === undefined) return pieces.filter((piece) => piece !== '');
  return `has $${Number(wrong) + 1} in it, and the pattern has ${stars === 1 ? 'one star' : `${stars} stars`}`;
}

/** Whether the text has a place for a capture. */
export const hasCapture = (text: string): boolean => place.test(text);

/** One segment, as it goes into a URL. */
const encoded = (segment: string): string =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const urlTextOf = ({ segments, isFolder }: Capture): string => segments.map(encoded).join('/') + (isFolder ? '/' : '');

/** The text with what was captured in its places, percent-encoded. */
export const fillIn = (template: Template, captures: readonly Capture[]): string =>
  template
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const capture = captures[piece];
      return capture === undefined ? '' : urlTextOf(capture);
    })
    .join('');
