/** The sending half of a connection: gathers what one batch writes, and tells when the kernel has it. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { writeAtOnce } from './nodeInternals';

/** Octets that may wait for the peer before no further request is answered. */
const highWaterMark = 256 * 1024;
/** Up to this size several pieces are copied into one write; above it they are handed over as they are. */
const copyLimit = 64 * 1024;

const ignore = (): void => undefined;

/** Whose writing it is. */
export interface Writing {
  /** To be called when all that was written has been handed to the kernel. */
  flushed(): void;
}

export class Writer {
  private batch: Buffer[] = [];
  private batched = 0;
  /** Octets of a write past the stream's queue that the kernel has not all taken. */
  private passed = 0;
  /** One function for all writes: the hot path makes no closure. */
  private readonly whenWritten: (error?: Error | null) => void;

  constructor(
    private readonly socket: Socket,
    owner: Writing,
  ) {
    this.whenWritten = (error) => {
      // Writes end in the order in which they began: no write past the queue is under way any more.
      this.passed = 0;
      if (error) this.socket.destroy(error);
      else if (this.flushed && !this.socket.destroyed) owner.flushed();
    };
  }

  /** Whether all that was written has been handed to the kernel. */
  get flushed(): boolean {
    return this.waiting === 0;
  }

  /** Whether the peer must read before more is written to it. */
  get blocked(): boolean {
    return this.waiting >= highWaterMark;
  }

  private get waiting(): number {
    return this.batched + this.passed + this.socket.writableLength;
  }

  /** Adds to the batch; {@link flush} sends it. The bytes must not change afterwards. */
  write(bytes: Buffer): void {
    this.batch.push(bytes);
    this.batched += bytes.length;
  }

  /** @returns whether there was something, and the kernel took it at once: its owner has been told */
  flush(): boolean {
    const { batch, batched } = this;
    if (batched === 0) return false;
    this.batch = [];
    this.batched = 0;
    const [first] = batch;
    if (batched > copyLimit && batch.length > 1) this.writeAll(batch);
    else if (first !== undefined) this.pass(batch.length === 1 ? first : Buffer.concat(batch, batched));
    return this.flushed;
  }

  /** Writes at once if nothing waits before it. */
  private pass(bytes: Buffer): void {
    const { socket } = this;
    const mayPass = !(socket instanceof TLSSocket) && socket.writable && socket.writableCorked === 0;
    if (mayPass && this.flushed) {
      this.passed = bytes.length;
      writeAtOnce(socket, bytes, this.whenWritten);
    } else socket.write(bytes, this.whenWritten);
  }

  /** Several large pieces: one `writev`, no copy. */
  private writeAll(batch: readonly Buffer[]): void {
    this.socket.cork();
    for (const bytes of batch) this.socket.write(bytes, this.whenWritten);
    this.socket.uncork();
  }

  /**
   * Writes `bytes` behind the batch and resolves when the kernel has taken them, so that the memory may be used again.
   * Rejects if the connection closes before.
   */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.cork();
      this.flush();
      this.socket.write(bytes, (error) => {
        // A destroyed socket calls back without an error, too.
        if (error || this.socket.destroyed) reject(error ?? new Error('The connection was cut.'));
        else resolve();
        this.whenWritten();
      });
      this.socket.uncork();
    });
  }

  /** Sends what is batched, then a FIN. */
  end(): void {
    this.flush();
    this.socket.end(ignore);
  }
}
