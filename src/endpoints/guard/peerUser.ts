/**
 * Whose program is at the other end of a connection within this machine. Linux tells: proc(5) lists each TCP socket with
 * its two ends, its owner and its inode. Elsewhere nobody knows, and every user of the machine is let in.
 */
import { endianness } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { FileError, readFailure } from '../../files/fileError';
import { pool } from '../../files/pool';
import { NoEntry } from './noEntry';
import type { Peer } from '../../http/message/message';
import { portInList, readSockets } from '../../procFile';
import { OtherUsers } from './otherUsers';

/** The owner, by number; `gone` if the client has closed its socket; `elsewhere` if it is no socket of this kernel's. */
export type SocketOwner = number | 'gone' | 'elsewhere';

/** Why whoever is at the other end may not write; `may` if it may. */
export type Verdict = 'may' | NoEntry;

interface Sighting {
  readonly owner: SocketOwner;
  /** What the kernel listed of our port, as far as it was read. */
  readonly lists: string;
}

/** Who may write on a machine that runs Linux, by its files. */
export class PeerUsers {
  /** One look per connection: a socket that changes hands does so with its owner's consent. */
  private readonly known = new WeakMap<Peer, Verdict>();
  /** Ports of ours on which clients of other users were seen. */
  private readonly shared = new Set<number>();
  /** Readings that have not begun: whoever asks meanwhile gets the same. */
  private readonly readings = new Map<string, Promise<string | undefined>>();
  private readonly others: OtherUsers;

  /** @param root where the machine's files begin, without the slash */
  constructor(private readonly root: string) {
    this.others = new OtherUsers(root);
  }

  mayWrite(peer: Peer): Verdict | Promise<Verdict> {
    return this.known.get(peer) ?? this.look(peer);
  }

  private async look(peer: Peer): Promise<Verdict> {
    const own = process.geteuid?.() ?? 0;
    const { owner, lists } = await this.ownerOf(peer);
    if (hasOtherClient(lists, peer.localPort, own)) this.shared.add(peer.localPort);
    const verdict =
      owner === 'gone' ? await this.verdictOnGone(peer, own) : isForeign(owner, own) ? otherUser() : 'may';
    this.known.set(peer, verdict);
    return verdict;
  }

  private async verdictOnGone({ localPort }: Peer, own: number): Promise<Verdict> {
    const isShared = this.shared.has(localPort);
    const other = isShared ? 'clients of another user have come to this port' : await this.others.whoElse(own);
    return other === undefined ? 'may' : unknownUser(other);
  }

  /** The lists are no snapshot: whoever closes its socket while they are read may seem to be elsewhere, but not twice. */
  private async ownerOf(peer: Peer): Promise<Sighting> {
    const first = await this.ownerNow(peer);
    return first.owner === 'elsewhere' ? this.ownerNow(peer) : first;
  }

  private async ownerNow(peer: Peer): Promise<Sighting> {
    let lists = '';
    // An IPv4 connection may have an IPv6 socket at either end. Each list takes milliseconds.
    for (const file of peer.address === '::1' ? ['/proc/net/tcp6'] : ['/proc/net/tcp', '/proc/net/tcp6']) {
      const list = await this.read(file, peer.localPort);
      // Without IPv6, there is no list of it.
      if (list === undefined) break;
      lists += list;
      const owner = ownerIn(lists, peer);
      if (typeof owner === 'number') return { owner, lists };
    }
    return { owner: lists === '' ? 'elsewhere' : ownerIn(lists, peer), lists };
  }

  /** Undefined on a system that has no such file, or keeps it to itself. @throws FileError */
  private read(file: string, port: number): Promise<string | undefined> {
    const key = `${port} ${file}`;
    const known = this.readings.get(key);
    if (known !== undefined) return known;
    // Connections that came together ask together.
    const reading = setImmediate().then(() =>
      pool.run(() => {
        this.readings.delete(key);
        return readSockets(this.root + file, port).catch(unlessThere);
      }),
    );
    this.readings.set(key, reading);
    return reading;
  }
}

const thisMachine = new PeerUsers('');

/**
 * Whether the client may write: one of this process's user, or of the superuser, who needs no server to write files.
 * The kernel does not tell any more whose a connection was that is closed already: its client may if there is nobody else.
 */
export const mayWrite = (peer: Peer): Verdict | Promise<Verdict> =>
  process.platform === 'linux' ? thisMachine.mayWrite(peer) : 'may';

/** Undefined for a file that is not there, or is kept from us. What else fails, such as for want of descriptors, lets nobody in. */
function unlessThere(error: unknown): undefined {
  const failure = readFailure(error);
  if (failure instanceof FileError && ['missing', 'denied'].includes(failure.kind)) return undefined;
  throw failure;
}

const isForeign = (owner: SocketOwner, own: number): boolean =>
  typeof owner === 'number' && owner !== own && owner !== 0;

const otherUser = (): NoEntry =>
  new NoEntry(403, 'Another user of this machine may not write, unless the server has a token.', [], {
    advise: 'token',
  });

/** @param other who could have been it: for the log alone */
const unknownUser = (other: string): NoEntry => {
  const what = 'The connection was closed before it could be told which user of this machine it was of';
  const help = 'let the client wait for the answer, or give the server a token';
  return new NoEntry(403, `${what}, and there may be others: ${help}.`, [], {
    reason: `${what}, and ${other}: ${help}.`,
    advise: 'token',
  });
};

/** The owner of the client's socket by the kernel's lists. Pure. */
export function ownerIn(lists: string, { address, port, localAddress, localPort }: Peer): SocketOwner {
  const client = ends(address, port);
  const server = ends(localAddress, localPort);
  const theirs = find(lists, client, server);
  if (theirs !== undefined) return theirs.inode === '0' ? 'gone' : Number(theirs.user);
  return find(lists, server, client)?.state === established ? 'elsewhere' : 'gone';
}

const established = '01';

/** Whether a client of somebody else than `own` or the superuser is connected to a port of this machine. Pure. */
export function hasOtherClient(lists: string, localPort: number, own: number): boolean {
  const suffix = `:${portInList(localPort)} `;
  for (let at = lists.indexOf(suffix); at >= 0; at = lists.indexOf(suffix, at + 1)) {
    // Of its two ends, a row has the other one second.
    const row = lists.slice(lists.lastIndexOf('\n', at) + 1, at + 300).trimStart();
    const [, , remote = '', , , , , user, , inode] = row.split(/ +/);
    if (remote.endsWith(suffix.trimEnd()) && inode !== '0' && isForeign(Number(user), own)) return true;
  }
  return false;
}

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
  const suffix = `:${portInList(port)}`;
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
