/** A certificate of our own making is one that clients can check, by every name it was made for and by no other. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { makeCertificate } from '../../src/certificate';
import { tlsFlaw } from '../../src/tls';

const day = 86_400_000;

describe('a certificate of our own', () => {
  it('is good to serve with', async () => {
    assert.equal(tlsFlaw(await makeCertificate({ names: ['localhost'] })), undefined);
  });

  const names: Readonly<Record<string, string>> = {
    localhost: 'DNS:localhost',
    '127.0.0.1': 'IP Address:127.0.0.1',
    '::1': 'IP Address:0:0:0:0:0:0:0:1',
    '::': 'IP Address:0:0:0:0:0:0:0:0',
    'fe80::1:2': 'IP Address:FE80:0:0:0:0:0:1:2',
    '1::': 'IP Address:1:0:0:0:0:0:0:0',
    '1:2:3:4:5:6:7:8': 'IP Address:1:2:3:4:5:6:7:8',
    '::ffff:1.2.3.4': 'IP Address:0:0:0:0:0:FFFF:102:304',
  };
  for (const [name, alternative] of Object.entries(names)) {
    it(`has ${name} as an alternative name`, async () => {
      const { cert } = await makeCertificate({ names: [name] });
      assert.equal(new X509Certificate(cert).subjectAltName, alternative);
    });
  }

  it('has any addresses as alternative names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 4 }), async (addresses) => {
        const certificate = new X509Certificate((await makeCertificate({ names: addresses })).cert);
        // checkIP wants the form of the certificate, which the URL's form becomes.
        for (const address of addresses) assert.equal(certificate.checkIP(address), address);
      }),
      { numRuns: 50 },
    );
  });

  it('is signed by its own key, which may sign no other', async () => {
    const certificate = new X509Certificate((await makeCertificate({ names: ['localhost'] })).cert);
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.ca, false);
    assert.deepEqual(certificate.publicKey.asymmetricKeyDetails, { namedCurve: 'prime256v1' });
  });

  it('lives for a week, and says so', async () => {
    const { cert, validTo } = await makeCertificate({ names: ['localhost'] });
    assert.equal(validTo.getTime(), Date.parse(new X509Certificate(cert).validTo));
    assert.ok(Math.abs(validTo.getTime() - (Date.now() + 7 * day)) < 60_000, validTo.toISOString());
  });

  it('has a key, a serial number and a fingerprint that no other has', async () => {
    const two = await Promise.all([1, 2].map(() => makeCertificate({ names: ['localhost'] })));
    const [one, other] = two.map(({ cert }) => new X509Certificate(cert));
    assert.ok(one && other);
    assert.notEqual(two[0]!.key, two[1]!.key);
    assert.notEqual(one.serialNumber, other.serialNumber);
    assert.equal(two[0]!.fingerprint256, one.fingerprint256);
    assert.notEqual(one.fingerprint256, other.fingerprint256);
  });
});

describe('a certificate and key that cannot serve', () => {
  const made = makeCertificate({ names: ['localhost'] });
  const flaws: Readonly<Record<string, { readonly flawed: () => Promise<unknown>; readonly says: RegExp }>> = {
    'no certificate': {
      flawed: async () => tlsFlaw({ ...(await made), cert: 'garbage' }),
      says: /^The TLS certificate is no certificate in PEM form\.$/,
    },
    'a key for a certificate': {
      flawed: async () => tlsFlaw({ ...(await made), cert: (await made).key }),
      says: /^The TLS certificate is no certificate in PEM form\.$/,
    },
    'an empty certificate': {
      flawed: async () => tlsFlaw({ ...(await made), cert: '' }),
      says: /^The TLS certificate is no certificate in PEM form\.$/,
    },
    'a certificate cut short': {
      flawed: async () => tlsFlaw({ ...(await made), cert: (await made).cert.slice(0, 200) }),
      says: /^The TLS certificate is no certificate in PEM form\.$/,
    },
    'no key': {
      flawed: async () => tlsFlaw({ ...(await made), key: 'garbage' }),
      says: /^The TLS key is no private key in PEM form\.$/,
    },
    'a certificate for a key': {
      flawed: async () => tlsFlaw({ ...(await made), key: (await made).cert }),
      says: /^The TLS key is no private key in PEM form\.$/,
    },
    "another certificate's key": {
      flawed: async () => tlsFlaw({ ...(await made), key: (await makeCertificate({ names: ['localhost'] })).key }),
      says: /^The TLS key is not that of the certificate\.$/,
    },
    'a key with a passphrase': {
      flawed: async () => {
        const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' } as const;
        return tlsFlaw({ ...(await made), key: createPrivateKey((await made).key).export(cipher) as string });
      },
      says: /^The TLS key has a passphrase: give it without one\.$/,
    },
    'an older form of key with a passphrase': {
      flawed: async () => {
        const cipher = { type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' } as const;
        return tlsFlaw({ ...(await made), key: createPrivateKey((await made).key).export(cipher) as string });
      },
      says: /^The TLS key has a passphrase: give it without one\.$/,
    },
    'an expired certificate': {
      flawed: async () =>
        tlsFlaw(await makeCertificate({ names: ['localhost'], validFrom: new Date(0), validTo: new Date(1000) })),
      says: /^The TLS certificate expired on Jan {2}1 00:00:01 1970 GMT\.$/,
    },
    'a certificate of the future': {
      flawed: async () =>
        tlsFlaw(
          await makeCertificate({
            names: ['localhost'],
            validFrom: new Date(Date.UTC(2049, 0)),
            validTo: new Date(Date.UTC(2049, 1)),
          }),
        ),
      says: /^The TLS certificate is not valid before Jan {2}1 00:00:00 2049 GMT\.$/,
    },
  };
  for (const [name, { flawed, says }] of Object.entries(flaws)) {
    it(name, async () => assert.match(String(await flawed()), says));
  }
});
