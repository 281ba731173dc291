/** Octets as the text that they are, if they are text. Pure. */

/** @param octets of a file, or its beginning */
export function decode(octets: Uint8Array): { readonly text: string; readonly isText: boolean } {
  const utf16 =
    octets[0] === 0xff && octets[1] === 0xfe
      ? 'utf-16le'
      : octets[0] === 0xfe && octets[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (utf16 !== undefined) return { text: new TextDecoder(utf16).decode(octets), isText: true };
  try {
    // What is cut may be cut within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return { text, isText: !text.includes('\0') };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(octets), isText: !octets.includes(0) };
  }
}
