/** A certificate of our own making, for a server that is shared for a while: nobody vouches for it but its fingerprint. */
import { createPublicKey, generateKeyPair, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { promisify } from 'node:util';
import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  fromBER,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set as Asn1Set,
  UTCTime,
  Utf8String,
  type AsnType,
} from 'asn1js';
import type { Tls } from './tls';

export interface Certificate extends Tls {
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:…`. */
  readonly fingerprint256: string;
  /** The end of its life. */
  readonly validTo: Date;
}

interface WantedCertificate {
  /** What clients will call the server: DNS names and IP literals, the latter without brackets. */
  readonly names: readonly string[];
  /** An hour ago by default, for clients whose clock is slow. */
  readonly validFrom?: Date;
  /** In a week by default. */
  readonly validTo?: Date;
}

const hour = 3_600_000;

/** A fresh key (ECDSA, P-256), and its self-signed certificate (RFC 5280), which can sign no other. */
export async function makeCertificate({ names, ...validity }: WantedCertificate): Promise<Certificate> {
  const now = Date.now();
  const { validFrom = new Date(now - hour), validTo = new Date(now + 7 * 24 * hour) } = validity;
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const signed = toBeSigned(privateKey, names, [validFrom, validTo]);
  const signature = sign('sha256', octets(signed), privateKey);
  const whole = sequence(signed, ecdsaWithSha256(), new BitString({ valueHex: signature }));
  const certificate = new X509Certificate(octets(whole));
  return {
    cert: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint256: certificate.fingerprint256,
    validTo: new Date(certificate.validTo),
  };
}

/** RFC 5280 §4.1: TBSCertificate, version 3. */
function toBeSigned(key: KeyObject, names: readonly string[], validity: readonly Date[]): Sequence {
  return sequence(
    explicit(0, new Integer({ value: 2 })),
    new Integer({ valueHex: serialNumber() }),
    ecdsaWithSha256(),
    name(),
    sequence(...validity.map((valueDate) => new UTCTime({ valueDate }))),
    name(),
    fromBER(createPublicKey(key).export({ type: 'spki', format: 'der' })).result,
    explicit(3, sequence(...extensions(names))),
  );
}

/** RFC 5280 §4.1.2.2: positive, and never the same again. */
function serialNumber(): Buffer {
  const number = randomBytes(16);
  number[0] = ((number[0] ?? 0) & 0x3f) | 0x40;
  return number;
}

/** RFC 5758 §3.2. */
const ecdsaWithSha256 = (): Sequence => sequence(identifier('1.2.840.10045.4.3.2'));

/** Issuer and subject: a common name, which no client compares with anything. */
const name = (): Sequence =>
  sequence(
    new Asn1Set({ value: [sequence(identifier('2.5.4.3'), new Utf8String({ value: 'HTTP Server for VS Code' }))] }),
  );

/** RFC 5280 §4.2.1: what the key is for, and by which names. */
function extensions(names: readonly string[]): Sequence[] {
  const isCritical = new Asn1Boolean({ value: true });
  const extension = (id: string, content: AsnType, ...critical: Asn1Boolean[]): Sequence =>
    sequence(identifier(id), ...critical, new OctetString({ valueHex: octets(content) }));
  return [
    extension('2.5.29.19', sequence(), isCritical), // basicConstraints: no authority
    extension('2.5.29.15', new BitString({ valueHex: Buffer.of(0x80), unusedBits: 7 }), isCritical), // digitalSignature
    extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'))), // serverAuth
    extension('2.5.29.17', sequence(...names.map(alternativeName))),
  ];
}

/** RFC 5280 §4.2.1.6: a dNSName or an iPAddress. */
function alternativeName(text: string): Primitive {
  const isAddress = isIP(text) !== 0;
  const valueHex = isAddress ? addressOctets(text) : Buffer.from(text, 'latin1');
  return new Primitive({ idBlock: { tagClass: 3, tagNumber: isAddress ? 7 : 2 }, valueHex });
}

function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // The URL's form has an embedded IPv4 address as two groups like the others.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before = [], after = []] = [head, tail].map((part) => part?.split(':').filter((group) => group !== ''));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const sequence = (...value: AsnType[]): Sequence => new Sequence({ value });

const explicit = (tagNumber: number, value: AsnType): Constructed =>
  new Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] });

const identifier = (value: string): ObjectIdentifier => new ObjectIdentifier({ value });

const octets = (value: AsnType): Buffer => Buffer.from(value.toBER());
