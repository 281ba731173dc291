/**
 * What `net.Socket` and `net.Server` can do and no public property offers: four things. Three fall back to something
 * harmless where a Node.js of the future does not know it any more, and each has a test that would then fail.
 */
import { Socket, type Server, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net';

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

/**
 * Writes past the queue of the stream, which must be empty. What the kernel does not take at once waits in libuv, before
 * whatever is written next; the stream does not count it. What the queue does costs as much as answering a small request.
 * Not where TLS is spoken: there one write at most may be under way, and at a second one Node.js aborts the process.
 *
 * @param callback called before this returns if the kernel takes everything, or refuses
 */
export function writeAtOnce(socket: Socket, bytes: Buffer, callback: (error?: Error | null) => void): void {
  // Every stream has the method, for its own queue calls it; sockets take octets under this name of their encoding.
  socket._write(bytes, 'buffer' as BufferEncoding, callback);
}

/**
 * Reads happen one at a time, and what is read is copied before the next. With more memory uploads are no faster, but
 * others wait longer: what came by one read is written to the disk by one write.
 */
const memory = Buffer.allocUnsafeSlow(64 * 1024);

/** What a server's handle calls for each connection, with a handle of its own. */
interface ServerInternals {
  readonly _handle?: { onconnection?: (error: number, client: unknown) => void } | null;
}

/**
 * Has a server that listens accept connections that read into one piece of memory: their sockets emit `data` with that
 * memory and how many octets have come, which are theirs only during the event. With `net.Server` itself, each read
 * allocates 64 KiB, for a request of a hundred octets, and there is no `onread`, by which a `net.Socket` reads into memory
 * that is used again.
 */
export function shareMemory(server: Server): void {
  const handle = (server as ServerInternals)._handle;
  if (typeof handle?.onconnection !== 'function') return;
  handle.onconnection = (error, client) => {
    // Running out of descriptors is passing; the connection that could not be accepted stays in the queue.
    if (error === 0 && client !== undefined) server.emit('connection', socketOf(client));
  };
}

/** Called as a method of the socket. One for all: a connection that is idle holds as little as can be. */
function receive(this: Socket, length: number): boolean {
  return this.emit('data', memory, length);
}

const onread = { buffer: memory, callback: receive };

function socketOf(handle: unknown): Socket {
  const options: SocketConstructorOpts & Pick<TcpSocketConnectOpts, 'onread'> & { readonly handle: unknown } = {
    handle,
    // A client that has said all it wants to say still gets its answer.
    allowHalfOpen: true,
    onread,
  };
  return new Socket(options);
}
