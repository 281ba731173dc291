/**
 * Accepts connections that read into one piece of memory. With `net.Server`, each read allocates 64 KiB, for a request of
 * a hundred octets, and there is no `onread`, by which a `net.Socket` reads into memory that is used again.
 */
import { Socket, type Server, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net';

/**
 * Reads happen one at a time, and what is read is copied before the next. With more memory uploads are no faster, but
 * others wait longer: what came by one read is written to the disk by one write.
 */
const memory = Buffer.allocUnsafeSlow(64 * 1024);

/** What a server's handle calls for each connection, with a handle of its own. */
interface Internals {
  readonly _handle?: { onconnection?: (error: number, client: unknown) => void } | null;
}

/**
 * Has the sockets of a server that listens emit `data` with octets that are theirs only during the event. Where a Node.js
 * of the future does not know the handle, everything stays as it was.
 */
export function shareMemory(server: Server): void {
  const handle = (server as Internals)._handle;
  if (typeof handle?.onconnection !== 'function') return;
  handle.onconnection = (error, client) => {
    // Running out of descriptors is passing; the connection that could not be accepted stays in the queue.
    if (error === 0 && client !== undefined) server.emit('connection', socketOf(client));
  };
}

function socketOf(handle: unknown): Socket {
  const receive = (length: number): boolean => socket.emit('data', memory.subarray(0, length));
  const options: SocketConstructorOpts & Pick<TcpSocketConnectOpts, 'onread'> & { readonly handle: unknown } = {
    handle,
    // A client that has said all it wants to say still gets its answer.
    allowHalfOpen: true,
    onread: { buffer: memory, callback: receive },
  };
  const socket = new Socket(options);
  return socket;
}
