/** Which of many equal rows are drawn. Pure. */

interface Extent {
  /** Height of the whole, in pixels. */
  readonly height: number;
  /** The first row that is drawn, and the one behind the last. */
  readonly first: number;
  readonly end: number;
}

/** Rows drawn beyond what is seen, so that scrolling finds something. */
const spare = 8;

/** @param scrolled how far, and `seen` how much, in pixels */
export function extentOf(rows: number, rowHeight: number, scrolled: number, seen: number): Extent {
  const first = Math.max(0, Math.floor(scrolled / rowHeight) - spare);
  const end = Math.min(rows, Math.ceil((scrolled + seen) / rowHeight) + spare);
  return { height: rows * rowHeight, first: Math.min(first, end), end };
}

/** Where to scroll so that a row is seen whole; `scrolled` if it is. */
export function scrollTo(row: number, rowHeight: number, scrolled: number, seen: number): number {
  const top = row * rowHeight;
  if (top < scrolled) return top;
  return top + rowHeight > scrolled + seen ? top + rowHeight - seen : scrolled;
}
