/** What a certificate and its key must be to serve by TLS. Pure, but for the clock. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** PEM texts. */
export interface Tls {
  /** The server's certificate first, then those that lead from it to one that clients know. */
  readonly cert: string;
  /** The private key of the first certificate, without a passphrase. */
  readonly key: string;
}

/** One sentence on why no client could be served with `tls`; undefined if one can. */
export function tlsFlaw({ cert, key }: Tls): string | undefined {
  const leaf = attempt(() => new X509Certificate(cert));
  if (leaf === undefined) return 'The TLS certificate is no certificate in PEM form.';
  if (isEncrypted(key)) return 'The TLS key has a passphrase: give it without one.';
  const secret = attempt(() => createPrivateKey(key));
  if (secret === undefined) return 'The TLS key is no private key in PEM form.';
  return pairFlaw(leaf, secret) ?? contextFlaw(cert, key);
}

function pairFlaw(leaf: X509Certificate, secret: KeyObject): string | undefined {
  if (!leaf.checkPrivateKey(secret)) return 'The TLS key is not that of the certificate.';
  const now = Date.now();
  // Every client would refuse the certificate, and none says why as plainly.
  if (now > Date.parse(leaf.validTo)) return `The TLS certificate expired on ${leaf.validTo}.`;
  if (now < Date.parse(leaf.validFrom)) return `The TLS certificate is not valid before ${leaf.validFrom}.`;
  return undefined;
}

/** OpenSSL has its own demands, such as on the length of an RSA key. */
function contextFlaw(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return `The TLS certificate cannot be used: ${(error as Error).message}.`;
  }
}

/** RFC 7468 §11, and RFC 1421 §4.6.1.1 for the older form. */
const isEncrypted = (key: string): boolean =>
  /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key);

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
