/** Exchanges as an HTTP Archive (HAR 1.2), which browsers' tools and others read. Pure. */
import { linesOf, readable, requestLineOf, textOf, valueOf, type HeadLines } from './heads';
import { maskHead } from './masking';
import type { KeptRequest } from './requestStore';

interface Pair {
  readonly name: string;
  readonly value: string;
}

interface Manner {
  /** Of the program. */
  readonly version: string;
  /** Whether they are included. */
  readonly secrets: boolean;
  /** Whether requests of a folder shared on the network, or the others, come by TLS. */
  readonly isSecure: (shared: boolean) => boolean;
}

export function archiveOf(requests: readonly KeptRequest[], { version, secrets, isSecure }: Manner): string {
  const entries = requests.map((request) => {
    const scheme = isSecure(request.shared) ? 'https' : 'http';
    return entryOf(request, { secrets, scheme });
  });
  const log = { version: '1.2', creator: { name: 'HTTP Server for VS Code', version }, entries };
  return `${JSON.stringify({ log }, undefined, 2)}\n`;
}

function entryOf(request: KeptRequest, { secrets, scheme }: { secrets: boolean; scheme: string }): object {
  const { event, received = 0, answered = event.ms } = request;
  const seen = secrets ? (head: string): string => head : maskHead;
  const wait = Math.max(0, answered - received);
  return {
    startedDateTime: new Date(event.time).toISOString(),
    time: event.ms,
    request: requestOf(request, linesOf(seen(request.requestHead)), scheme),
    response: responseOf(request, linesOf(seen(request.responseHead))),
    cache: {},
    timings: { send: received, wait, receive: Math.max(0, event.ms - received - wait) },
    connection: String(request.port),
    ...(event.reason === undefined ? {} : { comment: event.reason }),
    _number: request.number,
    _peer: event.peer,
  };
}

const pairsOf = ({ fields }: HeadLines): Pair[] => fields.map(([name, value]) => ({ name, value: readable(value) }));

function requestOf({ event, requestHead, content }: KeptRequest, head: HeadLines, scheme: string): object {
  const { method, target, version } = requestLineOf(head);
  const host = valueOf(head, 'host') ?? 'localhost';
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  return {
    method,
    url: urlOf(target, `${scheme}://${host}`),
    httpVersion: version,
    cookies: [],
    headers: pairsOf(head),
    queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
    headersSize: requestHead.length,
    bodySize: event.bytesIn,
    ...('bytes' in content ? { postData: postDataOf(content.bytes, content.kind, head) } : {}),
  };
}

/** Of a request that could not be read there is none, and HAR wants one. */
function urlOf(target: string, origin: string): string {
  if (target === '') return 'about:blank';
  if (target === '*') return `${origin}/*`;
  return target.startsWith('/') ? `${origin}${target}` : target;
}

/** HAR knows text only; what is none is in Base64, which a field of our own tells. */
function postDataOf(bytes: Uint8Array, kind: 'whole' | 'cut', head: HeadLines): object {
  const text = textOf(bytes);
  return {
    mimeType: valueOf(head, 'content-type') ?? '',
    text: text ?? Buffer.from(bytes).toString('base64'),
    ...(text === undefined ? { _encoding: 'base64' } : {}),
    ...(kind === 'cut' ? { comment: 'The beginning only.' } : {}),
  };
}

function responseOf({ event, responseHead }: KeptRequest, head: HeadLines): object {
  const [httpVersion = '', , ...reason] = head.start.split(' ');
  return {
    status: event.status,
    statusText: reason.join(' '),
    httpVersion,
    cookies: [],
    headers: pairsOf(head),
    content: { size: event.bytesOut, mimeType: valueOf(head, 'content-type') ?? '' },
    redirectURL: valueOf(head, 'location') ?? '',
    headersSize: responseHead.length,
    bodySize: event.bytesOut,
  };
}
