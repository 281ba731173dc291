/** A response, encoded (RFC 9112 §§4, 6, 7.1; RFC 9110 §6). */
import { reasonPhrase } from '../message/status';
import type { Body, ByteSource, FieldLine, Response } from '../message/message';
import { token } from '../message/syntax';

/** What the request and the connection ask of the encoding of a response. */
interface ResponseContext {
  readonly head: boolean;
  readonly minorVersion: 0 | 1;
  /** Whether the connection is to stay open afterwards. */
  readonly persist: boolean;
}

/** All that there is to know of a response that goes out. */
export interface Encoded {
  /** The head, and behind it the content where that is short. Nobody writes to this memory again. */
  readonly octets: Buffer;
  /** How many of them are content. */
  readonly contained: number;
  /** Content that is to be sent behind them; undefined if there is none, or none left. */
  readonly content: Body;
  /** Whether that goes in chunks (RFC 9112 §7.1). */
  readonly chunked: boolean;
  /** What the head says: whether the connection stays open. */
  readonly persist: boolean;
}

/** In octets. Larger content is not copied behind its head. */
const copyLimit = 64 * 1024;

export const isByteSource = (body: Body): body is ByteSource =>
  body !== undefined && !(body instanceof Uint8Array) && 'read' in body;

/** RFC 9110 §6.4.1: whether a response with this status never has content, whatever the method. */
const isBodiless = (status: number): boolean => status === 204 || status === 304 || status < 200;

/** Content length in octets; undefined if the body does not know its own. */
function lengthOf(body: Body): number | undefined {
  if (body === undefined) return 0;
  if (body instanceof Uint8Array) return body.length;
  return isByteSource(body) ? body.length : undefined;
}

/**
 * The framing field, or none. RFC 9110 §8.6: a 204 has no Content-Length; a 304 and the answer to HEAD may tell
 * the length that a 200 to GET would have had, but here a 304 never does, since its body is not made.
 */
function framingField(response: Response, context: ResponseContext): string {
  if (isBodiless(response.status)) return '';
  const length = lengthOf(response.body);
  if (length !== undefined) return `Content-Length: ${length}\r\n`;
  return context.minorVersion === 1 && !context.head ? 'Transfer-Encoding: chunked\r\n' : '';
}

/** RFC 9112 §9.3: persistence is the default of 1.1 and must be said in 1.0. */
function connectionField({ tunnel }: Response, context: ResponseContext): string {
  if (tunnel !== undefined) return 'Connection: Upgrade\r\n';
  if (!context.persist) return 'Connection: close\r\n';
  return context.minorVersion === 0 ? 'Connection: keep-alive\r\n' : '';
}

const fieldName = new RegExp(`^${token}$`);
/** {@link fieldContent}, of characters that have an octet. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Nothing that would begin a new line can get into a head, nor a character that has no octet. */
function fieldLine([name, value]: FieldLine): string {
  if (!fieldName.test(name) || !fieldValue.test(value)) {
    throw new TypeError(`The field ${JSON.stringify(name)} has a value that cannot be sent: ${JSON.stringify(value)}`);
  }
  return `${name}: ${value}\r\n`;
}

let dateSecond = -1;
let dateLine = '';

/** RFC 9110 §6.6.1, made anew once a second. */
function currentDateLine(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

/**
 * Status line and fields, one octet per character, with the empty line.
 *
 * @throws TypeError if a field of the response cannot be sent: a defect of the endpoint
 */
function encodeHead(response: Response, context: ResponseContext): string {
  const { status, date } = response;
  let head = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${date === undefined ? currentDateLine() : fieldLine(['Date', date])}`;
  for (const line of response.fields) head += fieldLine(line);
  return `${head}X-Content-Type-Options: nosniff\r\n${framingField(response, context)}${connectionField(response, context)}\r\n`;
}

/** RFC 9112 §7.1: what ends content in chunks. @throws TypeError as {@link encodeHead} does */
export const encodeEnd = (trailers: readonly FieldLine[]): Buffer =>
  Buffer.from(`0\r\n${trailers.map(fieldLine).join('')}\r\n`, 'latin1');

/** RFC 9110 §15.2: a head alone. @throws TypeError as {@link encodeHead} does */
export function encodeInterim(status: number, fields: readonly FieldLine[]): Buffer {
  const lines = fields.map(fieldLine).join('');
  return Buffer.from(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines}\r\n`, 'latin1');
}

/** RFC 9110 §15.2.1. */
export const continueLine = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');

interface Remembered {
  readonly second: number;
  readonly encoded: Encoded;
}

const remembered = new WeakMap<Response, Remembered>();

/**
 * Encodes a response. That of a lasting one is remembered, in its commonest context, for as long as the Date holds: such a
 * response is encoded once a second.
 *
 * @throws TypeError if a field of the response cannot be sent: a defect of the endpoint
 */
export function encode(response: Response, context: ResponseContext): Encoded {
  const common = context.persist && !context.head && context.minorVersion === 1;
  if (response.lasting !== true || !common) return encodeAnew(response, context);
  currentDateLine();
  const known = remembered.get(response);
  if (known?.second === dateSecond) return known.encoded;
  const encoded = encodeAnew(response, context);
  remembered.set(response, { second: dateSecond, encoded });
  return encoded;
}

function encodeAnew(response: Response, asked: ResponseContext): Encoded {
  if (response.tunnel !== undefined) return encodeTunnel(response, asked);
  const body = asked.head || isBodiless(response.status) ? undefined : response.body;
  // RFC 9112 §6.3: where nothing else tells the end of the content, in HTTP/1.0, that of the connection does.
  const isOpen = lengthOf(body) === undefined;
  const context = isOpen && asked.minorVersion === 0 ? { ...asked, persist: false } : asked;
  const head = encodeHead(response, context);
  const short = body instanceof Uint8Array && body.length <= copyLimit ? body : undefined;
  const contained = short?.length ?? 0;
  const octets = Buffer.allocUnsafe(head.length + contained);
  octets.write(head, 0, 'latin1');
  if (short !== undefined) octets.set(short, head.length);
  const chunked = isOpen && asked.minorVersion === 1;
  return { octets, contained, content: short === undefined ? body : undefined, chunked, persist: context.persist };
}

/** No `Connection: close` (RFC 9112 §9.6): what follows on this connection is no message. */
function encodeTunnel(response: Response, asked: ResponseContext): Encoded {
  const octets = Buffer.from(encodeHead(response, asked), 'latin1');
  return { octets, contained: 0, content: response.body, chunked: false, persist: false };
}

/** Lets go of content that will not be sent, or was. */
export function discardBody({ body }: Response): void {
  if (isByteSource(body)) body.close();
  else endIteration(body);
}

/** Nobody wants more of the content, if it is an iterable. */
export function endIteration(body: Body): void {
  if (body === undefined || body instanceof Uint8Array || isByteSource(body)) return;
  const ended = body[Symbol.asyncIterator]().return?.();
  // Whoever waits for the next piece learns of a failure.
  ended?.catch(() => undefined);
}
