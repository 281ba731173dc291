/** A connection to a server that speaks TLS, before its first request: what does the client speak, and is it agreed? */
import type { Socket } from 'node:net';
import { createServer, type Server, type TlsOptions, type TLSSocket } from 'node:tls';
import type { Tls } from '../../tls';
import type { Service } from './service';
import { reset } from './nodeInternals';
import { currentBatch } from './batch';

/** RFC 8446 §5.1: the first octet of a ClientHello, a record of the content type `handshake`. No method begins so. */
const handshakeRecord = 0x16;

/** No two connections that are open have the same; undefined for one that is not any more. */
const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined =>
  remotePort === undefined ? undefined : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

/** Agrees on keys with clients; the sockets come from somebody else. */
export class Handshaker {
  /** It never listens: connections are put into it. */
  private readonly server: Server;
  private readonly under = new Map<string, (secured: TLSSocket) => void>();

  constructor(tls: Tls) {
    this.server = createServer({ ...settingsOf(tls), ALPNProtocols: ['http/1.1'] });
    this.server.on('secureConnection', (secured) => {
      const whenSecure = this.under.get(endsOf(secured) ?? '');
      if (whenSecure === undefined) secured.destroy();
      else whenSecure(secured);
    });
  }

  /** From the next handshake on, for this certificate. */
  renew(tls: Tls): void {
    this.server.setSecureContext(settingsOf(tls));
  }

  /** @param whenSecure not called if the handshake fails: then the socket closes */
  shake(socket: Socket, whenSecure: (secured: TLSSocket) => void): void {
    const ends = endsOf(socket);
    if (ends === undefined) {
      socket.destroy();
      return;
    }
    const forget = (): void => void this.under.delete(ends);
    this.under.set(ends, (secured) => {
      forget();
      whenSecure(secured);
    });
    socket.on('close', forget);
    this.server.emit('connection', socket);
  }
}

/**
 * RFC 8996: nothing older than TLS 1.2, whatever the flags of the process say. Which cipher is fast, the client knows:
 * it may have no instructions for AES.
 */
const settingsOf = ({ cert, key }: Tls): TlsOptions => ({ cert, key, minVersion: 'TLSv1.2', honorCipherOrder: false });

/** What becomes of a handshake: one of the two, once. */
interface HandshakeOutcome {
  /** It is known what the client speaks: its requests can be read from `socket`. */
  readonly admit: (socket: Socket, service: Service) => void;
  /** The socket has closed before that. */
  readonly closed: () => void;
}

export class Handshake {
  /** When it has to be over; set by the first look. */
  private due: number | undefined;
  private readonly begun = currentBatch();
  private settled = false;

  constructor(
    private readonly socket: Socket,
    private readonly service: Service,
    private readonly handshaker: Handshaker,
    private readonly outcome: HandshakeOutcome,
  ) {
    // A failed socket closes next, and there is nobody to tell.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.settled) outcome.closed();
    });
    socket.on('readable', this.whenReadable);
    socket.on('end', this.whenEnded);
  }

  /** There is nothing yet to be finished. */
  stop(): void {
    this.socket.destroy();
  }

  cut(): void {
    reset(this.socket);
  }

  /** Nobody has asked for anything yet. */
  get restsSince(): number {
    return this.begun;
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** As that of a connection. A client that speaks TLS would not understand a word. */
  tick(now: number): number {
    this.due ??= now + this.service.limits.headTimeout;
    if (now >= this.due) this.socket.destroy();
    return this.due;
  }

  /** Without a word. */
  private readonly whenEnded = (): void => void this.socket.destroy();

  private readonly whenReadable = (): void => {
    const first = this.socket.read(1) as Buffer | null;
    if (first === null) return;
    this.socket.off('readable', this.whenReadable);
    this.socket.off('end', this.whenEnded);
    this.socket.unshift(first);
    if (first[0] === handshakeRecord) this.handshaker.shake(this.socket, (secured) => this.end(secured, this.service));
    else this.end(this.socket, overPlain(this.service));
  };

  private end(socket: Socket, service: Service): void {
    this.settled = true;
    this.outcome.admit(socket, service);
  }
}

/** Answers those who speak plain HTTP where TLS is spoken, once, and then closes. */
const overPlain = (service: Service): Service => ({ ...service, endpoint: service.overPlain, stopping: true });
