/** How a browser is to call what it saves: Content-Disposition (RFC 6266). Pure. */

/**
 * The value of the field. What is not plain is said twice: whoever knows no better gets underscores.
 *
 * @param name of the file, any text
 */
export function disposition(name: string): string {
  // Half a character has no octets.
  const text = Buffer.from(name).toString();
  const plain = text.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const quoted = `attachment; filename="${plain}"`;
  return plain === text ? quoted : `${quoted}; filename*=UTF-8''${extValue(text)}`;
}

/** RFC 8187 §3.2.1: fewer characters are plain than `encodeURIComponent` leaves. */
const extValue = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
