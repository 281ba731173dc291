/** The content of one request on its way from the socket to the endpoint. */
import type { RequestBody } from './message';

interface Reader {
  readonly resolve: (result: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (error: Error) => void;
}

const end: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

/** The content of a request that has none. */
export const emptyBody: RequestBody = {
  length: 0,
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

  private readonly chunks: Buffer[] = [];
  private queued = 0;
  private outcome: 'open' | 'ended' | Error = 'open';
  private reader: Reader | undefined;
  /** Whether the endpoint has begun to read. */
  started = false;

  /** @param onDemand called when the endpoint wants content that is not here */
  constructor(
    readonly length: number | undefined,
    private readonly onDemand: () => void,
  ) {}

  get full(): boolean {
    return this.queued >= BodyQueue.mark;
  }

  /** Whether the endpoint is waiting for content. */
  get starved(): boolean {
    return this.reader !== undefined;
  }

  push(chunk: Buffer): void {
    const reader = this.reader;
    if (reader === undefined) {
      this.chunks.push(chunk);
      this.queued += chunk.length;
    } else {
      this.reader = undefined;
      reader.resolve({ done: false, value: chunk });
    }
  }

  /** The whole body was pushed. */
  end(): void {
    if (this.outcome !== 'open') return;
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

  /** What came while the endpoint was busy is one piece: it costs less than many. */
  private takeAll(): Buffer {
    const { full } = this;
    const chunks = this.chunks.splice(0);
    this.queued = 0;
    if (full) this.onDemand();
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  private next(): Promise<IteratorResult<Buffer, undefined>> {
    this.started = true;
    if (this.outcome instanceof Error) return Promise.reject(this.outcome);
    if (this.chunks.length > 0) return Promise.resolve({ done: false, value: this.takeAll() });
    if (this.outcome === 'ended') return Promise.resolve(end);
    const result = new Promise<IteratorResult<Buffer, undefined>>((resolve, reject) => {
      this.reader = { resolve, reject };
    });
    this.onDemand();
    return result;
  }
}
