/** Proactive negotiation (RFC 9110 §12). Pure. */
import Negotiator from 'negotiator';
import type { Fields } from './fields';

/** The content codings made here, the best first. */
export type Coding = 'br' | 'zstd' | 'gzip';

/** As of version 1.1, which its types do not know yet. */
interface EncodingNegotiator {
  encodings(available: readonly string[], options: { readonly preferred: readonly string[] }): string[];
}

/**
 * The coding to send (RFC 9110 §12.5.3); undefined for none. Where the client likes several equally, the first of
 * `available` is taken, and none only if all are liked less.
 *
 * @param accept value of Accept-Encoding; undefined if there is no such field, which asks for nothing
 * @param available the best first
 */
export const selectCoding = (accept: string | undefined, available: readonly Coding[]): Coding | undefined =>
  accept === undefined ? undefined : negotiate(accept, available);

interface Choice {
  readonly available: readonly Coding[];
  readonly coding: Coding | undefined;
}

/** By the field section, which is the same one for requests of a connection that say the same. */
const choices = new WeakMap<Fields, Choice>();

/** As {@link selectCoding}, for the Accept-Encoding of these fields. @param available the same list each time */
export function codingFor(fields: Fields, available: readonly Coding[]): Coding | undefined {
  const known = choices.get(fields);
  if (known?.available === available) return known.coding;
  const coding = selectCoding(fields.get('accept-encoding'), available);
  choices.set(fields, { available, coding });
  return coding;
}

function negotiate(accept: string, available: readonly Coding[]): Coding | undefined {
  // §8.4.1.3: x-gzip is gzip.
  const headers = { 'accept-encoding': accept.replace(/\bx-gzip\b/gi, 'gzip') };
  const negotiator = new Negotiator({ headers }) as unknown as EncodingNegotiator;
  const known = [...available, 'identity'];
  const [best] = negotiator.encodings(known, { preferred: known });
  return available.find((coding) => coding === best);
}

/** Whether the client takes content without a coding. */
export function acceptsIdentity(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  return new Negotiator({ headers: { 'accept-encoding': accept } }).encodings(['identity']).length > 0;
}

/** Whether a person's browser asks: somebody who would rather see a page than a line of text, or what there is instead. */
export function prefersHtml(accept: string | undefined, instead = 'text/plain'): boolean {
  if (accept === undefined || !/\btext\/html\b/i.test(accept)) return false;
  return new Negotiator({ headers: { accept } }).mediaType(['text/html', instead]) === 'text/html';
}
