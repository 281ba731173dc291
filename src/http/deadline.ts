/** How long a peer may keep us waiting. A deadline is a number that a sweep compares: no request sets a timer. */
import type { Limits } from '../options';

/**
 * What we wait for the peer to do.
 * `first`: the first octet of a connection; `request`: that of a further request; `head`: the end of a head;
 * `body`: an octet that the endpoint wants; `grace`: the end of a chunked body nobody reads, before the answer;
 * `drain`: an octet of a body nobody reads, after it; `close`: the peer's FIN after ours.
 */
export type Wait = 'nothing' | 'first' | 'request' | 'head' | 'body' | 'grace' | 'drain' | 'close';

/** These begin anew with every octet. That of a head does not, or an octet a second would hold it for hours. */
const renewed: ReadonlySet<Wait> = new Set<Wait>(['body', 'drain', 'close']);

/** In milliseconds. */
const grace = 250;

export class Deadline {
  wait: Wait = 'nothing';
  /** Set by the first sweep that sees the wait: to begin one asks no clock. */
  private at: number | undefined;
  /** Past this, a closing connection is destroyed even if the peer goes on sending. */
  private lingerUntil = Number.POSITIVE_INFINITY;

  constructor(private readonly limits: Limits) {}

  /** @param now monotonic, in milliseconds */
  passed(now: number): boolean {
    if (this.wait === 'nothing') return false;
    this.at ??= now + this.patience(this.wait, now);
    return now >= this.at;
  }

  /** Begins to wait, unless that is what we wait for already. */
  set(wait: Wait): void {
    if (wait === this.wait) return;
    this.wait = wait;
    this.at = undefined;
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
    const { headTimeout, keepAliveTimeout, bodyTimeout } = this.limits;
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
    }
  }

  /** A peer that goes on sending renews its short wait, but not for ever. */
  private lingering(now: number): number {
    this.lingerUntil = Math.min(this.lingerUntil, now + this.limits.bodyTimeout);
    return Math.min(this.limits.lingerTimeout, this.lingerUntil - now);
  }
}
