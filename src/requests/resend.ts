/** Sends a kept request to our own server once more, by a raw socket. */
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { FieldLine, Peer } from '../http/message/message';
import { bareAddress, peerOf } from '../http/message/peer';
import { headOf, linesOf, octetsOf } from './heads';
import { mask, maskHead, unmaskHead } from './masking';
import { RequestError } from './requestError';
import type { KeptRequest, RequestStore } from './requestStore';

/** Where the server listens. */
export interface Destination {
  readonly port: number;
  readonly addresses: readonly string[];
  readonly secure: boolean;
}

/** What is about the connection that it came on, and how its content was framed there. */
const framing = /^(?:connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * The octets of the request, framed anew.
 *
 * @param text what the editable one became; undefined for the request as it was
 * @throws RequestError if its content was not kept whole, or `text` is no request
 */
export function octetsToSend(request: KeptRequest, text: string | undefined): Buffer {
  if (text === undefined) return framed(request.requestHead, keptContent(request));
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const content = end === null ? '' : text.slice(end.index + end[0].length);
  const bytes = content === mask ? keptContent(request) : Buffer.from(content, 'utf8');
  const { requestHead } = request;
  return framed(unmaskHead(octetsOf(head, maskHead(requestHead)), requestHead), bytes);
}

function keptContent({ content }: KeptRequest): Uint8Array {
  if (content.kind === 'none') return new Uint8Array(0);
  if (content.kind === 'whole') return content.bytes;
  throw new RequestError('CONTENT_GONE', 'The content of the request was not kept whole.');
}

function framed(head: string, content: Uint8Array): Buffer {
  const { start, fields } = linesOf(head);
  if (!/^\S+ \S+ HTTP\/1\.\d$/.test(start)) throw new RequestError('NO_REQUEST', 'The first line is no request line.');
  const hadContent = fields.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  const length: FieldLine[] = hadContent || content.length > 0 ? [['Content-Length', String(content.length)]] : [];
  const kept = fields.filter(([name]) => !framing.test(name));
  return Buffer.concat([
    Buffer.from(headOf({ start, fields: [...kept, ...length, ['Connection', 'close']] }), 'latin1'),
    content,
  ]);
}

/** How long an answer may take, in milliseconds: some go on for ever. */
const patience = 30_000;
/** How long after the answer its line of the log may come, in milliseconds. */
const lateness = 1_000;

/** Where a server that listens at all addresses is reached. */
const reachable = (address = '127.0.0.1'): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;

/** Resolves to the number of the new exchange; to undefined if that was not kept. Rejects if nobody can be asked. */
export function send(
  octets: Buffer,
  { port, addresses, secure }: Destination,
  store: RequestStore,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const host = reachable(addresses[0]);
    // It is the server of this very process: whose certificate it has is known.
    const socket = secure ? connectSecurely({ host, port, rejectUnauthorized: false }) : connect({ host, port });
    let timer = setTimeout(() => socket.destroy(), patience);
    let own: Peer | undefined;
    const end = (number?: number): void => {
      stop();
      clearTimeout(timer);
      socket.destroy();
      resolve(number);
    };
    const stop = store.follow((request) => {
      if (own !== undefined && isOf(own, request)) end(request.number);
    });
    // A server that refuses content may cut the connection: what is kept of the exchange tells more than that.
    socket.on('error', (error: Error) => {
      if (own === undefined) reject(error);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      timer = setTimeout(end, lateness);
    });
    whenConnected(socket, secure, () => {
      own = peerOf(socket);
      socket.resume();
      socket.write(octets);
    });
  });
}

/** Whether it came on the connection whose other end is ours: others may use the same port of theirs. */
const isOf = ({ localAddress, localPort }: Peer, { event, port }: KeptRequest): boolean =>
  port === localPort && bareAddress(event.peer) === bareAddress(localAddress);

const whenConnected = (socket: Socket, secure: boolean, then: () => void): void =>
  void socket.once(secure ? 'secureConnect' : 'connect', then);
