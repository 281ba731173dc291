/**
 * Whose program is at the other end of a connection within this machine. Linux tells: proc(5) lists each TCP socket with
 * its two ends, its owner and its inode. Elsewhere nobody knows, and every user of the machine is let in.
 */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { pool } from '../files/pool';
import type { Peer } from '../http/message';

/** The owner, by number; `gone` if the client has closed its socket; `elsewhere` if it is no socket of this kernel's. */
export type Owner = number | 'gone' | 'elsewhere';

/** One look per connection: a socket that changes hands does so with its owner's consent. */
const known = new WeakMap<Peer, boolean>();

/** Whether the client is of this process's user, or of the superuser, who needs no server to write files. */
export function isOwnUser(peer: Peer): boolean | Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return known.get(peer) ?? look(peer);
}

async function look(peer: Peer): Promise<boolean> {
  const owner = await ownerOf(peer);
  const own = owner === process.geteuid?.() || owner === 0 || owner === 'elsewhere';
  known.set(peer, own);
  return own;
}

/** The lists are no snapshot: whoever closes its socket while they are read may seem to be elsewhere, but not twice. */
async function ownerOf(peer: Peer): Promise<Owner> {
  const owner = await ownerNow(peer);
  return owner === 'elsewhere' ? ownerNow(peer) : owner;
}

async function ownerNow(peer: Peer): Promise<Owner> {
  let lists = '';
  // An IPv4 connection may have an IPv6 socket at either end. Each list takes milliseconds.
  for (const file of peer.address === '::1' ? ['/proc/net/tcp6'] : ['/proc/net/tcp', '/proc/net/tcp6']) {
    const list = await read(file);
    if (list === undefined) return 'elsewhere';
    lists += list;
    const owner = ownerIn(lists, peer);
    if (typeof owner === 'number') return owner;
  }
  return ownerIn(lists, peer);
}

/** Readings that have not begun: whoever asks meanwhile gets the same. */
const readings = new Map<string, Promise<string | undefined>>();

/** Undefined on a system that has no such file, or keeps it to itself. */
function read(file: string): Promise<string | undefined> {
  const known = readings.get(file);
  if (known !== undefined) return known;
  // Connections that came together ask together.
  const reading = setImmediate().then(() =>
    pool.run(() => {
      readings.delete(file);
      return readFile(file, 'latin1').catch(() => undefined);
    }),
  );
  readings.set(file, reading);
  return reading;
}

/** The owner of the client's socket by the kernel's lists. Pure. */
export function ownerIn(lists: string, { address, port, localAddress, localPort }: Peer): Owner {
  const client = ends(address, port);
  const server = ends(localAddress, localPort);
  const theirs = find(lists, client, server);
  if (theirs !== undefined) return theirs.inode === '0' ? 'gone' : Number(theirs.user);
  return find(lists, server, client)?.state === established ? 'elsewhere' : 'gone';
}

const established = '01';

interface Row {
  readonly state: string | undefined;
  readonly user: string | undefined;
  /** Zero if nobody has the socket open any more; then the kernel has forgotten its owner, too. */
  readonly inode: string | undefined;
}

/** @param from, to the two ends, in each of the forms they may have */
function find(lists: string, from: readonly string[], to: readonly string[]): Row | undefined {
  const at = from.map((end, form) => lists.indexOf(` ${end} ${to[form] ?? ''} `)).find((index) => index >= 0);
  if (at === undefined) return undefined;
  const [, , state, , , , user, , inode] = lists
    .slice(at, at + 300)
    .trimStart()
    .split(/ +/);
  return { state, user, inode };
}

const zeros = '0'.repeat(8);
const mapped = zeros + zeros + word([0, 0, 255, 255]);
const loopback6 = zeros + zeros + zeros + word([0, 0, 0, 1]);

/** An end as in `/proc/net/tcp`, and as in `/proc/net/tcp6`. */
function ends(address: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // Without a token, nobody else comes by IPv6.
  if (address === '::1') return [loopback6 + suffix];
  const v4 = word(address.split('.').map(Number));
  return [v4 + suffix, mapped + v4 + suffix];
}

/** Four octets as the kernel prints a number that it does not bring into the machine's order of octets. */
function word(octets: readonly number[]): string {
  const ordered = endianness() === 'LE' ? octets.toReversed() : octets;
  return Buffer.from(ordered).toString('hex').toUpperCase();
}
