/** What the server has in the page already, for those who have no script: it need not read the folder again. Pure. */

/** As the server lists it. */
export interface Listed {
  readonly name: string;
  readonly type: 'file' | 'directory';
  /** In octets. */
  readonly size: number;
  /** As RFC 3339 has it. */
  readonly modified: string;
}

/**
 * A row as `directoryPage.ts` of the server writes it, or as the browser has it. The text of a link has no tags in it, and its
 * address nothing that HTML would write in another way.
 */
const row =
  /<a href="\.\/([^"]+?)(\/?)">[^<]*<\/a>(?:<\/td>)?<td data-size="(\d+)">[^<]*(?:<\/td>)?<td data-time="([^"]+)">/g;

/** @param html rows, as they came or as the browser has them */
export const rowsIn = (html: string): Listed[] =>
  [...html.matchAll(row)].map(([, name = '', slash, size, modified = '']) => ({
    name: decodeURIComponent(name),
    type: slash === '' ? 'file' : 'directory',
    size: Number(size),
    modified,
  }));

/** What a page needs to have for that. */
interface ListedPage {
  getElementById(id: string): object | null;
  querySelector(selectors: string): { readonly innerHTML: string; readonly textContent: string | null } | null;
}

/** @returns undefined if the page did not come whole, or has no list */
export function listedIn(page: ListedPage): Listed[] | undefined {
  if (page.getElementById('listed') === null) return undefined;
  // What is for those without a script is text for the others.
  const [shown, more] = ['tbody', 'noscript'].map((selector) => page.querySelector(selector));
  return [...rowsIn(shown?.innerHTML ?? ''), ...rowsIn(more?.textContent ?? '')];
}
