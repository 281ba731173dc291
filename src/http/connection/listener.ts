/** Binds, accepts, counts, enforces deadlines, and closes. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Tls } from '../../tls';
import { shareMemory } from './nodeInternals';
import { Connection } from './connection';
import { HttpError } from '../message/httpError';
import { Handshake, Handshaker } from './handshake';
import type { Service } from './service';
import { Watch } from './watch';

export interface ListenAddress {
  readonly port: number;
  /** IP literals. */
  readonly addresses: readonly string[];
}

export interface Where {
  /** `localhost` means both loopback families on one port. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** How many consecutive ports to try. */
  readonly attempts: number;
  /** Has all connections speak TLS. */
  readonly tls?: Tls | undefined;
}

/** Connections beyond the limit that may be told so at the same time; further ones are cut. */
const mostRefused = 64;

type Occupant = Connection | Handshake;

export class Listener {
  /** Those that have a place. */
  private readonly connections = new Set<Occupant>();
  /** Those that are only told that there is none. */
  private readonly refused = new Set<Occupant>();
  private readonly watch = new Watch((now) => this.look(now));
  private readonly whenEmpty: (() => void)[] = [];
  /** One for all: an idle connection holds as little as can be. */
  private readonly forgotten = (gone: Occupant): void => this.forget(gone);

  private constructor(
    private readonly servers: readonly Server[],
    private readonly service: Service,
    private readonly handshaker: Handshaker | undefined,
    readonly address: ListenAddress,
  ) {
    for (const server of servers) {
      server.on('connection', (socket) => this.accept(socket));
      // TLS reads into memory of its own.
      if (handshaker === undefined) shareMemory(server);
    }
  }

  /** @throws the system's error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND` …) if it cannot listen */
  static async listen(where: Where, service: Service): Promise<Listener> {
    const handshaker = where.tls && new Handshaker(where.tls);
    const servers = await bind(where);
    const bound = servers.map((server) => server.address()).filter((address) => typeof address === 'object');
    const port = bound[0]?.port ?? where.port;
    const addresses = bound.map((address) => address?.address ?? '');
    return new Listener(servers, service, handshaker, { port, addresses });
  }

  /** From the next connection on, for this certificate; a listener that does not speak TLS does not begin to. */
  renew(tls: Tls): void {
    this.handshaker?.renew(tls);
  }

  /** How many connections are open. */
  get size(): number {
    return this.connections.size + this.refused.size;
  }

  private get open(): readonly Occupant[] {
    return [...this.connections, ...this.refused];
  }

  /**
   * Takes no new connection, ends idle ones, and cuts the others when their time is over.
   *
   * @param grace how long exchanges in flight may go on, in milliseconds
   */
  async stop(grace = this.service.limits.stopTimeout): Promise<void> {
    const closed = Promise.all(this.servers.map(close));
    for (const connection of this.open) connection.stop();
    const emptied = new Promise<void>((resolve) => this.whenEmpty.push(resolve));
    if (this.size > 0) {
      const cut = (): void => this.open.forEach((connection) => connection.cut());
      const timer = setTimeout(cut, grace);
      await emptied;
      clearTimeout(timer);
    }
    await closed;
  }

  private accept(socket: Socket): void {
    const hasPlace = this.connections.size < this.service.limits.connections || this.makeRoom();
    if (!hasPlace && this.refused.size >= mostRefused) {
      socket.destroy();
      return;
    }
    const among = hasPlace ? this.connections : this.refused;
    socket.setNoDelay(true);
    this.watch.start();
    if (this.handshaker === undefined) this.admit(socket, this.service, among);
    else this.shake(socket, this.handshaker, among);
    this.service.onConnections?.();
  }

  /** The connection that has used its place least gives it up, unless its exchange is under way. */
  private makeRoom(): boolean {
    let longest: Occupant | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const connection of this.connections) {
      const { restsSince = Number.POSITIVE_INFINITY } = connection;
      if (restsSince >= since) continue;
      longest = connection;
      since = restsSince;
    }
    if (longest === undefined) return false;
    this.connections.delete(longest);
    longest.destroy();
    return true;
  }

  private shake(socket: Socket, handshaker: Handshaker, among: Set<Occupant>): void {
    const admit = (secured: Socket, service: Service): void => {
      among.delete(handshake);
      this.admit(secured, service, among);
    };
    const handshake = new Handshake(socket, this.service, handshaker, { admit, closed: () => this.forget(handshake) });
    among.add(handshake);
  }

  private admit(socket: Socket, service: Service, among: Set<Occupant>): void {
    const connection = new Connection(socket, service, this.watch, this.forgotten);
    among.add(connection);
    if (among === this.refused) connection.refuse(tooMany(service.limits.connections));
  }

  /** One timer for all connections: a deadline is a number that is compared, so a request sets no timer. */
  private look(now: number): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const connection of this.connections) soonest = Math.min(soonest, connection.tick(now));
    for (const connection of this.refused) soonest = Math.min(soonest, connection.tick(now));
    return soonest;
  }

  private forget(connection: Occupant): void {
    this.connections.delete(connection);
    this.refused.delete(connection);
    this.service.onConnections?.();
    if (this.size > 0) return;
    this.watch.stop();
    for (const tell of this.whenEmpty.splice(0)) tell();
  }
}

const tooMany = (most: number): HttpError =>
  new HttpError(503, `There are already ${most} connections.`, [['Retry-After', '1']]);

/** The first of the ports asked for that is free in every family of the host. */
async function bind({ host, port, attempts }: Where): Promise<Server[]> {
  for (let left = attempts; ; left--, port++) {
    try {
      return await bindPort(host, port);
    } catch (error) {
      if (!isCode(error, 'EADDRINUSE') || left <= 1 || port === 0 || port === 65535) throw error;
    }
  }
}

async function bindPort(host: string, port: number): Promise<Server[]> {
  if (host.toLowerCase() !== 'localhost') return [await open(host, port)];
  for (let tries = port === 0 ? 10 : 1; ; tries--) {
    const first = await openLoopback('127.0.0.1', port);
    try {
      const second = await openLoopback('::1', first === undefined ? port : portOf(first));
      const servers = [first, second].filter((server) => server !== undefined);
      if (servers.length > 0) return servers;
      throw new Error('This machine has no loopback interface.');
    } catch (error) {
      if (first !== undefined) await close(first);
      // A port that is free in one family may be taken in the other; with port 0 there are others.
      if (tries <= 1 || !isCode(error, 'EADDRINUSE')) throw error;
    }
  }
}

/** Undefined where the machine does not have that family. */
async function openLoopback(host: string, port: number): Promise<Server | undefined> {
  try {
    return await open(host, port);
  } catch (error) {
    if (isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'EAFNOSUPPORT')) return undefined;
    throw error;
  }
}

/** Half-open connections are allowed: a client that has said all it wants to say still gets its answer. */
function open(host: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port, backlog: 511, exclusive: true }, () => {
      server.removeListener('error', reject);
      // Running out of descriptors is passing; the connection that could not be accepted stays in the queue.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException | null)?.code === code;
