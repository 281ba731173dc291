/** Live reload's own path: the stream of events. */
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { isNavigation } from '../common/fetchMetadata';
import type { Audience } from './audience';

const fields: readonly FieldLine[] = [
  ['Content-Type', 'text/event-stream'],
  // RFC 9111 §5.2.2.5: there is nothing in it that could be asked for again. RFC 9110 §7.7: who codes it on the way holds
  // back what is told.
  ['Cache-Control', 'no-store, no-transform'],
  // nginx gathers before it codes, whatever Cache-Control says.
  ['X-Accel-Buffering', 'no'],
];

/** Of no length that is known (RFC 9110 §8.6), and never asked for a piece. */
const unbegun: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** The answer to a GET or HEAD. @param most how many streams there may be @throws {@link HttpError} 403 */
export function events(request: Request, audience: Audience, most: number): Response {
  // A page of another site may show any address in a frame, and each stream is one that others cannot have.
  if (isNavigation(request)) throw new HttpError(403, 'Events are for scripts: this is no page.');
  if (request.method === 'HEAD') return { status: 200, fields, body: unbegun };
  return { status: 200, fields, body: audience.join(most), endless: true };
}
