/** Servers that requests are handed on to by TLS: each is who it says, or is not asked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeCertificate, type Certificate } from '../../src/certificate';
import { defaultOptions } from '../../src/options';
import { needsPosix } from '../support/needs';
import { ServerProcess } from '../support/programs/serverProcess';
import { temporaryFolder } from '../support/served';
import { defaultTls } from '../support/tls';

const day = 24 * 3_600_000;
const names = ['localhost', '127.0.0.1', '::1'];
const [past, future] = [-2, 2].map((days) => new Date(Date.now() + days * day));

/** Certificates by what is wrong with them; the machine vouches for `good`. */
const kinds = {
  good: () => makeCertificate({ names }),
  unknown: () => makeCertificate({ names }),
  expired: () => makeCertificate({ names, validFrom: new Date(Date.now() - 9 * day), validTo: past ?? new Date() }),
  early: () => makeCertificate({ names, validFrom: future ?? new Date(), validTo: new Date(Date.now() + 9 * day) }),
} as const;
type Kind = keyof typeof kinds;

interface Case {
  readonly promise: string;
  readonly kind: Kind;
  readonly host?: string;
  readonly more?: object;
  /** What the client asks for. */
  readonly asks?: string;
  /** What the answer says behind the address; undefined if it is that of the other server. */
  readonly why?: string;
}

const unknown = 'has a certificate that nobody vouches for (DEPTH_ZERO_SELF_SIGNED_CERT)';

const otherName = 'has a certificate for another name';

const cases: readonly Case[] = [
  { promise: 'is asked, if somebody vouches for it', kind: 'good' },
  { promise: 'is asked by its address, if the certificate has that', kind: 'good', host: '127.0.0.1' },
  {
    promise: 'is asked by the name it has, whatever name it is told',
    kind: 'good',
    more: { keepHost: true },
    asks: 'a.localhost',
  },
  { promise: 'is not asked, if nobody vouches for it', kind: 'unknown', why: unknown },
  {
    promise: 'is not asked, if its certificate has expired',
    kind: 'expired',
    why: 'has a certificate that has expired',
  },
  {
    promise: 'is not asked, if its certificate is not valid yet',
    kind: 'early',
    why: 'has a certificate that is not valid yet',
  },
  { promise: 'is not asked, if it is another one', kind: 'good', host: 'wrong.localhost', why: otherName },
  {
    promise: 'is not asked, if it is another one, though it is the one that the client names',
    kind: 'good',
    host: 'wrong.localhost',
    more: { keepHost: true },
    asks: 'localhost',
    why: otherName,
  },
];

describe('by TLS, another server', () => {
  const upstreams = new Map<Kind, { readonly server: Server; readonly port: number }>();
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let server: ServerProcess | undefined;
  let asked = 0;

  async function listen({ cert, key }: Certificate): Promise<{ server: Server; port: number }> {
    const made = createServer({ cert, key }, (_, response) => {
      asked++;
      response.end('there');
    });
    made.listen(0, '127.0.0.1');
    await once(made, 'listening');
    return { server: made, port: (made.address() as AddressInfo).port };
  }

  before(async function () {
    needsPosix(this);
    folder = await temporaryFolder();
    const file = join(folder.path, 'vouched.pem');
    for (const [kind, make] of Object.entries(kinds)) {
      const certificate = await make();
      upstreams.set(kind as Kind, await listen(certificate));
      if (kind === 'good') await writeFile(file, certificate.cert);
    }
    const rules = cases.map(({ kind, host = 'localhost', more }, i) => {
      const proxy = { to: `https://${host}:${upstreams.get(kind)?.port}`, ...more };
      return { match: `/${i}`, proxy };
    });
    // What turns verification off everywhere else.
    const environment = ['env', `NODE_EXTRA_CA_CERTS=${file}`, 'NODE_TLS_REJECT_UNAUTHORIZED=0', 'NODE_NO_WARNINGS=1'];
    server = await ServerProcess.start(
      { ...defaultOptions, directory: folder.path, tls: await defaultTls(), rules },
      environment,
    );
  });
  after(async () => {
    await server?.stop();
    for (const { server: each } of upstreams.values()) {
      each.closeAllConnections();
      each.close();
    }
    await folder?.remove();
  });
  beforeEach(() => (asked = 0));

  async function answerTo(path: string, host = 'localhost'): Promise<{ status: number; text: string }> {
    const client = await server?.client();
    assert.ok(client);
    await client.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const { status, body } = await client.read();
    client.close();
    return { status, text: body.toString() };
  }

  for (const [i, { promise, kind, host = 'localhost', asks, why }] of cases.entries()) {
    it(promise, async () => {
      const { status, text } = await answerTo(`/${i}`, asks);
      const origin = `https://${host}:${upstreams.get(kind)?.port}`;
      const expected = why === undefined ? 'there' : `Rule ${i + 1} hands on to ${origin}, which ${why}.\n`;
      assert.deepEqual([status, text], [why === undefined ? 200 : 502, expected]);
      assert.equal(asked, why === undefined ? 1 : 0);
    });
  }
});
