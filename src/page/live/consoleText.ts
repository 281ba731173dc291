/** What a console is told, as text: as browsers show it, about, and within bounds. */

/** Characters of a line, entries of a value, and values within values. */
const longest = 4096;
const mostEntries = 50;
const deepest = 3;

const cut = (text: string): string => (text.length > longest ? text.slice(0, longest) : text);

function ofElement(element: Element): string {
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  return `<${element.localName}${element.id && `#${element.id}`}${classes}>`;
}

/** Getters are of the page, and not to be run. */
const ofProperty = (property: PropertyDescriptor, depth: number): string =>
  'value' in property ? within(property.value, depth) : '(…)';

function ofObject(object: object, depth: number): string {
  const { name } = (object.constructor as { name?: string } | undefined) ?? {};
  if (depth > deepest) return name ?? 'Object';
  const own = Object.entries(Object.getOwnPropertyDescriptors(object)).filter(([, { enumerable }]) => enumerable);
  const rest = own.length > mostEntries ? ', …' : '';
  const shown = own.slice(0, mostEntries);
  if (Array.isArray(object)) return `[${shown.map(([, each]) => ofProperty(each, depth)).join(', ')}${rest}]`;
  const entries = shown.map(([key, each]) => `${key}: ${ofProperty(each, depth)}`).join(', ');
  return `${name === 'Object' || name === undefined ? '' : `${name} `}{${entries}${rest}}`;
}

function ofError(error: Error): string {
  const { stack, name, message } = error;
  // Only some browsers have the message in the stack.
  return stack?.includes(message) === true ? stack : `${name}: ${message}\n${stack ?? ''}`;
}

function within(value: unknown, depth: number): string {
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(cut(value));
  if (typeof value === 'function') return `ƒ ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return ofError(value);
  if (value instanceof Element) return ofElement(value);
  if (value instanceof Date || value instanceof RegExp) return String(value);
  const list = value instanceof Map || value instanceof Set ? [...value].slice(0, mostEntries + 1) : value;
  return ofObject(list, depth + 1);
}

/** @param value anything */
export function shown(value: unknown): string {
  try {
    return cut(within(value, 0));
  } catch {
    // A proxy, or what is of another site, may throw at any look.
    return '[object]';
  }
}

/** As console.log has it (Console Standard §2.2, “Formatter”): the first may say how the others are put into it. */
export function formatted(values: readonly unknown[]): string {
  const [first, ...rest] = values;
  if (typeof first !== 'string') return cut(values.map(shown).join(' '));
  const text = first.replace(/%[sdifoOc%]/g, (mark) => {
    if (mark === '%%') return '%';
    if (rest.length === 0) return mark;
    const value = rest.shift();
    return mark === '%c' ? '' : shown(value);
  });
  return cut([text, ...rest.map(shown)].join(' '));
}
