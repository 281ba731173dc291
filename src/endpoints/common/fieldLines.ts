/** Work on the field lines of a response. Pure. */
import type { FieldLine } from '../../http/message/message';

/** `fields`, where those of `over` take the place of their namesakes. */
export function merge(fields: readonly FieldLine[], over: readonly FieldLine[]): FieldLine[] {
  if (over.length === 0) return [...fields];
  const names = new Set(over.map(([name]) => name.toLowerCase()));
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...over];
}
