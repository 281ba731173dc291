/** `multipart/byteranges` (RFC 9110 §14.6), of a length known beforehand and streamed. */
import { randomBytes } from 'node:crypto';
import type { ByteSource } from '../../http/message/message';
import { contentRange, type ByteRange } from '../../http/message/range';
import { Composite, sizeOf, type Sliceable } from './content';

export interface Multipart {
  /** The media type with the boundary. */
  readonly mediaType: string;
  readonly body: ByteSource;
}

/**
 * Several ranges of `content`.
 *
 * @param partType media type of each part
 */
export function multipartRanges(content: Sliceable, ranges: readonly ByteRange[], partType: string): Multipart {
  const boundary = randomBytes(18).toString('hex');
  const size = sizeOf(content);
  const pieces = ranges.flatMap((range) => [
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${partType}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
    range,
  ]);
  const body = new Composite(content, [...pieces, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { mediaType: `multipart/byteranges; boundary=${boundary}`, body };
}
