/** Requests to other servers: the one place where the client of Node.js is used. Connections to them are kept and used again. */
import { Agent, request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { UpstreamTarget } from '../../upstreamTarget';
import type { FieldLine } from '../../http/message/message';

export type { ClientRequest, IncomingMessage, Socket };

/** How long a connection that nobody uses is kept, in milliseconds: less than what servers do. */
const keepAlive = { keepAlive: true, maxFreeSockets: 64, timeout: 4000 };

/** All connections read into one piece of memory, and keep a copy: for a small answer, what is garbage is a small piece, too. */
const onread = {
  buffer: Buffer.allocUnsafe(64 * 1024),
  callback(this: Socket, count: number, memory: Uint8Array): boolean {
    return this.push(Buffer.from(memory.subarray(0, count)));
  },
};

const agents = { plain: new Agent({ ...keepAlive, onread }), secure: new SecureAgent(keepAlive) };

/** In octets: of a head that comes back. */
const maxHeaderSize = 32 * 1024;

/** What asks another server. */
interface Asking {
  readonly target: UpstreamTarget;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** In order, Host among them. */
  readonly fields: readonly FieldLine[];
  /** In milliseconds without an octet from there, or to there. */
  readonly timeout: number;
}

const both = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** No resolver has a say in what this machine is. */
const here: LookupFunction = (_, options, callback) => {
  if (options.all === true) callback(null, both);
  else callback(null, '127.0.0.1', 4);
};

/** As Node.js takes them without sorting them first. `flat` of arrays is many times as slow. */
function flat(fields: readonly FieldLine[]): string[] {
  const headers: string[] = [];
  for (const line of fields) headers.push(line[0], line[1]);
  return headers;
}

/** Begins a request; what goes wrong, the lapse of time included, is its `error`. */
export function begin({ target, method, path, fields, timeout }: Asking): ClientRequest {
  const { isSecure, host, port, isLoopback } = target;
  // One literal: an object put together by spreading takes four times as long to make a request of.
  const options = {
    host,
    port,
    method,
    path,
    timeout,
    maxHeaderSize,
    headers: flat(fields),
    agent: isSecure ? agents.secure : agents.plain,
    insecureHTTPParser: false,
    lookup: isLoopback ? here : undefined,
    // Whatever the environment of the process says, who is at the other end is verified.
    rejectUnauthorized: true,
  };
  const request = isSecure ? secureRequest(options) : plainRequest(options);
  let answer: IncomingMessage | undefined;
  request.once('response', (response) => (answer = response));
  request.on('timeout', () => {
    // What waits for a client that takes it slowly is no fault of who sent it.
    if ((answer?.readableLength ?? 0) > 0) return;
    request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
  });
  return request;
}

/** What went wrong, as it goes on behind the address; and whether it was for want of time. */
export function troubleOf(error: unknown): { readonly why: string; readonly isLate: boolean } {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isLate = code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT';
  if (isLate) return { why: 'did not answer in time', isLate };
  return { why: reasons[code] ?? reasonOf(code, message), isLate };
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection without an answer',
  EPIPE: 'closed the connection without an answer',
  ENOTFOUND: 'is not known by that name',
  EAI_AGAIN: 'is not known by that name now',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  HPE_HEADER_OVERFLOW: 'answers with a head that is too large',
  EINTERIM: 'answers with nothing but interim responses',
  ECODING: 'answers in a transfer coding that nobody has asked for',
  EPROTO: 'does not speak HTTPS',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
};

function reasonOf(code: string, message: string): string {
  if (code.startsWith('HPE_')) return `answers with what is no HTTP/1.1 (${code})`;
  const isAboutCertificate = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
  if (isAboutCertificate) return `has a certificate that nobody vouches for (${code})`;
  return `cannot be asked (${code === '' ? message : code})`;
}
