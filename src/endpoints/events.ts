/** Live reload's own paths: the stream of events, and the script that listens to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpError } from '../http/errors';
import type { FieldLine, Request, Response } from '../http/message';
import { isNavigation } from './fetchMetadata';
import { Resource } from './resource';
import { digestOf } from './source';
import type { Streams } from './streams';

const fields: readonly FieldLine[] = [
  ['Content-Type', 'text/event-stream'],
  // RFC 9111 §5.2.2.5: there is nothing in it that could be asked for again.
  ['Cache-Control', 'no-store'],
];

/** The answer to a GET or HEAD. @throws {@link HttpError} 403 or 503 */
export function events(request: Request, streams: Streams): Response {
  // A page of another site may show any address in a frame, and each stream is one that others cannot have.
  if (isNavigation(request)) throw new HttpError(403, 'Events are for scripts: this is no page.');
  if (request.method === 'HEAD') return { status: 200, fields };
  const body = streams.add();
  if (body === undefined) throw new HttpError(503, 'Too many pages listen for changes.', [['Retry-After', '30']]);
  return { status: 200, fields, body, endless: true };
}

/** Set by the build. */
declare const liveScript: string | undefined;

/** The script, which lies in the tree where nothing is built. */
function readScript(): Buffer {
  if (typeof liveScript === 'string') return Buffer.from(liveScript);
  return readFileSync(join(__dirname, '../../../media/live.js'));
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
    },
  );
