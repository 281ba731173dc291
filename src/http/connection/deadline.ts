/** How long a peer may keep us waiting. A deadline is a number that a sweep compares: no request sets a timer. */
import type { Limits } from '../../options';
import type { Watch } from './watch';

/**
 * What we wait for the peer to do.
 * `first`: the first octet of a connection; `request`: that of a further request; `head`: the end of a head;
 * `body`: an octet that the endpoint wants; `grace`: the end of a chunked body nobody reads, before the answer;
 * `drain`: an octet of a body nobody reads, after it; `close`: the peer's FIN after ours.
 * After the peer's own FIN, until it is answered, `sign`: whether it is still there; `patience`: the same where it cannot
 * be asked.
 */
export type Wait =
  | 'nothing'
  | 'first'
  | 'request'
  | 'head'
  | 'body'
  | 'grace'
  | 'drain'
  | 'close'
  | 'sign'
  | 'patience';

/** These begin anew with every octet. That of a head does not, or an octet a second would hold it for hours. */
const renewed: ReadonlySet<Wait> = new Set<Wait>(['body', 'drain', 'close']);

/** In milliseconds. */
const grace = 250;
const sign = 1000;

/** These are short, or final: they are looked at when they are over, not by the next look that comes anyway. */
const exact: ReadonlySet<Wait> = new Set<Wait>(['grace', 'sign', 'close']);

export class Deadline {
  wait: Wait = 'nothing';
  /** The first look that sees the wait sets it, unless it is exact: who begins a wait asks no clock. */
  private at: number | undefined;
  /** For the peer's FIN, in milliseconds. */
  private linger: number;
  /** Past this, a closing connection is destroyed even if the peer goes on sending. */
  private lingerUntil: number | undefined;
  /** From the first wait for the FIN on, in milliseconds. */
  private mostLinger: number;

  constructor(
    private readonly limits: Limits,
    private readonly watch: Watch,
  ) {
    this.linger = limits.lingerTimeout;
    this.mostLinger = limits.bodyTimeout;
  }

  /** When it passes, by what is known at `now`. */
  due(now: number): number {
    if (this.wait === 'nothing') return Number.POSITIVE_INFINITY;
    return (this.at ??= now + this.patience(this.wait, now));
  }

  /** Begins to wait, unless that is what we wait for already. */
  set(wait: Wait): void {
    if (wait === this.wait) return;
    this.wait = wait;
    this.at = undefined;
    if (exact.has(wait)) this.watch.expect(this.due(this.watch.now));
  }

  /** Does not wait for the peer's FIN for longer than this, in milliseconds, whatever still comes. */
  hurry(most: number): void {
    this.linger = Math.min(this.linger, most);
    this.mostLinger = Math.min(this.mostLinger, most);
    this.lingerUntil = undefined;
    if (this.wait === 'close') this.restart();
  }

  /** An octet came. */
  renew(): void {
    if (renewed.has(this.wait)) this.restart();
  }

  /** What comes next is waited for from its beginning. */
  restart(): void {
    this.wait = 'nothing';
  }

  private patience(wait: Exclude<Wait, 'nothing'>, now: number): number {
    const { headTimeout, keepAliveTimeout, bodyTimeout, responseTimeout } = this.limits;
    switch (wait) {
      case 'request':
        return keepAliveTimeout;
      case 'first':
      case 'head':
        return headTimeout;
      case 'body':
      case 'drain':
        return bodyTimeout;
      case 'grace':
        return grace;
      case 'close':
        return this.lingering(now);
      case 'sign':
        return sign;
      case 'patience':
        return responseTimeout;
    }
  }

  /** A peer that goes on sending renews its short wait, but not for ever. */
  private lingering(now: number): number {
    this.lingerUntil ??= now + this.mostLinger;
    return Math.min(this.linger, this.lingerUntil - now);
  }
}
