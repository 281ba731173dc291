/**
 * A client in a process of its own, which spends as little as it can: `node client.js JOB`, the job as JSON. It tells its
 * parent `ready` when every connection is open, and its {@link Result} at the end.
 */
import { connect, type Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { connect as connectSecure, createSecureContext, type TLSSocket } from 'node:tls';
import { quantile } from './statistics';

interface Rotated {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Job {
  readonly port: number;
  readonly method: string;
  /** With `*` for a name that differs from request to request. */
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Asked for in turn, instead of {@link path} with {@link fields}. */
  readonly rotation?: readonly Rotated[];
  /** Statuses that are right; any other ends the measurement. */
  readonly statuses: readonly number[];
  /** Octets of the request's body. */
  readonly size?: number;
  readonly connections: number;
  /** How many requests go out at once on a connection. */
  readonly depth: number;
  /** How long to begin new requests; 0 until the parent says so. */
  readonly seconds: number;
  /** Milliseconds between an answer and the next request. */
  readonly pause?: number;
  /** Ask once on each connection, then only keep them open until the parent says so. */
  readonly hold?: boolean;
  /** The certificate of a server that speaks TLS. */
  readonly ca?: string;
  /** What is offered to it, in this order. */
  readonly ciphers?: string;
  /** Whether each request has a connection of its own, of a client that the server does not know or of one that resumes its session. */
  readonly reconnects?: 'strange' | 'known';
  /** Yield to whoever else wants the same core. */
  readonly yields?: boolean;
}

export interface Result {
  readonly requests: number;
  /** Of the bodies, sent and received. */
  readonly octets: number;
  readonly seconds: number;
  /** From request to the end of the answer, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
if (job.yields === true) setPriority(constants.priority.PRIORITY_LOW);
const piece = Buffer.alloc(Math.min(job.size ?? 0, 2 ** 20), 'The quick brown fox jumps over the lazy dog.\n');

let requests = 0;
let octets = 0;
const latencies: number[] = [];
let began = performance.now();
let last = began;
let over = false;

/** What all connections that speak TLS have in common. */
const secure =
  job.ca === undefined ? undefined : { secureContext: createSecureContext({ ca: job.ca, ciphers: job.ciphers }) };
/** The last that the server has handed out. */
let session: Buffer | undefined;

class Connection {
  #socket: Socket | undefined;
  #head = '';
  /** Octets of the body to come; Infinity while its end is looked for instead. */
  #body = -1;
  #tail = '';
  #open = 0;
  #sent = 0;
  #count = 0;
  #done: () => void = () => undefined;

  constructor(private readonly number: number) {}

  connect(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket = secure === undefined ? this.#plain(resolve) : this.#secured(resolve);
      this.#socket.on('error', (error) => fail(`connection ${this.number}: ${error.message}`));
      this.#socket.on('close', () => this.#open > 0 && fail(`connection ${this.number} was closed by the server`));
    });
  }

  #plain(whenOpen: () => void): Socket {
    const onread = { buffer: readBuffer, callback: (size: number) => this.#feed(readBuffer, size) };
    return connect({ port: job.port, host: '127.0.0.1', noDelay: true, onread }, whenOpen);
  }

  #secured(whenOpen: () => void): Socket {
    const resumed = job.reconnects === 'known' ? session : undefined;
    const where = { port: job.port, host: '127.0.0.1', noDelay: true, servername: 'localhost' };
    const socket: TLSSocket = connectSecure({ ...where, ...secure, ...(resumed && { session: resumed }) }, () => {
      if (socket.isSessionReused() !== (resumed !== undefined)) fail('a session was not resumed, or one was');
      whenOpen();
    });
    socket.on('session', (its) => (session = its));
    return socket.on('data', (chunk: Bytes) => this.#feed(chunk, chunk.length));
  }

  /** Sends one batch of requests; resolves when all of it is answered. */
  ask(depth = job.depth): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#open = depth;
      this.#sent = performance.now();
      let batch = '';
      for (let i = 0; i < depth; i++) batch += this.#request();
      if ((job.size ?? 0) === 0) this.#socket?.write(batch, 'latin1');
      else this.#upload(batch);
    });
  }

  /** One that was only held leaves nothing behind: tens of thousands that wait to be forgotten slow down whoever comes next. */
  close(): void {
    if (job.hold === true) this.#socket?.resetAndDestroy();
    else this.#socket?.destroy();
  }

  #request(): string {
    const name = `${this.number}-${this.#count++}`;
    const { path, fields = {} } = job.rotation?.[this.#count % job.rotation.length] ?? job;
    let head = `${job.method} ${path.replace('*', name)} HTTP/1.1\r\nHost: localhost:${job.port}\r\n`;
    for (const [field, value] of Object.entries(fields)) head += `${field}: ${value}\r\n`;
    return head + (job.size === undefined ? '\r\n' : `Content-Length: ${job.size}\r\n\r\n`);
  }

  #upload(head: string): void {
    const size = job.size ?? 0;
    if (size <= piece.length) {
      this.#socket?.write(Buffer.concat([Buffer.from(head, 'latin1'), piece]));
      return;
    }
    this.#socket?.write(head, 'latin1');
    let left = size;
    const more = (): void => {
      if (left === 0) return;
      const next = left < piece.length ? piece.subarray(0, left) : piece;
      left -= next.length;
      this.#socket?.write(next, more);
    };
    more();
  }

  #feed(bytes: Bytes, size: number): boolean {
    let at = 0;
    while (at < size) at = this.#body < 0 ? this.#readHead(bytes, at, size) : this.#readBody(bytes, at, size);
    return true;
  }

  #readHead(bytes: Bytes, from: number, to: number): number {
    const before = this.#head.length;
    this.#head += bytes.latin1Slice(from, Math.min(to, from + 4096));
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return Math.min(to, from + 4096);
    const head = this.#head.slice(0, end + 4);
    this.#head = '';
    const status = Number(head.slice(9, 12));
    if (!job.statuses.includes(status)) fail(`${job.method} ${job.path} was answered with ${status}`);
    this.#body = bodyOf(head, status);
    if (this.#body === 0) this.#answered();
    return from + head.length - before;
  }

  #readBody(bytes: Bytes, from: number, to: number): number {
    if (this.#body === Infinity) return this.#readChunks(bytes, from, to);
    const taken = Math.min(this.#body, to - from);
    this.#body -= taken;
    octets += taken;
    if (this.#body === 0) this.#answered();
    return from + taken;
  }

  /** What is asked for has no CRLF in it, so its last chunk is found by its looks. Only one answer is under way. */
  #readChunks(bytes: Bytes, from: number, to: number): number {
    this.#tail = (this.#tail + bytes.latin1Slice(Math.max(from, to - 7), to)).slice(-7);
    octets += to - from;
    if (this.#tail === '\r\n0\r\n\r\n') this.#answered();
    return to;
  }

  #answered(): void {
    this.#body = -1;
    this.#tail = '';
    last = performance.now();
    requests++;
    octets += job.size ?? 0;
    if (latencies.length < 1e6) latencies.push(last - this.#sent);
    this.#open--;
    if (this.#open === 0) this.#done();
  }
}

type Bytes = Buffer & { readonly latin1Slice: (from: number, to: number) => string };

/** All connections read into it, but for those that speak TLS: nothing is kept. */
const readBuffer = Buffer.allocUnsafe(2 ** 20) as Bytes;

function bodyOf(head: string, status: number): number {
  if (status === 204 || status === 304) return 0;
  if (/^transfer-encoding: *chunked/im.test(head)) return Infinity;
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? NaN);
}

function fail(reason: string): never {
  console.error(`The load generator: ${reason}.`);
  process.exit(1);
}

async function drive(connection: Connection): Promise<void> {
  while (!over) {
    await connection.ask();
    if (job.reconnects !== undefined) {
      connection.close();
      await connection.connect();
    }
    if (job.pause !== undefined) await new Promise((resolve) => setTimeout(resolve, job.pause));
  }
}

/** Opened a few at a time, so that the server's backlog holds them. */
async function openAll(): Promise<Connection[]> {
  const all: Connection[] = [];
  while (all.length < job.connections) {
    const some = Array.from({ length: Math.min(64, job.connections - all.length) }, (_, i) => {
      return new Connection(all.length + i);
    });
    await Promise.all(some.map((connection) => connection.connect()));
    if (job.hold === true) await Promise.all(some.map((connection) => connection.ask(1)));
    all.push(...some);
  }
  return all;
}

/** Has a session to resume. */
async function becomeKnown(): Promise<void> {
  const first = new Connection(-1);
  await first.connect();
  // A ticket comes behind the handshake, and so before an answer.
  await first.ask(1);
  first.close();
}

async function main(): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('message', resolve);
    if (job.seconds > 0) setTimeout(resolve, job.seconds * 1000);
  });
  process.once('disconnect', () => process.exit(1));
  if (job.reconnects === 'known') await becomeKnown();
  const all = await openAll();
  process.send?.('ready');
  [requests, octets, latencies.length, began] = [0, 0, 0, performance.now()];
  const driven = job.hold === true ? [] : all.map(drive);
  await stopped;
  over = true;
  await Promise.all(driven);
  latencies.sort((a, b) => a - b);
  const result: Result = {
    requests,
    octets,
    seconds: (last - began) / 1000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
  for (const connection of all) connection.close();
  process.send?.(result, () => process.exit(0));
}

void main();
