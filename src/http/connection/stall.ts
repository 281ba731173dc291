/** How long the peer has taken nothing of what waits for it. */
import type { Socket } from 'node:net';
import { sendQueueOf } from './sendQueue';
import { unsent } from './nodeInternals';
import type { Watch } from './watch';

/** The wait is so many times as long where nobody tells what the peer takes: the kernel says so late. */
const patience = 4;
/** Within the limit, at least. */
const looks = 8;

export class Stall {
  /** When the last progress was seen; undefined before the first look. */
  private since: number | undefined;
  /** Octets that the kernel had taken by then. */
  private handed = 0;
  /** Octets that the peer had not taken when the kernel was asked last; undefined if it was not, or did not say. */
  private queued: number | undefined;
  /** Until then the peer had taken nothing, as the kernel says. */
  private confirmed = 0;
  private asking = false;
  private blind = false;

  /** @param limit in milliseconds */
  constructor(
    private readonly socket: Socket,
    private readonly watch: Watch,
    private readonly limit: number,
  ) {}

  /**
   * When it will have been too long, by what is known at `now`; to be asked once a second, or progress is noticed late.
   * Asks no more of the kernel than it has to: only of a peer for which something waits at two looks in a row.
   */
  due(now: number): number {
    const handed = this.socket.bytesWritten - this.socket.writableLength - unsent(this.socket);
    if (this.since === undefined || handed !== this.handed) {
      this.handed = handed;
      this.renew(now);
    } else this.ask(now, this.since);
    return this.end(now, this.since ?? now);
  }

  private end(now: number, since: number): number {
    if (this.blind) return since + patience * this.limit;
    // The kernel is asked several times within the limit, and once more when it is over.
    return this.confirmed >= since + this.limit ? now : now + this.limit / looks;
  }

  private renew(now: number): void {
    this.since = now;
    this.queued = undefined;
    this.confirmed = 0;
  }

  private ask(now: number, since: number): void {
    if (this.asking) return;
    this.asking = true;
    void sendQueueOf(this.socket).then((queued) => {
      this.asking = false;
      // Meanwhile the kernel may have taken something.
      if (this.since === since) this.judge(now, queued);
      if (this.confirmed >= since + this.limit) this.watch.expect(now);
    });
  }

  private judge(now: number, queued: number | undefined): void {
    this.blind = queued === undefined;
    const before = this.queued;
    if (queued !== undefined && before !== undefined) {
      if (queued < before) this.renew(now);
      else this.confirmed = now;
    }
    this.queued = queued;
  }
}
