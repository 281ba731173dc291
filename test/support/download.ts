/** Reads a response of any size without keeping it. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';

export interface Download {
  readonly head: string;
  /** Octets behind the head. */
  readonly received: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  /** Field lines, each with its CRLF. */
  readonly fields?: string;
  /** Ends the connection after so many octets. */
  readonly limit?: number;
  /** Called once, while nothing is read, when the first octets have come. */
  readonly onFirst?: () => void;
  readonly digest?: boolean;
}

/** Sends a GET with `Connection: close`, and reads until the connection ends. */
export function download(port: number, target: string, options: DownloadOptions = {}): Promise<Download> {
  const { fields = '', limit = Infinity, onFirst, digest = false } = options;
  const hash = createHash('sha256');
  let head = '';
  let received = 0;
  let first = true;
  return new Promise((resolve, reject) => {
    const receive = (bytes: Buffer): void => {
      const rest = head.endsWith('\r\n\r\n') ? bytes : takeHead(bytes);
      received += rest.length;
      if (digest) hash.update(rest);
      if (first) onFirst?.();
      first = false;
      if (received >= limit) socket.destroy();
    };
    const takeHead = (bytes: Buffer): Buffer => {
      const end = bytes.indexOf('\r\n\r\n');
      const length = end < 0 ? bytes.length : end + 4;
      head += bytes.toString('latin1', 0, length);
      return bytes.subarray(length);
    };
    const buffer = Buffer.alloc(1024 * 1024);
    const onread = { buffer, callback: (length: number) => (receive(buffer.subarray(0, length)), true) };
    const socket = connect({ port, host: '127.0.0.1', onread }, () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve({ head, received, sha256: hash.digest('hex') }));
  });
}
