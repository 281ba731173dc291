/** TLS for tests. With `TEST_TRANSPORT=tls` every test server speaks it, and so does every raw client. */
import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { makeCertificate, type Certificate } from '../../src/certificate';

const names = ['localhost', '127.0.0.1', '::1'];

/** Made once per process: a certificate of this machine. */
let made: Promise<Certificate> | undefined;
export const testCertificate = (): Promise<Certificate> => (made ??= makeCertificate({ names }));

/** What test servers speak that are not told; undefined for plain HTTP. */
export const defaultTls = (): Promise<Certificate> | undefined =>
  process.env.TEST_TRANSPORT === 'tls' ? testCertificate() : undefined;

/** Flags that have Chromium take the default servers' certificate, where they have one, for that of any name. */
export async function trusting(): Promise<string[]> {
  const certificate = await defaultTls();
  if (certificate === undefined) return [];
  const key = new X509Certificate(certificate.cert).publicKey.export({ type: 'spki', format: 'der' });
  return [`--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`];
}

/** Resolves when the connection is open, half-closing allowed. */
export function openPlain(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ port, host, allowHalfOpen: true, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** The same, when keys are agreed on with a server that has `certificate`. */
export async function openSecure(
  port: number,
  host: string,
  { cert }: Certificate,
  options: ConnectionOptions = {},
): Promise<Socket> {
  const socket = await openPlain(port, host);
  return new Promise((resolve, reject) => {
    const secured = connectTls(
      { socket, ca: cert, servername: 'localhost', ALPNProtocols: ['http/1.1'], ...options },
      () => resolve(secured),
    );
    secured.once('error', reject);
    secured.once('close', () => reject(new Error('the connection ended before keys were agreed on')));
  });
}
