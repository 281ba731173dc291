/** WebSocket through us: two connections, joined octet by octet (RFC 6455 §1.3; RFC 9110 §7.8). */
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { ClientRequest, IncomingMessage, Socket } from './upstream';

/** Whether the request is for a WebSocket: of all other protocols nothing is handed on. */
export const wantsTunnel = ({ method, minorVersion, fields, body }: Request): boolean =>
  method === 'GET' &&
  minorVersion === 1 &&
  body.length === 0 &&
  fields.has('upgrade') &&
  isWebSocket(fields.list('upgrade')) &&
  fields.list('connection').some((option) => option.toLowerCase() === 'upgrade');

const isWebSocket = (protocols: readonly string[]): boolean =>
  protocols.length === 1 && protocols[0]?.toLowerCase() === 'websocket';

export const tunnelFields: readonly FieldLine[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
];

/** What the other server goes on to speak. */
export interface Switched {
  readonly head: IncomingMessage;
  readonly socket: Socket;
  /** What has come behind the head. */
  readonly first: Buffer;
}

/** Resolves when the other server speaks another protocol; never, if it answers otherwise. */
export const switched = (asked: ClientRequest): Promise<Switched> =>
  new Promise((resolve) => {
    asked.on('upgrade', (head, socket, first) => {
      // Until somebody reads it, and after that.
      socket.on('error', () => undefined);
      resolve({ head, socket, first });
    });
  });

/** How many there may be, and for how long without an octet. */
interface TunnelLimits {
  readonly tunnels: number;
  readonly tunnelTimeout: number;
}

const tooMany = (): HttpError =>
  new HttpError(503, 'There are too many connections to other servers.', [['Retry-After', '1']]);

/** The tunnels of one server. */
export class Tunnels {
  private open = 0;

  constructor(private readonly limits: TunnelLimits) {}

  private get isFull(): boolean {
    return this.open >= this.limits.tunnels;
  }

  /** @throws HttpError 503 if there are too many */
  check(): void {
    if (this.isFull) throw tooMany();
  }

  /**
   * @param fields of the answer, without those of the connection
   * @throws HttpError 502 if the other server speaks what it was not asked for, 503 if there are too many by now
   */
  join(
    { head, socket, first }: Switched,
    fields: readonly FieldLine[],
  ): Pick<Response, 'status' | 'fields' | 'body' | 'tunnel' | 'endless'> {
    if (!isWebSocket((head.headers.upgrade ?? '').split(',').map((each) => each.trim()))) {
      socket.destroy();
      throw Object.assign(new Error('upgrade'), { code: 'HPE_UNEXPECTED_UPGRADE' });
    }
    // Others may have been joined while this one was asked for.
    if (this.isFull) {
      socket.destroy();
      throw tooMany();
    }
    this.open++;
    socket.on('close', () => this.open--);
    socket.setTimeout(this.limits.tunnelTimeout, () => socket.destroy());
    if (first.length > 0) socket.unshift(first);
    let pumped: Promise<void> = Promise.resolve();
    return {
      status: 101,
      fields: [...fields, ['Upgrade', 'websocket']],
      body: incoming(socket, () => pumped),
      tunnel: (content) => void (pumped = pump(content, socket)),
      endless: true,
    };
  }
}

const end = { done: true, value: undefined } as const;

/** What the other server sends. When nobody wants more of it, it still gets what was sent to it. */
function incoming(socket: Socket, pumped: () => Promise<void>): AsyncIterable<Buffer> {
  const pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let isLeft = false;
  let settle: (result: IteratorResult<Buffer, undefined>) => void = () => undefined;
  const iterator: AsyncIterator<Buffer, undefined> = {
    next: () =>
      new Promise((resolve) => {
        settle = resolve;
        if (isLeft) resolve(end);
        // That the other end is gone, however, is the end.
        pieces.next().then(
          ({ done, value }) => resolve(done === true ? end : { done: false, value }),
          () => resolve(end),
        );
      }),
    return: () => {
      isLeft = true;
      settle(end);
      void pumped().then(() => socket.destroy());
      return Promise.resolve(end);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Each piece when the kernel has the one before: then its memory may be used again. */
async function pump(content: AsyncIterable<Buffer>, socket: Socket): Promise<void> {
  try {
    for await (const piece of content) await write(socket, piece);
  } catch {
    // One of the two is gone, and the other learns of it.
  }
  socket.end();
}

function write(socket: Socket, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(piece, (error) => {
      if (error || socket.destroyed) reject(error ?? new Error('The other server is gone.'));
      else resolve();
    });
  });
}
