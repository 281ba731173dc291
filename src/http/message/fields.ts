import { membersOf } from './syntax';

/** A field section (RFC 9110 §5), as received: order and repetition kept, names compared without case. */
export class Fields {
  /** @param names in lower case, one per field line; `values` are theirs, one octet per character */
  constructor(
    readonly names: readonly string[],
    readonly values: readonly string[],
  ) {}

  /** The value, or the values joined by `, ` (RFC 9110 §5.3); undefined if there is no such field. */
  get(name: string): string | undefined {
    const first = this.names.indexOf(name);
    if (first < 0) return undefined;
    if (!this.names.includes(name, first + 1)) return this.values[first];
    return this.all(name).join(', ');
  }

  /** One value per field line of that name. `name` is in lower case. */
  all(name: string): string[] {
    return this.values.filter((_, i) => this.names[i] === name);
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** The members of a `#rule` list (RFC 9110 §5.6.1), trimmed; empty ones are skipped. No quoted commas. */
  list(name: string): string[] {
    return this.all(name)
      .flatMap(membersOf)
      .filter((member) => member !== '');
  }
}

export const noFields = new Fields([], []);
