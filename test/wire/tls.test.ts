/** TLS wraps the socket: who speaks it, who does not, how long agreeing may take, and how a connection ends. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect, TLSSocket, type ConnectionOptions } from 'node:tls';
import { makeCertificate, type Certificate } from '../../src/certificate';
import { MiB, type Options } from '../../src/options';
import { takes } from '../support/noise';
import { field, RawClient } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { openPlain, openSecure, testCertificate } from '../support/tls';

const host = '127.0.0.1';
const limits = { headTimeout: 600, responseTimeout: 800, connections: 3 };

/** A record of a handshake, most of whose 512 octets do not come. */
const half = Buffer.from('1603010200010001fc0303', 'hex');

describe('a server that speaks TLS', function () {
  this.slow(3000);
  let certificate: Certificate;
  let served: Served;
  const open: Socket[] = [];
  before(async () => (certificate = await testCertificate()));
  beforeEach(async () => {
    served = await startServed({ tls: certificate }, limits);
    writeFileSync(join(served.directory, 'a.txt'), 'a');
  });
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    await served.stop();
  });

  async function plain(): Promise<RawClient> {
    const socket = await openPlain(served.port, host);
    open.push(socket);
    return RawClient.on(socket);
  }

  async function secure(options: ConnectionOptions = {}, its = certificate): Promise<RawClient> {
    const socket = await openSecure(served.port, host, its, options);
    open.push(socket);
    return RawClient.on(socket);
  }

  const tlsOf = ({ socket }: RawClient): TLSSocket => {
    assert.ok(socket instanceof TLSSocket);
    return socket;
  };

  async function get(client: RawClient, target = '/a.txt', ...fields: string[]) {
    await client.write([`GET ${target} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n'));
    return client.read();
  }

  describe('agrees', () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`on ${version}`, async () => {
        const client = await secure({ minVersion: version, maxVersion: version });
        assert.equal(tlsOf(client).getProtocol(), version);
        assert.equal((await get(client)).body.toString(), 'a');
      });
    }

    // Who has no instructions for AES asks for ChaCha20 first.
    for (const [first, second, maxVersion] of [
      ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLSv1.3'],
      ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLSv1.3'],
      ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLSv1.3'],
      ['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2'],
      ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'TLSv1.2'],
    ] as const) {
      it(`on the cipher that the client prefers: ${first} before ${second}`, async () => {
        const client = await secure({ maxVersion, ciphers: `${first}:${second}` });
        assert.equal(tlsOf(client).getCipher().name, first);
      });
    }

    it('on nothing older than TLS 1.2', () =>
      assert.rejects(secure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })));

    it('on HTTP/1.1, also with a client that would rather speak HTTP/2', async () =>
      assert.equal(tlsOf(await secure({ ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol, 'http/1.1'));

    it('with a client that does not say which protocol it wants', async () => {
      const client = await secure({ ALPNProtocols: [] });
      assert.equal((await get(client)).status, 200);
    });

    it('on no other protocol', () => assert.rejects(secure({ ALPNProtocols: ['h2'] }), /no application protocol/));

    it('in a handshake that comes octet by octet', async () => {
      const server = await openPlain(served.port, host);
      const relay = createServer((client) => {
        open.push(client, server);
        server.on('data', (chunk: Buffer) => client.write(chunk));
        client.on('data', (chunk: Buffer) => chunk.forEach((octet) => server.write(Buffer.of(octet))));
      }).listen(0, host);
      await once(relay, 'listening');
      const socket = await openSecure((relay.address() as AddressInfo).port, host, certificate);
      open.push(socket);
      assert.equal((await get(RawClient.on(socket))).body.toString(), 'a');
      relay.close();
    });
  });

  describe('says to who speaks plain HTTP', () => {
    const rows: readonly (readonly [name: string, bytes: string, status: number, location?: string])[] = [
      [
        'where a page is',
        'GET /a.txt?b=c HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n',
        307,
        'https://localhost:PORT/a.txt?b=c',
      ],
      ['where it is, to HEAD', 'HEAD / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 307, 'https://127.0.0.1:PORT/'],
      [
        'where a path is that looks like a host',
        'GET //evil.example HTTP/1.1\r\nHost: localhost\r\n\r\n',
        307,
        'https://localhost//evil.example',
      ],
      ['no to another name', 'GET /a.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
      ['no to another name in the target', 'GET http://evil.example/a HTTP/1.1\r\nHost: localhost\r\n\r\n', 421],
      ['no to a page of another site', 'GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n', 403],
      ['no to a write', 'POST /files/n HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx', 400],
      ['no to who names no host', 'GET /a.txt HTTP/1.0\r\n\r\n', 400],
      ['no to a proxy’s client', 'GET http://localhost/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
      ['no to what is no HTTP', '\0\x01\x02\r\n\r\n', 400],
      ['no to SSH', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 400],
    ];
    for (const [name, bytes, status, location] of rows) {
      it(`${name}: ${status}, and closes`, async () => {
        const here = (text: string): string => text.replaceAll('PORT', String(served.port));
        const client = await plain();
        await client.write(here(bytes));
        const response = await client.read(bytes.split(' ')[0]);
        assert.equal(response.status, status);
        assert.equal(field(response, 'location'), location === undefined ? undefined : here(location));
        assert.equal(field(response, 'connection'), 'close');
        assert.doesNotMatch(response.head + response.body.toString(), /evil\.example(?!$|\r)/m);
        await client.readToEnd();
        assert.equal(client.ending, 'fin');
        assert.deepEqual(readdirSync(served.directory), ['a.txt']);
      });
    }

    it('nothing of what is served, whatever the token', async () => {
      served.server.configure({ ...served.options, token: 'sesame' });
      const client = await plain();
      const response = await get(client, '/a.txt', 'Authorization: Bearer sesame');
      assert.deepEqual([response.status, response.body.length], [307, 0]);
    });
  });

  describe('waits for the handshake until the deadline of a head', () => {
    for (const [name, bytes] of [
      ['without an octet', ''],
      ['with half a hello', half],
    ] as const) {
      it(`${name}, and then closes without a word`, async () => {
        await takes(limits.headTimeout, async () => {
          const client = await plain();
          if (bytes.length > 0) await client.write(bytes);
          assert.equal((await client.readToEnd()).length, 0);
        });
        assert.deepEqual(served.events, []);
      });
    }

    it('with octets that drip in', async () => {
      const client = await plain();
      await client.write(half);
      const timer = setInterval(() => void client.write('\0'), 100);
      await client.readToEnd();
      clearInterval(timer);
      assert.deepEqual(served.events, []);
    });

    it('and after it for a head: 408', async () => assert.equal((await (await secure()).read()).status, 408));
  });

  it('counts handshakes among the connections: the one that waits longest makes room', async () => {
    const waiting: RawClient[] = [];
    for (let i = 0; i < limits.connections; i++) {
      const client = await plain();
      await client.write(half);
      waiting.push(client);
    }
    const last = await secure();
    assert.ok(served.server.connections <= limits.connections);
    assert.equal((await waiting[0]!.readToEnd()).length, 0);
    assert.equal((await get(last)).status, 200);
  });

  it('forgets a client that leaves before it has spoken, or in the midst of the handshake', async () => {
    const silent = await plain();
    const spoke = await plain();
    await spoke.write(half);
    while (served.server.connections < 2) await new Promise(setImmediate);
    silent.end();
    spoke.reset();
    while (served.server.connections > 0) await new Promise(setImmediate);
  });

  it('forgets a client that does not trust it', async () => {
    await assert.rejects(secure({ servername: 'other.example' }), /altnames/);
    while (served.server.connections > 0) await new Promise(setImmediate);
  });

  it('has done with a client whose records are broken', async () => {
    const socket = await openPlain(served.port, host);
    open.push(socket);
    const client = RawClient.on(socket);
    await client.write(half);
    await client.write(Buffer.alloc(600));
    await client.readToEnd();
    while (served.server.connections > 0) await new Promise(setImmediate);
  });

  it('has done with a client whose records break after the handshake', async () => {
    const under = await openPlain(served.port, host);
    const secured = connect({ socket: under, ca: certificate.cert, servername: 'localhost' });
    open.push(under, secured);
    secured.on('error', () => undefined);
    await once(secured, 'secureConnect');
    while (served.server.connections < 1) await new Promise(setImmediate);
    under.write(Buffer.from('1703030010deadbeefdeadbeefdeadbeefdeadbeef', 'hex'));
    while (served.server.connections > 0) await new Promise(setImmediate);
  });

  it('stops at once where nobody has finished a handshake', async () => {
    const client = await plain();
    await client.write(half);
    while (served.server.connections < 1) await new Promise(setImmediate);
    await takes(0, () => served.server.stop());
    assert.equal((await client.readToEnd()).length, 0);
  });

  it('sends 64 MiB whole', async function () {
    this.timeout(600_000);
    const piece = randomBytes(MiB);
    const content = Buffer.concat(Array<Buffer>(64).fill(piece));
    writeFileSync(join(served.directory, 'large'), content);
    const response = await get(await secure(), '/files/large');
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    assert.equal(digest(response.body), digest(content));
  });

  it('knows who is at the other end', async () => {
    const client = await secure();
    await client.write('POST /files/n HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx');
    assert.equal((await client.read()).status, 201);
    assert.equal((await served.logged(({ method }) => method === 'POST')).peer, host);
  });

  it('does not bind clients to HTTPS: on this name and port, the next server may speak none', async () => {
    const client = await secure();
    for (const target of ['/a.txt', '/', '/files/', '/none']) {
      assert.equal(field(await get(client, target), 'strict-transport-security'), undefined);
    }
  });

  describe('ends a connection', () => {
    it('by a word of its own, so that a whole answer is known to be whole', async () => {
      // Whoever reads to the end of TCP sees the record of an alert before it (RFC 8446 §6.1): 2 octets, made 19 or 26.
      for (const [version, length] of [
        ['TLSv1.3', 19],
        ['TLSv1.2', 26],
      ] as const) {
        const records = await recordsOf(version, 'GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        assert.equal(records.at(-1)?.length, length + 5, version);
      }
    });

    /** Resolves to the records that the server sends until it closes. */
    async function recordsOf(version: 'TLSv1.2' | 'TLSv1.3', request: string): Promise<Buffer[]> {
      const socket = await openPlain(served.port, host);
      const pieces: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => pieces.push(chunk));
      const through = new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _, done) => socket.write(chunk, done),
        final: (done) => void socket.end(done),
      });
      socket.on('data', (chunk: Buffer) => through.push(chunk));
      const secured = connect({ socket: through, ca: certificate.cert, servername: 'localhost', maxVersion: version });
      open.push(socket, secured);
      secured.on('error', () => undefined).resume();
      await once(secured, 'secureConnect');
      secured.write(request);
      await once(socket, 'end');
      return recordsIn(Buffer.concat(pieces));
    }

    it('that is cut by a reset, and not by that word', async () => {
      const client = await secure();
      await client.write(
        'POST /files/n HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
      );
      assert.equal((await client.read()).status, 100);
      await served.server.stop(0);
      await client.readToEnd();
      assert.equal(client.ending, 'reset');
    });

    it('whose client takes nothing, while much waits for it', async () => {
      writeFileSync(join(served.directory, 'large'), Buffer.alloc(64 * MiB));
      const client = await secure();
      client.socket.pause();
      await takes(limits.responseTimeout, async () => {
        await client.write('GET /files/large HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await served.logged(({ aborted }) => aborted);
      });
      client.socket.resume();
      await assert.rejects(client.read(), /the connection ended/);
    });

    it('only when the other half has ended, too: a client that has said all gets its answer', async () => {
      const client = await secure();
      await client.write('GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
      client.end();
      assert.equal((await client.read()).body.toString(), 'a');
      await client.readToEnd();
      assert.equal(client.ending, 'fin');
    });
  });

  describe('is told of another certificate', () => {
    it('and has it from the next connection on, on the same port; the others go on', async () => {
      const before = await secure();
      const next = await makeCertificate({ names: ['localhost'] });
      served.server.configure({ ...served.options, tls: next });
      assert.equal((await get(before)).status, 200);
      const after = await secure({}, next);
      assert.equal(tlsOf(after).getPeerCertificate().fingerprint256, next.fingerprint256);
      await assert.rejects(secure(), /self-signed|certificate/);
    });

    it('that cannot be used, and keeps the one it has', async () => {
      const { key } = await makeCertificate({ names: ['localhost'] });
      const configure = (tls: Options['tls']) => () => served.server.configure({ ...served.options, tls });
      assert.throws(configure({ ...certificate, key }), { name: 'OptionsError', option: 'tls' });
      assert.throws(configure({ cert: '', key: '' }), { name: 'OptionsError', option: 'tls' });
      assert.throws(configure(undefined), { name: 'OptionsError', message: /restart/ });
      assert.equal((await get(await secure())).status, 200);
    });
  });

  it('has one write under way, whatever is asked for while a client takes nothing', async () => {
    const size = 60_000;
    const requests = 300;
    // One that is not in a hurry.
    await served.stop();
    served = await startServed({ tls: certificate });
    writeFileSync(join(served.directory, 'b.txt'), Buffer.alloc(size, 'b'));
    const client = await secure();
    client.socket.pause();
    // More than the kernel takes: from some answer on, they wait for the client.
    for (let i = 0; i < requests; i++) {
      void client.write('GET /b.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await new Promise(setImmediate);
    }
    client.socket.resume();
    for (let i = 0; i < requests; i++) assert.equal((await client.read()).body.length, size);
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`may resume a session of ${maxVersion}, as often as its client comes back`, async () => {
      const first = await secure({ maxVersion });
      // RFC 8446 §4.6.1: the ticket comes behind the handshake, and so before an answer.
      assert.equal((await get(first)).status, 200);
      let session = tlsOf(first).getSession();
      for (let i = 0; i < 3; i++) {
        assert.ok(session);
        const next = await secure({ maxVersion, session });
        assert.equal(tlsOf(next).getProtocol(), maxVersion);
        assert.equal(tlsOf(next).isSessionReused(), true);
        assert.equal((await get(next)).status, 200);
        session = tlsOf(next).getSession();
      }
    });
  }

  it('resumes no session of before another certificate', async () => {
    const first = await secure();
    assert.equal((await get(first)).status, 200);
    const session = tlsOf(first).getSession();
    const next = await makeCertificate({ names: ['localhost'] });
    served.server.configure({ ...served.options, tls: next });
    const second = await secure({ ...(session !== undefined && { session }) }, next);
    assert.equal(tlsOf(second).getPeerCertificate().fingerprint256, next.fingerprint256);
    assert.equal((await get(second)).status, 200);
  });
});

describe('a server that speaks plain HTTP', () => {
  it('does not begin to speak TLS without a restart', async () => {
    const served = await startServed({ tls: undefined });
    const tls = await testCertificate();
    assert.throws(() => served.server.configure({ ...served.options, tls }), { message: /restart/ });
    await served.stop();
  });

  it('says 400 to a client that speaks TLS', async () => {
    const served = await startServed({ tls: undefined });
    const client = RawClient.on(await openPlain(served.port, host));
    await client.write(half);
    await client.write('\r\n\r\n');
    assert.equal((await client.read()).status, 400);
    client.close();
    await served.stop();
  });
});

/** RFC 8446 §5.1: a type, a version, a length, the rest. */
function recordsIn(octets: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < octets.length;) {
    const end = at + 5 + octets.readUInt16BE(at + 3);
    records.push(octets.subarray(at, end));
    at = end;
  }
  return records;
}
