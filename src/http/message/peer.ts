/** Who is at the other end of a socket. */
import type { Socket } from 'node:net';
import type { Peer } from './message';

/** An IPv4 client of a dual-stack socket is shown as what it is. */
const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

/** The same of an address that somebody tells, without the zone that it has on this machine alone (RFC 4007 §11). */
export const bareAddress = (address: string): string => plain(address).replace(/%.*/, '');

export const peerOf = (socket: Socket): Peer => ({
  address: plain(socket.remoteAddress),
  port: socket.remotePort ?? 0,
  localAddress: plain(socket.localAddress),
  localPort: socket.localPort ?? 0,
});
