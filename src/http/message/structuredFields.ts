/**
 * Structured fields (RFC 9651), by the library. What is malformed is as good as not there, unless the field's own
 * specification says otherwise (§4.2): so `undefined` means either.
 *
 * The library works in linear time, and gives keys as those of a `Map`: no name means anything by itself.
 */
import { parseDictionary, parseItem, ParseError } from 'structured-headers';
import type { Fields } from './fields';

type Text = string | undefined;

/** A Bare Item (§3.3). The library's own type names one that only browsers know, and so is any. */
type BareItem = number | string | boolean | object;

/** What the library cannot read is told by its own error; any other is a defect. */
function parsed<T>(parse: (text: string) => T, text: Text): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** The value of an Item (§3.3), its parameters left aside. Field names are in lower case. */
function itemOf(fields: Fields, name: string): BareItem | undefined {
  return parsed(parseItem, fields.get(name))?.[0] as BareItem | undefined;
}

/** An Item that is a Boolean. */
export function booleanOf(fields: Fields, name: string): boolean | undefined {
  const value = itemOf(fields, name);
  return typeof value === 'boolean' ? value : undefined;
}

/** An Item that is an Integer. The library gives the Decimal 4.0 as the same number, which it is not. */
export function integerOf(fields: Fields, name: string): number | undefined {
  const value = itemOf(fields, name);
  return typeof value === 'number' && !/^ *-?[0-9]+\./.test(fields.get(name) ?? '') ? value : undefined;
}

/**
 * A Dictionary (§3.2): of a key that is there twice, the last value. A value is an Item without its parameters;
 * undefined for an Inner List, which no field here has.
 *
 * @returns `malformed` if it cannot be read; empty if there is no such field
 */
export function dictionaryOf(fields: Fields, name: string): ReadonlyMap<string, BareItem | undefined> | 'malformed' {
  if (!fields.has(name)) return new Map();
  const dictionary = parsed(parseDictionary, fields.get(name));
  if (dictionary === undefined) return 'malformed';
  return new Map(
    [...dictionary].map(([key, [value]]) => [key, Array.isArray(value) ? undefined : (value as BareItem)]),
  );
}

/** The octets of a Byte Sequence (§3.3.5); undefined for any other value. */
export const octetsOf = (value: BareItem | undefined): Buffer | undefined =>
  value instanceof ArrayBuffer ? Buffer.from(value) : undefined;
