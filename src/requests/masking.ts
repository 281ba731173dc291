/** Secrets in heads: they are masked wherever a head is shown, and put back where one is sent again. Pure. */
import { maskToken } from '../accessLog';
import type { FieldLine } from '../http/message/message';
import { headOf, linesOf } from './heads';

/** What stands for a secret. */
export const mask = '***';

const secret = /^(?:cookie|set-cookie|(?:.*-)?(?:authorization|api-?key|token|secret))$/i;

const isSecret = (name: string): boolean => secret.test(name);

/** The head without secrets. */
export function maskHead(head: string): string {
  if (head === '') return '';
  const { start, fields } = linesOf(head);
  return headOf({ start: maskToken(start), fields: fields.map(maskField) });
}

/** An address with a token in it may be in any field: proxies put it into fields of their own. */
const maskField = ([name, value]: FieldLine): FieldLine => [name, isSecret(name) ? mask : maskToken(value)];

const tokens = /([?&]token=)([^&\s#]+)/gi;

/** Each `token=***` has its kept value again, in their order. */
function restoreToken(text: string, kept: string): string {
  const values = [...kept.matchAll(tokens)].map(([, , value = '']) => value);
  return text.replace(tokens, (whole, name: string, value: string) =>
    value === mask ? `${name}${values.shift() ?? value}` : (values.shift(), whole),
  );
}

/** The edited head, where every {@link mask} that was left as it is stands for what `kept` has in its place. */
export function unmaskHead(edited: string, kept: string): string {
  const original = linesOf(kept);
  const { start, fields } = linesOf(edited);
  const seen = new Map<string, number>();
  const restored = fields.map(([name, value]): FieldLine => {
    const key = name.toLowerCase();
    const index = seen.get(key) ?? 0;
    seen.set(key, index + 1);
    const before = original.fields.filter(([each]) => each.toLowerCase() === key)[index]?.[1];
    if (before === undefined) return [name, value];
    if (isSecret(name)) return [name, value === mask ? before : value];
    return [name, restoreToken(value, before)];
  });
  return headOf({ start: restoreToken(start, original.start), fields: restored });
}
