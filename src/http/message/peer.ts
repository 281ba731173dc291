/** Who is at the other end of a socket. */
import type { Socket } from 'node:net';
import type { Peer } from './message';

/** An IPv4 client of a dual-stack socket is shown as what it is. */
const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

export const peerOf = (socket: Socket): Peer => ({
  address: plain(socket.remoteAddress),
  port: socket.remotePort ?? 0,
  localAddress: plain(socket.localAddress),
  localPort: socket.localPort ?? 0,
});
