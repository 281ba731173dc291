/**
 * Two things that a `net.Socket` can do and no public property offers. Each falls back to something harmless where a
 * Node.js of the future does not know it any more, and each has a test that would then fail.
 */
import type { Socket } from 'node:net';

interface Internals {
  readonly _handle?: { readonly writeQueueSize?: number; readonly reset?: unknown } | null;
  /** Of a socket that speaks TLS, the one that has the connection; else null. */
  readonly _parent?: Internals | null;
  resetAndClosing?: boolean;
}

/** What the kernel knows. */
const lowest = (socket: Internals): Internals => socket._parent ?? socket;

/**
 * Octets of the write in progress that the kernel has not taken. `net.Socket` keeps the number for its own timeout;
 * without it a slow reader of one large write looks as if it read nothing.
 */
export const unsent = (socket: Socket): number => lowest(socket as Internals)._handle?.writeQueueSize ?? 0;

/**
 * Closes at once and by RST. `resetAndDestroy` is not that: it first waits until all that was written is taken, and
 * sends a FIN before the RST, so a peer that reads up to the end of the connection takes half for whole.
 */
export function reset(socket: Socket): void {
  const internals = lowest(socket as Internals);
  // While a FIN is on its way the handle refuses to be reset, and would then never be closed.
  const ending = socket.writableEnded && !socket.writableFinished;
  if (!ending && typeof internals._handle?.reset === 'function') internals.resetAndClosing = true;
  socket.destroy();
}
