/** Names of files where the editor draws icons for `$(name)`. Pure. */

/** A name is no icon, whatever it looks like. */
export const withoutIcons = (name: string): string => name.replaceAll('$(', '\\$(');
