/** What keys mean in a list of entries. Pure. */

type KeyAct =
  | { readonly kind: 'go'; readonly index: number; readonly isRange: boolean; readonly isSelecting: boolean }
  | { readonly kind: 'open' | 'up' | 'filter' | 'remove' | 'rename' | 'all' | 'toggle' | 'clear' };

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

interface Where {
  /** Of the entry that the keyboard is at; -1 for none. */
  readonly index: number;
  readonly count: number;
  readonly columns: number;
  /** Rows that are seen at once. */
  readonly page: number;
  readonly isRightToLeft: boolean;
}

const acts: Readonly<Record<string, Exclude<KeyAct['kind'], 'go'>>> = {
  ...{ Enter: 'open', Backspace: 'up', '/': 'filter', Delete: 'remove', F2: 'rename', ' ': 'toggle', Escape: 'clear' },
};

/** @returns undefined for what is no key of the list */
export function actOf(pressed: Pressed, where: Where): KeyAct | undefined {
  const { key, altKey, shiftKey } = pressed;
  const isControl = pressed.ctrlKey || pressed.metaKey;
  if (isControl && key.toLowerCase() === 'a') return { kind: 'all' };
  if (altKey) return key === 'ArrowUp' ? { kind: 'up' } : undefined;
  const step = stepOf(key, where);
  if (step === undefined) return isControl && key !== ' ' ? undefined : plainAct(key);
  if (where.count === 0) return undefined;
  // The first arrow of all goes to the first entry.
  const from = where.index < 0 ? (step > 0 ? -1 : 1) : where.index;
  const next = where.index < 0 && Math.abs(step) < Infinity ? 0 : from + step;
  const index = Math.max(0, Math.min(where.count - 1, next));
  return { kind: 'go', index, isRange: shiftKey, isSelecting: !isControl };
}

function plainAct(key: string): KeyAct | undefined {
  const kind = Object.hasOwn(acts, key) ? acts[key] : undefined;
  return kind === undefined ? undefined : { kind };
}

function stepOf(key: string, { columns, page, isRightToLeft }: Where): number | undefined {
  const side = isRightToLeft ? -1 : 1;
  const steps: Record<string, number> = {
    ...{ ArrowDown: columns, ArrowUp: -columns, PageDown: columns * page, PageUp: -columns * page },
    ...{ Home: -Infinity, End: Infinity },
    ...(columns > 1 && { ArrowRight: side, ArrowLeft: -side }),
  };
  return Object.hasOwn(steps, key) ? steps[key] : undefined;
}
