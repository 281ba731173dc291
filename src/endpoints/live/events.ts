/** Live reload's own paths: the stream of events, and the script that listens to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { isNavigation } from '../common/fetchMetadata';
import { Resource } from '../representation/resource';
import { digestOf } from '../representation/source';
import type { Audience } from './audience';
import { Workshop } from '../representation/workshop';
import { defaultLimits } from '../../options';

const fields: readonly FieldLine[] = [
  ['Content-Type', 'text/event-stream'],
  // RFC 9111 §5.2.2.5: there is nothing in it that could be asked for again. RFC 9110 §7.7: who codes it on the way holds
  // back what is told.
  ['Cache-Control', 'no-store, no-transform'],
  // nginx gathers before it codes, whatever Cache-Control says.
  ['X-Accel-Buffering', 'no'],
];

/** The answer to a GET or HEAD. @param most how many streams there may be @throws {@link HttpError} 403 */
export function events(request: Request, audience: Audience, most: number): Response {
  // A page of another site may show any address in a frame, and each stream is one that others cannot have.
  if (isNavigation(request)) throw new HttpError(403, 'Events are for scripts: this is no page.');
  if (request.method === 'HEAD') return { status: 200, fields };
  return { status: 200, fields, body: audience.join(most), endless: true };
}

/** Set by the build. */
declare const liveScript: string | undefined;

/** The script, which lies in the tree where nothing is built. */
function readScript(): Buffer {
  if (typeof liveScript === 'string') return Buffer.from(liveScript);
  return readFileSync(join(__dirname, '../../../../media/live.js'));
}

let resource: Resource | undefined;

/** The answer to a GET or HEAD for the script. */
export function script(request: Request): Response | Promise<Response> {
  resource ??= makeScript(readScript());
  return resource.answer(request);
}

const makeScript = (content: Buffer): Resource =>
  new Resource(
    { content, version: digestOf(content), modified: undefined },
    {
      mediaType: 'text/javascript; charset=utf-8',
      codable: true,
      fields: [['Cache-Control', 'no-cache']],
      siblings: undefined,
      // The script is in memory and small: of what a server has a bound for, it needs nothing.
      workshop: new Workshop(defaultLimits),
    },
  );
