/** A client that sends exactly the bytes it is told to, and reads responses by a strict parser of its own. */
import type { Socket } from 'node:net';
import { reset } from '../../src/http/connection/nodeInternals';
import { defaultTls, openPlain, openSecure } from './tls';

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The status line and the fields, as they came. */
  readonly head: string;
  /** How the content was delimited. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** Sizes of the chunks, where it was chunked. */
  readonly chunks: readonly number[];
}

/** The value of a field of `response`; undefined without one; fails if there is more than one. */
export function field(response: RawResponse, name: string): string | undefined {
  const values = response.fields.filter(([known]) => known === name).map(([, value]) => value);
  if (values.length > 1) throw new Error(`more than one ${name}`);
  return values[0];
}

const statusLine = /^HTTP\/1\.1 (\d{3}) ([\t \x21-\x7e]*)$/;
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\t\x20-\x7e\x80-\xff]*)$/;

/** What became of the connection. */
export type Ending = 'open' | 'fin' | 'reset';

export class RawClient {
  /** Pieces of what was received and not read; put together only when it is read. */
  private pieces: Buffer[] = [];
  private size = 0;
  private wake: () => void = () => undefined;
  ending: Ending = 'open';

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.pieces.push(chunk);
      this.size += chunk.length;
      this.wake();
    });
    socket.on('end', () => this.finish('fin'));
    socket.on('error', () => this.finish('reset'));
    socket.on('close', () => this.finish('reset'));
  }

  /** @param tls the certificate of a server that speaks TLS */
  static async connect(port: number, host = '127.0.0.1', tls = defaultTls()): Promise<RawClient> {
    const certificate = await tls;
    return RawClient.on(
      await (certificate === undefined ? openPlain(port, host) : openSecure(port, host, certificate)),
    );
  }

  /** @param socket one that is open */
  static on(socket: Socket): RawClient {
    return new RawClient(socket);
  }

  private finish(ending: Ending): void {
    if (this.ending === 'open') this.ending = ending;
    this.wake();
  }

  /** Resolves when the kernel has the bytes. A string holds one octet per character. */
  write(bytes: Uint8Array | string): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    return new Promise((resolve) => this.socket.write(buffer, () => resolve()));
  }

  /** Writes `bytes` one octet at a time, each in a packet of its own as far as the system lets us. */
  async writeSlowly(bytes: Uint8Array | string): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    for (let i = 0; i < buffer.length; i++) {
      await this.write(buffer.subarray(i, i + 1));
      await new Promise(setImmediate);
    }
  }

  /** Sends a FIN. */
  end(): void {
    this.socket.end();
  }

  reset(): void {
    reset(this.socket);
  }

  close(): void {
    this.socket.destroy();
  }

  /** Resolves when something was received that has not been read, or nothing will be. */
  async received(): Promise<void> {
    while (this.size === 0 && this.ending === 'open') await this.more();
  }

  private more(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  /** Everything that was received and not read, up to now. */
  get pending(): Buffer {
    if (this.pieces.length !== 1) this.pieces = [Buffer.concat(this.pieces)];
    return this.pieces[0]!;
  }

  /** Waits for the connection to end; returns what had not been read. */
  async readToEnd(): Promise<Buffer> {
    while (this.ending === 'open') await this.more();
    return this.take(this.size);
  }

  private take(length: number): Buffer {
    const all = this.pending;
    this.pieces = [all.subarray(length)];
    this.size -= length;
    return all.subarray(0, length);
  }

  private async takeUntil(mark: string): Promise<Buffer> {
    for (;;) {
      const at = this.pending.indexOf(mark);
      if (at >= 0) return this.take(at + mark.length);
      if (this.ending !== 'open') throw this.broken(`a response (${mark === '\r\n' ? 'line' : 'head'})`);
      await this.more();
    }
  }

  private async takeExactly(length: number): Promise<Buffer> {
    while (this.size < length) {
      if (this.ending !== 'open') throw this.broken(`${length} octets`);
      await this.more();
    }
    return this.take(length);
  }

  private broken(wanted: string): Error {
    const rest = JSON.stringify(this.pending.toString('latin1').slice(0, 300));
    return new Error(`the connection ended (${this.ending}) before ${wanted}; unread: ${rest}`);
  }

  /** Reads the next response, interim ones too. @param method of the request: HEAD has no content */
  async read(method = 'GET'): Promise<RawResponse> {
    const head = await this.readHead();
    return { ...head, ...(await this.readBody(head, method)) };
  }

  /** Reads the next response as far as its content, which may have no end. */
  async readHead(): Promise<RawResponse> {
    const head = (await this.takeUntil('\r\n\r\n')).toString('latin1');
    const [first = '', ...lines] = head.slice(0, -4).split('\r\n');
    const [, status, reason = ''] = statusLine.exec(first) ?? [];
    if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(first)}`);
    const fields = lines.map((line) => {
      const [, name, value] = fieldLine.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not a field line: ${JSON.stringify(line)}`);
      return [name.toLowerCase(), value] as const;
    });
    return { status: Number(status), reason, fields, head, body: Buffer.alloc(0), framing: 'none', chunks: [] };
  }

  private async readBody(
    response: RawResponse,
    method: string,
  ): Promise<Pick<RawResponse, 'body' | 'framing' | 'chunks'>> {
    const { status } = response;
    const none = { body: Buffer.alloc(0), framing: 'none', chunks: [] } as const;
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return none;
    const coding = field(response, 'transfer-encoding');
    const length = field(response, 'content-length');
    if (coding !== undefined && length !== undefined) throw new Error('both framing fields');
    if (coding === 'chunked') return await this.readChunks();
    if (coding !== undefined) throw new Error(`Transfer-Encoding: ${coding}`);
    if (length === undefined) return { ...none, framing: 'close', body: await this.readToEnd() };
    if (!/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`);
    return { ...none, framing: 'length', body: await this.takeExactly(Number(length)) };
  }

  private async readChunks(): Promise<Pick<RawResponse, 'body' | 'framing' | 'chunks'>> {
    const parts: Buffer[] = [];
    for (;;) {
      const line = (await this.takeUntil('\r\n')).toString('latin1');
      if (!/^[0-9a-f]+\r\n$/.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
      const size = Number.parseInt(line, 16);
      const chunk = await this.takeExactly(size + 2);
      if (chunk.toString('latin1', size) !== '\r\n') throw new Error('a chunk without its CRLF');
      if (size === 0)
        return { body: Buffer.concat(parts), framing: 'chunked', chunks: parts.map((part) => part.length) };
      parts.push(chunk.subarray(0, size));
    }
  }
}

/** Sends `bytes` on a connection of its own and reads everything until the server closes it. */
export async function exchange(port: number, bytes: Uint8Array | string): Promise<string> {
  const client = await RawClient.connect(port);
  await client.write(bytes);
  client.end();
  const answer = await client.readToEnd();
  client.close();
  return answer.toString('latin1');
}
