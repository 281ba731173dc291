/** Where a preview gets its file: by the site, if the file answers there as itself, else out of a blob. */
import { mediaTypeOf } from '../common/kinds';
import type { Entry } from '../list/entries';
import type { Place } from '../list/place';
import { ask } from '../list/server';
import { decode } from './textDecoding';

/** More is not held in memory. In octets. */
const largestBlob = 256 * 1024 * 1024;

/** The part of an entity tag that both ways to a file have in common. */
const tagOf = (answer: Response): string => (answer.headers.get('etag') ?? '').replace(/^W\//, '');

/** An address, and what is to be called when it is not shown any more. */
interface ShownAddress {
  readonly url: string;
  readonly release: () => void;
}

/**
 * Rules, drafts and a page for all paths may answer in the place of the file: then the site shows something else.
 *
 * @returns whether the site answers with the same octets, and as that type
 */
async function isItself(place: Place, { name }: Entry, signal: AbortSignal): Promise<boolean> {
  const head = { method: 'HEAD', cache: 'no-store', signal, redirect: 'error' } as const;
  const [shown, real] = await Promise.all([fetch(place.shown(name), head), fetch(place.api(name), head)]);
  const type = (shown.headers.get('content-type') ?? '').split(';')[0];
  const isSame = shown.ok && real.ok && tagOf(real) !== '' && tagOf(shown) === tagOf(real);
  return isSame && type === mediaTypeOf(name);
}

/** @returns undefined for what is too large @throws Refusal; the reason of the signal */
export async function addressFor(place: Place, entry: Entry, signal: AbortSignal): Promise<ShownAddress | undefined> {
  const found = await isItself(place, entry, signal).catch(() => false);
  signal.throwIfAborted();
  if (found) return { url: place.shown(entry.name), release: () => undefined };
  if (entry.size > largestBlob) return undefined;
  const answer = await ask(place.api(entry.name), { signal }, [200]);
  const blob = new Blob([await answer.blob()], { type: mediaTypeOf(entry.name) ?? 'application/octet-stream' });
  const url = URL.createObjectURL(blob);
  return { url, release: () => URL.revokeObjectURL(url) };
}

/** Octets of text that are shown. */
const longestText = 512 * 1024;

export interface Text {
  readonly text: string;
  readonly isCut: boolean;
  /** Whether the octets are text. */
  readonly isText: boolean;
}

/** The beginning of a file as text. @throws Refusal; the reason of the signal */
export async function textOf(place: Place, { name, size }: Entry, signal: AbortSignal): Promise<Text> {
  if (size === 0) return { text: '', isCut: false, isText: true };
  const headers = { Range: `bytes=0-${longestText - 1}` };
  const answer = await ask(place.api(name), { headers, signal, cache: 'no-store' }, [200, 206]);
  const octets = new Uint8Array(await answer.arrayBuffer());
  return { ...decode(octets), isCut: size > octets.length };
}
