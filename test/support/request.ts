/** Requests as values, and responses read to the end: endpoints without a socket. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { HttpError } from '../../src/http/message/httpError';
import { Fields, noFields } from '../../src/http/message/fields';
import type { Body, Endpoint, Request, RequestBody, Response } from '../../src/http/message/message';
import { isByteSource } from '../../src/http/wire/encode';
import { errorResponse } from '../../src/endpoints/common/errorResponse';

export type FieldTable = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  /** Names in lower case; of a repeated field the values are joined. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly text: string;
  /** As the endpoint returned it. */
  readonly response: Response;
}

/** Each request is one of a batch of its own. */
let batches = 0;

export function makeRequest(method: string, target: string, fields: FieldTable = {}, body?: RequestBody): Request {
  const mark = target.indexOf('?');
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? undefined : target.slice(mark + 1),
    authority: 'localhost',
    minorVersion: 1,
    fields: new Fields(
      Object.keys(fields).map((name) => name.toLowerCase()),
      Object.values(fields),
    ),
    body: body ?? bodyOf(),
    peer: { address: '127.0.0.1', port: 1, localAddress: '127.0.0.1', localPort: 2 },
    batch: ++batches,
    signal: new AbortController().signal,
    whenForsaken: () => undefined,
  };
}

/** A body of these pieces; `before` is called before each piece is handed out, and once more before the end. */
export function bodyOf(
  pieces: readonly (string | Buffer)[] = [],
  before?: (index: number) => void | Promise<void>,
  trailers = noFields,
): RequestBody {
  const buffers = pieces.map((piece) => Buffer.from(piece));
  return {
    length: buffers.reduce((sum, piece) => sum + piece.length, 0),
    trailers,
    whole: () => undefined,
    fail: (error) => assert.ifError(error),
    async *[Symbol.asyncIterator]() {
      for (const [index, piece] of buffers.entries()) {
        await before?.(index);
        yield piece;
      }
      await before?.(buffers.length);
    },
  };
}

/** Asks an endpoint, batches what it throws into a response, and reads that to its end. */
export async function ask(
  endpoint: Endpoint,
  method: string,
  target: string,
  fields: FieldTable = {},
  body?: RequestBody,
): Promise<Answer> {
  const request = makeRequest(method, target, fields, body);
  return read(await respond(endpoint, request));
}

export async function respond(endpoint: Endpoint, request: Request): Promise<Response> {
  try {
    return await endpoint(request);
  } catch (error) {
    const response = errorResponse(error, request);
    if (response.status === 500 && !(error instanceof HttpError)) throw error;
    // Whoever is refused is told why: in a sentence, whatever the refusal.
    assert.match((error as Error).message, /^\S.*\.$/s);
    return response;
  }
}

export async function read(response: Response): Promise<Answer> {
  const body = await readBody(response.body);
  const fields = new Map<string, string>();
  for (const [name, value, ...more] of response.fields) {
    assert.deepEqual(more, [], 'A field line is a name and a value.');
    const known = fields.get(name.toLowerCase());
    fields.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`);
  }
  return { status: response.status, fields, body, text: body.toString(), response };
}

/** Closes the body, as whoever sends a response does. */
async function readBody(body: Body): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const pieces: Buffer[] = [];
  if (!isByteSource(body)) {
    for await (const piece of body) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }
  try {
    const into = Buffer.alloc(64 * 1024);
    for (let left = body.length; left > 0;) {
      const count = await body.read(into.subarray(0, Math.min(left, into.length)));
      if (count === 0) throw new Error('The source ended early.');
      pieces.push(Buffer.from(into.subarray(0, count)));
      left -= count;
    }
    return Buffer.concat(pieces);
  } finally {
    body.close();
  }
}

/** Asks until the answer comes from memory, that is, until the clock has surely ticked since the file changed. */
export async function remembered(endpoint: Endpoint, target: string, fields: FieldTable = {}): Promise<Response> {
  for (;;) {
    const response = endpoint(makeRequest('GET', target, fields));
    if (!(response instanceof Promise)) return response;
    await response;
    await setImmediate();
  }
}
