/** Pages of another server, with the script of live reload. */
import type { FieldLine, Request } from '../../http/message/message';
import { parsePath } from '../common/path';
import { insertionPoint, isSettled } from '../representation/inject';
import { isPageLoad, scriptTag, varyUnsaid } from '../representation/page';

/** In octets: what comes before a page's own content is seldom longer. */
const window = 16 * 1024;

/** What would be of the page as it was. */
const ofOriginal = /^(?:etag|last-modified|accept-ranges|content-digest|repr-digest|digest|content-md5)$/i;

/** What a request must not ask for if a script is to go into the answer. */
const inTheWay = /^(?:accept-encoding|if-.*)$/i;

/** Whether the answer may be a page that the script goes into. */
export const wantsScript = (request: Request): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') && isPageLoad(request);

export const fieldsForScript = (fields: readonly FieldLine[]): FieldLine[] => [
  ...fields.filter(([name]) => !inTheWay.test(name)),
  ['Accept-Encoding', 'identity'],
];

/** Whether that is a page to be shown, all of it, and as it is: not one to be saved, nor a part. */
export function isPage(status: number, fields: readonly FieldLine[]): boolean {
  const is = (name: string, value: RegExp): boolean =>
    fields.some((line) => line[0].toLowerCase() === name && value.test(line[1]));
  if ([204, 206, 304].includes(status) || !is('content-type', /^text\/html\b/i)) return false;
  return !is('content-encoding', /./) && !is('content-disposition', /^attachment\b/i);
}

export const fieldsWithScript = (fields: readonly FieldLine[]): FieldLine[] => [
  ...fields.filter(([name]) => !ofOriginal.test(name)),
  varyUnsaid,
];

/** The page with the script in it, if there is a place for it in its beginning. */
export function withScript(page: AsyncIterable<Uint8Array>, { path }: Request): AsyncIterable<Uint8Array> {
  const { segments, isFolder } = parsePath(path);
  const pieces = page[Symbol.asyncIterator]();
  const made = insert(pieces, Buffer.from(scriptTag(path, segments, isFolder), 'latin1'));
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () => made.next(),
    return: async () => {
      await pieces.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

async function* insert(pieces: AsyncIterator<Uint8Array>, tag: Buffer): AsyncGenerator<Uint8Array, undefined> {
  let start = Buffer.alloc(0);
  let at: number | undefined;
  let ended = false;
  for (let settled = false; !settled && !ended;) {
    const next = await pieces.next();
    ended = next.done === true;
    if (next.done !== true) start = Buffer.concat([start, next.value]);
    const octets = start.toString('latin1', 0, window);
    at = insertionPoint(octets);
    settled = start.length >= window || isSettled(octets, at);
  }
  yield at === undefined ? start : Buffer.concat([start.subarray(0, at), tag, start.subarray(at)]);
  for (let next = ended ? undefined : await pieces.next(); next !== undefined && next.done !== true;) {
    yield next.value;
    next = await pieces.next();
  }
}
