/** Servers that requests are handed on to: one that behaves, and one that says exactly the bytes it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createRaw, type AddressInfo, type Server as RawServer, type Socket } from 'node:net';

export interface Upstream {
  readonly port: number;
  /** As a rule has it. */
  readonly to: string;
  /** How many connections there have been. */
  readonly connections: number;
  stop(): Promise<void>;
}

async function listening(server: Server | RawServer): Promise<Upstream> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    to: `http://localhost:${port}`,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const startUpstream = (listener: RequestListener): Promise<Upstream & { server?: Server }> => {
  const server = createServer({ requireHostHeader: false }, listener);
  server.on('checkContinue', listener);
  return listening(server);
};

export interface RawUpstream extends Upstream {
  /** Everything that was received, a text per connection, one octet per character. */
  readonly received: readonly string[];
  /** Resolves when `wanted` says yes to what a connection has received. */
  has(wanted: (text: string) => boolean): Promise<string>;
}

/** @param answer called once per connection, when the first head is there */
export async function startRawUpstream(answer: (socket: Socket, head: string) => unknown): Promise<RawUpstream> {
  const received: string[] = [];
  let wake: (() => void)[] = [];
  const server = createRaw({ allowHalfOpen: true }, (socket) => {
    const at = received.push('') - 1;
    let answered = false;
    socket.on('data', (piece: Buffer) => {
      const text = (received[at] ?? '') + piece.toString('latin1');
      received[at] = text;
      if (!answered && text.includes('\r\n\r\n')) {
        answered = true;
        answer(socket, text);
      }
      for (const each of wake.splice(0)) each();
    });
  });
  const upstream = await listening(server);
  return Object.defineProperties({} as RawUpstream, {
    ...Object.getOwnPropertyDescriptors(upstream),
    received: { value: received },
    has: {
      value: async (wanted: (text: string) => boolean): Promise<string> => {
        for (;;) {
          const text = received.find(wanted);
          if (text !== undefined) return text;
          await new Promise<void>((resolve) => (wake = [...wake, resolve]));
        }
      },
    },
  });
}

export async function contentOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('latin1');
}
