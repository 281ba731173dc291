/** The content of what another server answers, as it comes. */
import type { ClientRequest, IncomingMessage } from './upstream';
import type { Body, ByteSource } from '../../http/message/message';

/** An answer, and the request that it is to. */
export interface UpstreamAnswer {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** Nothing more is wanted: what the other server still sends, or wants to be sent, ends. */
export function dismiss({ request, response }: UpstreamAnswer): void {
  if (!response.complete || !request.writableFinished) request.destroy();
  else response.resume();
}

/**
 * All of it, if it is here already.
 *
 * @param length in octets, as the other server tells it
 */
export function takeWhole(answer: UpstreamAnswer, length: number): Buffer | undefined {
  const { response, request } = answer;
  if (response.readableLength !== length) return undefined;
  const content = (length === 0 ? undefined : (response.read() as Buffer | null)) ?? Buffer.alloc(0);
  if (request.writableEnded) response.resume();
  else request.destroy();
  return content;
}

type Pieces = AsyncIterator<Buffer, undefined>;

/** Where the end of the connection is that of the content (RFC 9112 §6.3), Node.js takes any for one. */
function isBroken({ complete, headers, socket }: IncomingMessage): boolean {
  const endsByClose = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return !complete || (endsByClose && socket.errored !== null);
}

/** What breaks off does not end, but fails. */
function piecesOf({ response }: UpstreamAnswer): Pieces {
  const pieces = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]() as Pieces;
  const next = async (): Promise<IteratorResult<Buffer, undefined>> => {
    const piece = await pieces.next();
    if (piece.done === true && isBroken(response)) throw new Error('The other server broke off.');
    return piece;
  };
  return { next };
}

/** Content of a length that is known. */
export class UpstreamSource implements ByteSource {
  private readonly pieces: Pieces;
  private rest: Buffer = Buffer.alloc(0);
  private left: number;

  constructor(
    private readonly answer: UpstreamAnswer,
    readonly length: number,
  ) {
    this.left = length;
    this.pieces = piecesOf(answer);
  }

  async read(into: Buffer): Promise<number> {
    while (this.rest.length === 0) {
      const next = await this.pieces.next();
      if (next.done === true) return 0;
      this.rest = next.value;
    }
    const count = this.rest.copy(into);
    this.rest = this.rest.subarray(count);
    this.left -= count;
    // Only who sees the end gives the connection back.
    if (this.left === 0) this.pieces.next().catch(() => undefined);
    return count;
  }

  close(): void {
    if (this.left > 0 || !this.answer.request.writableFinished) dismiss(this.answer);
  }
}

/** Content that ends where it ends. */
export function upstreamStream(answer: UpstreamAnswer): Exclude<Body, undefined> {
  let pieces: Pieces | undefined;
  const iterator: AsyncIterator<Buffer, undefined> = {
    next: () => (pieces ??= piecesOf(answer)).next(),
    return: () => {
      dismiss(answer);
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
