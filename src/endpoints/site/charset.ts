/** Whether the charset of a text may be told: a parameter of Content-Type overrules what the text says of itself. Pure. */
import { isUtf8 } from 'node:buffer';

/** Octets that are looked at. */
export const sniffSize = 4096;

/**
 * Whether a text is UTF-8, and nothing in it says otherwise.
 *
 * @param mediaType without parameters
 * @param octets the beginning of the text, up to {@link sniffSize}
 */
export function isTold(mediaType: string, octets: Uint8Array): boolean {
  // UTF-16 without a byte order mark may be taken for UTF-8.
  if (octets.includes(0) || !isUnicode(octets)) return false;
  const label = declaredIn(mediaType, Buffer.from(octets).toString('latin1'));
  return label === undefined || !isOther(label);
}

/** Whether octets are UTF-8, whose last character may be cut off where one stopped looking. */
export function isUnicode(octets: Uint8Array): boolean {
  const most = octets.length < sniffSize ? 0 : 3;
  for (let cut = 0; cut <= most; cut++) if (isUtf8(octets.subarray(0, octets.length - cut))) return true;
  return false;
}

const byteOrderMark = '\xef\xbb\xbf';

/** XML §2.8. */
const xmlDeclaration = /^<\?xml[^>]*?[\t\n\r ]encoding[\t\n\r ]*=[\t\n\r ]*["']([^"'>]+)/;
/** CSS Syntax §3.2: these octets and no others. */
const cssCharset = /^@charset "([^"]*)";/;

/** The label of the encoding that a text declares, one octet per character. */
function declaredIn(mediaType: string, text: string): string | undefined {
  // The mark overrules every declaration.
  if (text.startsWith(byteOrderMark)) return undefined;
  if (mediaType === 'text/css') return cssCharset.exec(text)?.[1];
  if (mediaType === 'text/html') return metaCharset(text) ?? xmlDeclaration.exec(text)?.[1];
  return /[/+]xml$/.test(mediaType) ? xmlDeclaration.exec(text)?.[1] : undefined;
}

const commentOrMeta = /<!--(?:-?>|[^]*?(?:-->|$))|<meta(?=[\t\n\f\r /])([^>]*)/gi;
const parameter = /(?<![\w-])charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:["'][\t\n\f\r ]*)?([^\t\n\f\r "'/;>]+)/i;

/** The charset of a page as a browser finds it before it parses (HTML §13.2.3.2). */
function metaCharset(text: string): string | undefined {
  for (const [, attributes = ''] of text.matchAll(commentOrMeta)) {
    // Beside `content` it is a parameter of another type, unless that stands for the field.
    if (/\bcontent[\t\n\f\r ]*=/i.test(attributes) && !/\bhttp-equiv\b/i.test(attributes)) continue;
    const [, label] = parameter.exec(attributes) ?? [];
    if (label !== undefined) return label;
  }
  return undefined;
}

/** Browsers take UTF-16 that is declared in octets of ASCII for UTF-8, and pass over what they do not know. */
function isOther(label: string): boolean {
  try {
    return !new TextDecoder(label).encoding.startsWith('utf-');
  } catch {
    return false;
  }
}
