/** Which entries are selected, and which one the keyboard is at. By name: lists change. Pure. */

export interface Selection {
  readonly names: ReadonlySet<string>;
  /** Where the keyboard is. */
  readonly active: string | undefined;
  /** Where a range begins. */
  readonly anchor: string | undefined;
}

export const noSelection: Selection = { names: new Set(), active: undefined, anchor: undefined };

/** That one alone. */
export const only = (name: string): Selection => ({ names: new Set([name]), active: name, anchor: name });

/** The keyboard goes there, and nothing else changes. */
export const goTo = (selection: Selection, name: string): Selection => ({ ...selection, active: name });

export function toggled({ names }: Selection, name: string): Selection {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return { names: next, active: name, anchor: name };
}

/** From the anchor to `name`, in this order. */
export function rangeTo({ anchor, active }: Selection, name: string, order: readonly string[]): Selection {
  const from = anchor ?? active ?? name;
  const [start, end] = [order.indexOf(from), order.indexOf(name)].sort((a, b) => a - b);
  if (start === undefined || end === undefined || start < 0) return only(name);
  return { names: new Set(order.slice(start, end + 1)), active: name, anchor: from };
}

export const everything = ({ active, anchor }: Selection, order: readonly string[]): Selection => ({
  names: new Set(order),
  active: active ?? order[0],
  anchor,
});

/** Without what is not there any more. */
export function among(selection: Selection, isThere: (name: string) => boolean): Selection {
  const keep = (name: string | undefined): string | undefined =>
    name !== undefined && isThere(name) ? name : undefined;
  const names = new Set([...selection.names].filter(isThere));
  return { names, active: keep(selection.active), anchor: keep(selection.anchor) };
}
