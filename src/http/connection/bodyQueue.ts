/** The content of one request on its way from the socket to the endpoint. */
import { borrow, giveBack } from './blocks';
import { noFields, type Fields } from '../message/fields';
import type { RequestBody } from '../message/message';

/** Content in borrowed memory. */
interface Piece {
  readonly block: Buffer;
  length: number;
}

function pieceOf(content: Buffer): Piece {
  const block = borrow(content.length);
  return { block, length: content.copy(block) };
}

interface Reader {
  readonly resolve: (result: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (error: Error) => void;
}

const end: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

/** The content of a request that has none. */
export const emptyBody: RequestBody = {
  length: 0,
  trailers: noFields,
  whole: () => undefined,
  fail: () => undefined,
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(end) }),
};

/**
 * A queue with one producer, the connection, and one consumer, the endpoint. It asks for content by `onDemand`
 * and the producer stops at {@link full}, so that it holds little whatever the peer sends.
 */
export class BodyQueue implements RequestBody {
  /** Octets at which the producer stops. */
  private static readonly mark = 256 * 1024;

  /** Only the last has room for more. */
  private readonly pieces: Piece[] = [];
  private queued = 0;
  /** The memory of what the consumer has. */
  private lent: Buffer | undefined;
  private outcome: 'open' | 'ended' | Error = 'open';
  private reader: Reader | undefined;
  /** Whether the endpoint has begun to read. */
  started = false;
  trailers = noFields;

  /**
   * @param onDemand called when the endpoint wants content that is not here
   * @param takeWhole takes all of it from what has come, past the queue; undefined if not all has
   */
  constructor(
    readonly length: number | undefined,
    private readonly onDemand: () => void,
    private readonly takeWhole: () => Buffer | undefined,
  ) {}

  whole(): Buffer | undefined {
    const content = this.started ? undefined : this.takeWhole();
    if (content === undefined) return undefined;
    this.started = true;
    this.end(noFields);
    return content;
  }

  get full(): boolean {
    return this.queued >= BodyQueue.mark;
  }

  /** Whether the endpoint is waiting for content. */
  get starved(): boolean {
    return this.reader !== undefined;
  }

  /** @param content copied */
  push(content: Buffer): void {
    const { reader } = this;
    if (reader === undefined) {
      this.add(content);
      return;
    }
    this.reader = undefined;
    reader.resolve({ done: false, value: this.lend(pieceOf(content)) });
  }

  private add(content: Buffer): void {
    this.queued += content.length;
    const last = this.pieces.at(-1);
    if (last === undefined || content.length > last.block.length - last.length) this.pieces.push(pieceOf(content));
    else last.length += content.copy(last.block, last.length);
  }

  /** The whole body was pushed. */
  end(trailers: Fields): void {
    if (this.outcome !== 'open') return;
    this.trailers = trailers;
    this.outcome = 'ended';
    this.reader?.resolve(end);
    this.reader = undefined;
  }

  /** The rest of the body will never come, or is not wanted. What is queued is not handed out any more. */
  fail(error: Error): void {
    if (this.outcome !== 'open') return;
    this.outcome = error;
    this.reader?.reject(error);
    this.reader = undefined;
  }

  /** Nobody is to read any more. */
  abandon(): void {
    // The error is made only where somebody may see it: it costs more than all the rest of a small exchange.
    if (this.outcome === 'open') this.fail(new Error('The response was sent.'));
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return {
      next: () => this.next(),
      return: () => Promise.resolve(end),
    };
  }

  /** What waits longest. */
  private take(piece: Piece): Buffer {
    const { full } = this;
    this.pieces.shift();
    this.queued -= piece.length;
    if (full && !this.full) this.onDemand();
    return this.lend(piece);
  }

  private lend({ block, length }: Piece): Buffer {
    this.lent = block;
    return block.subarray(0, length);
  }

  private takeBack(): void {
    if (this.lent !== undefined) giveBack(this.lent);
    this.lent = undefined;
  }

  private next(): Promise<IteratorResult<Buffer, undefined>> {
    this.started = true;
    this.takeBack();
    if (this.outcome instanceof Error) return Promise.reject(this.outcome);
    const [first] = this.pieces;
    if (first !== undefined) return Promise.resolve({ done: false, value: this.take(first) });
    if (this.outcome === 'ended') return Promise.resolve(end);
    const result = new Promise<IteratorResult<Buffer, undefined>>((resolve, reject) => {
      this.reader = { resolve, reject };
    });
    this.onDemand();
    return result;
  }
}
