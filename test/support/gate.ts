/** A network between a client and a server: it can be stopped in the midst of a request, cut, mended, and lead elsewhere. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Gate {
  private readonly sockets = new Set<Socket>();
  private readonly held = new Set<Socket>();
  private isCut = false;
  /** Octets of clients that are let through before it stops. */
  private allowance = Infinity;
  private wake = (): void => undefined;

  private constructor(
    private readonly server: Server,
    /** Port of the server that it leads to. */
    public target: number,
    private readonly host: string,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** @param name of the host that has both ends */
  static async to(target: number, name = 'localhost'): Promise<Gate> {
    const host = name === 'localhost' ? '127.0.0.1' : name;
    const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, host);
    await once(server, 'listening');
    return new Gate(server, target, host);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets so many octets of clients through, and then none. Resolves when it has stopped some. */
  async stopAfter(octets: number): Promise<void> {
    this.allowance = octets;
    while (this.held.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** Lets everything through. */
  open(): void {
    this.allowance = Infinity;
    this.isCut = false;
    for (const each of this.held) each.resume();
    this.held.clear();
  }

  /** Ends all connections, and takes no new ones until it is open again. */
  cut(): void {
    this.open();
    this.isCut = true;
    for (const each of this.sockets) each.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect({ port: this.target, host: this.host, allowHalfOpen: true, noDelay: true });
    const end = (): void => [client, server].forEach((each) => each.destroy());
    for (const each of [client, server]) {
      this.sockets.add(each);
      each.on('error', end).on('close', () => this.leave(each, end));
    }
    server.pipe(client);
    client.on('data', (octets) => this.pass(octets, client, server)).on('end', () => server.end());
  }

  private pass(octets: Buffer, client: Socket, server: Socket): void {
    if (!server.write(octets)) {
      client.pause();
      server.once('drain', () => this.held.has(client) || client.resume());
    }
    this.allowance -= octets.length;
    if (this.allowance > 0) return;
    client.pause();
    this.held.add(client);
    this.wake();
  }

  private leave(socket: Socket, end: () => void): void {
    this.sockets.delete(socket);
    this.held.delete(socket);
    end();
  }
}
