/** The sending half of an exchange: writes a response whole, or begins to. */
import type { Exchange } from './exchange';
import type { Response } from '../message/message';
import { discardBody, encode, encodeHead, isByteSource, type Delimiting, type ResponseContext } from '../wire/response';
import { sendIterable, sendSource } from './send';
import type { Writer } from './writer';

const nothing = Buffer.alloc(0);
/** Larger content is not copied behind its head. */
const copyLimit = 64 * 1024;

/**
 * Writes `response`. Its body is closed when it was sent, or will not be.
 *
 * @returns undefined if all of it is in the writer; otherwise a promise that settles when the kernel has all of it,
 * or rejects when the content failed or the connection closed: then the connection must be cut
 * @throws TypeError if the response cannot be encoded; nothing was written then
 */
export function reply(
  writer: Writer,
  exchange: Exchange,
  response: Response,
  context: ResponseContext,
  delimiting: Delimiting,
): Promise<void> | undefined {
  const { body } = response;
  if (delimiting === 'none' || body === undefined || body instanceof Uint8Array) {
    const content = delimiting === 'length' && body !== undefined ? (body as Uint8Array) : nothing;
    writeWhole(writer, response, context, content);
    exchange.response = response;
    exchange.bytesOut = content.length;
    if (delimiting === 'none') discardBody(response);
    return undefined;
  }
  writer.write(Buffer.from(encodeHead(response, context), 'latin1'));
  exchange.response = response;
  return stream(writer, exchange, response, delimiting);
}

function writeWhole(writer: Writer, response: Response, context: ResponseContext, content: Uint8Array): void {
  if (content.length <= copyLimit) {
    writer.write(encode(response, context, content));
    return;
  }
  writer.write(Buffer.from(encodeHead(response, context), 'latin1'));
  writer.write(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
}

async function stream(writer: Writer, exchange: Exchange, response: Response, delimiting: Delimiting): Promise<void> {
  const { body } = response;
  const count = (octets: number): void => void (exchange.bytesOut += octets);
  try {
    if (isByteSource(body)) await sendSource(writer, body, count);
    else if (body !== undefined && !(body instanceof Uint8Array)) await sendIterable(writer, body, delimiting, count);
  } finally {
    discardBody(response);
  }
}
