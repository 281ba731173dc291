/** What a visitor did to one element of a page, and how it is done again to the element that has its place after a reload. */

/** It survives JSON. */
export type Deed =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'checked'; readonly checked: boolean }
  /** The values of the options. */
  | { readonly kind: 'selected'; readonly values: readonly string[] }
  | { readonly kind: 'open'; readonly open: boolean }
  | { readonly kind: 'scroll'; readonly left: number; readonly top: number }
  /** Where the text cursor was, where there is one. */
  | { readonly kind: 'focus'; readonly selection: readonly [start: number, end: number] | undefined };

export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export const isField = (element: unknown): element is Field =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;

/** HTML §4.10.18.7.1: what no browser fills in by itself, or only for who is asked. */
const privateTokens = /(?:^|\s)(?:off|cc-\S+|one-time-code|(?:current|new)-password)(?:\s|$)/i;
const privateNames = /passw|card.?n(?:o|um)|c[vs]c\b|cvv|otp\b|one.?time/i;
const privateTypes: ReadonlySet<string> = new Set(['password', 'hidden', 'file']);

/** Whether what is in the field is nobody's business but that of the page, so that it may lie nowhere else. */
export function isPrivate(field: Field): boolean {
  const tokens = field.getAttribute('autocomplete') ?? field.form?.getAttribute('autocomplete') ?? '';
  return privateTypes.has(field.type) || privateTokens.test(tokens) || privateNames.test(`${field.name} ${field.id}`);
}

const isBox = (field: Field): field is HTMLInputElement => field.type === 'checkbox' || field.type === 'radio';

export function deedOf(field: Field): Deed {
  if (field instanceof HTMLSelectElement)
    return { kind: 'selected', values: [...field.selectedOptions].map(({ value }) => value) };
  return isBox(field) ? { kind: 'checked', checked: field.checked } : { kind: 'value', value: field.value };
}

export function focusOf(element: Element): Deed {
  const { selectionStart: start, selectionEnd: end } = element as Partial<HTMLInputElement>;
  return { kind: 'focus', selection: typeof start === 'number' && typeof end === 'number' ? [start, end] : undefined };
}

/**
 * Sets a property past what a framework may have put before it to learn of its own changes, and then says that it is
 * another. Not by `change` as well: by that, pages send what was sent before.
 */
function set(field: Field, name: 'value' | 'checked', value: string | boolean): void {
  Reflect.set(Object.getPrototypeOf(field) as object, name, value, field);
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
}

function select(field: HTMLSelectElement, values: readonly string[]): boolean {
  const options = [...field.options];
  if (!values.every((value) => options.some((option) => option.value === value))) return false;
  for (const option of options) option.selected = values.includes(option.value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
}

/** A frame would take the focus away from what is around it, such as an editor in which somebody types. */
const mayFocus = (): boolean => window === window.top || document.hasFocus();

function focus(element: HTMLElement, selection: readonly [number, number] | undefined): boolean {
  if (!mayFocus()) return true;
  element.focus({ preventScroll: true });
  if (selection && 'setSelectionRange' in element) (element as HTMLInputElement).setSelectionRange(...selection);
  return element.matches(':focus');
}

/** Does it again; returns whether that was possible. */
export function redo(deed: Deed, element: Element): boolean {
  switch (deed.kind) {
    case 'open':
      if (element instanceof HTMLDetailsElement) element.open = deed.open;
      return true;
    case 'scroll':
      element.scrollTo({ left: deed.left, top: deed.top, behavior: 'instant' });
      return Math.abs(element.scrollTop - deed.top) < 1 && Math.abs(element.scrollLeft - deed.left) < 1;
    case 'focus':
      return element instanceof HTMLElement && focus(element, deed.selection);
    default:
      return isField(element) && !isPrivate(element) && refill(deed, element);
  }
}

function refill(deed: Deed, field: Field): boolean {
  if (deed.kind === 'selected') return field instanceof HTMLSelectElement && select(field, deed.values);
  if (deed.kind === 'checked') set(field, 'checked', deed.checked);
  else if (deed.kind === 'value') set(field, 'value', deed.value);
  return true;
}
