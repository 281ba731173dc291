/** Only those who ask for us by a name of ours are answered, so that no page can have its own name lead here. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkOptions, defaultOptions, OptionsError } from '../../src/options';
import { gateWith, guardWith, inside, type Asked } from '../support/guarded';
import { randomRuns } from '../support/randomRuns';

const named = guardWith({
  allowedHosts: ['files.example', 'Proxy.Example:8443', 'plain.example:80', 'secure.example:443', '[fd00:0::1]'],
});

async function statusOf(authority: string, more: Asked = {}): Promise<number> {
  const { status, text } = await named({ authority, ...more });
  assert.equal(text === inside, status === 200);
  return status;
}

describe('the host asked for', () => {
  const ours = [
    'localhost',
    'LocalHost',
    'localhost:4221',
    'localhost:1',
    'localhost:',
    'app.localhost',
    'a.b-c.localhost:8080',
    '127.0.0.1',
    '127.0.0.1:65535',
    '127.255.255.255',
    '[::1]',
    '[::1]:4221',
    '[0:0:0:0:0:0:0:1]',
    '[0000::0001]:80',
  ];
  for (const authority of ours) it(`${authority} is ours`, async () => assert.equal(await statusOf(authority), 200));

  const allowed = [
    'files.example',
    'FILES.example:1234',
    'proxy.example:8443',
    'plain.example',
    'plain.example:80',
    'secure.example',
    'secure.example:443',
    '[fd00::1]:9',
  ];
  for (const authority of allowed)
    it(`${authority} is ours by the settings`, async () => assert.equal(await statusOf(authority), 200));

  const others = [
    'example.com',
    'example.com:4221',
    'localhost.example.com',
    'localhost.',
    'notlocalhost',
    '.localhost',
    'a..localhost',
    'localhost@example.com',
    '127.0.0.1.example.com',
    '127.0.0.1.',
    '127.1',
    '127.0.0.256',
    '127.0.0.01',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '128.0.0.1',
    '0.0.0.0',
    '0.0.0.0:4221',
    '192.168.1.5',
    '10.0.0.1:4221',
    '[::]',
    '[::2]',
    '[fe80::1]',
    '[::ffff:192.168.1.5]',
    '[::1].example.com',
    '[::g]',
    '[]',
    '%6cocalhost',
    'localhos%74:80',
    'files.example.com',
    'www.files.example',
    'proxy.example',
    'proxy.example:443',
    'proxy.example:84430',
    'plain.example:8080',
    'plain.example:443',
  ];
  for (const authority of others) {
    it(`${authority} is not ours: 421`, async () => assert.equal(await statusOf(authority), 421));
  }

  it('may be missing in HTTP/1.0, which no browser speaks', async () => assert.equal(await statusOf(''), 200));

  it('is refused with a sentence', async () =>
    assert.match((await named({ authority: 'evil.example' })).text, /^The server does not answer to that host name\./));

  it('is not remembered where it was refused', async () => {
    assert.equal(await statusOf('again.example'), 421);
    assert.equal(await statusOf('again.example'), 421);
  });

  it('is remembered for no more than a few of our names', async () => {
    for (let port = 1; port <= 1000; port++) assert.equal(await statusOf(`localhost:${port}`), 200);
    assert.equal(await statusOf('example.com'), 421);
  });

  const literals: readonly [name: string, localAddress: string, authority: string, status: number][] = [
    ['the address reached', '192.168.1.5', '192.168.1.5:4221', 200],
    ['another address', '192.168.1.5', '192.168.1.6:4221', 421],
    ['the IPv6 address reached', 'fd00::12', '[fd00::12]:4221', 200],
    ['the IPv6 address reached, written long', 'fd00::12', '[FD00:0:0::0012]', 200],
    ['the IPv6 address without brackets', 'fd00::12', 'fd00::12', 421],
    ['a link-local address reached, whose zone is not sent', 'fe80::1%eth0', '[fe80::1]', 200],
    ['a connection that is gone', '', 'example.com', 421],
    ['a connection that is gone, an authority that is none', '', ':', 421],
  ];
  for (const [name, localAddress, authority, status] of literals) {
    it(`${name}: ${status}`, async () => assert.equal(await statusOf(authority, { peer: { localAddress } }), status));
  }

  it('may be the one that was listened on', async () => {
    const ask = guardWith({ host: 'box.lan', token: 'x' });
    assert.equal((await ask({ authority: 'BOX.lan:4221' })).status, 401);
    assert.equal((await ask({ authority: 'box.lan.example' })).status, 421);
    for (const host of ['fd00::1', '[fd00::1]']) {
      const { status } = await guardWith({ host, token: 'x' })({ authority: '[fd00::1]:4221' });
      assert.equal(status, 401, host);
    }
  });

  it('is nobody’s by an address that was listened on and no client can name', async () => {
    const ask = guardWith({ host: 'fe80::1%eth0', token: 'x' });
    for (const authority of ['[fe80::1]', 'undefined', 'example.com'])
      assert.equal((await ask({ authority })).status, 421);
    assert.equal((await ask({ authority: '[fe80::1]', peer: { localAddress: 'fe80::1%eth0' } })).status, 401);
  });

  it('is looked at whatever the method, and before everything else', async () => {
    const ask = guardWith({ token: 'x', cors: ['http://app.example'] });
    const preflight = [
      ['Origin', 'http://app.example'],
      ['Access-Control-Request-Method', 'PUT'],
    ] as const;
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'BREW']) {
      assert.equal((await ask({ method, authority: 'example.com', fields: preflight })).status, 421);
    }
  });

  it('is not repeated to whoever gave it', async () => {
    const { text, response } = await named({ authority: 'evil.example' });
    assert.doesNotMatch(`${text}${response.reason ?? ''}${JSON.stringify(response.fields)}`, /evil/);
    assert.equal(response.option, 'allowedHosts');
  });

  it('never is ours by chance', () => {
    const enters = gateWith();
    const octet = fc.integer({ min: 0, max: 255 });
    const own = fc.constantFrom('localhost', '127.0.0.1', '[::1]');
    const hosts = fc.oneof(
      fc.domain(),
      fc.ipV4Extended(),
      fc.ipV6().map((literal) => `[${literal}]`),
      fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
      fc.tuple(own, fc.string()).map(([name, rest]) => name + rest),
      fc.tuple(own, fc.domain()).map(([name, rest]) => `${name}.${rest}`),
      fc.tuple(fc.string(), own).map(([name, rest]) => name + rest),
      fc.string({ minLength: 1 }),
    );
    fc.assert(
      fc.property(hosts, (authority) => {
        const mayBe =
          /^(?:[a-z0-9_-]+\.)*localhost(?::\d*)?$/i.test(authority) ||
          /^127(?:\.\d{1,3}){3}(?::\d*)?$/.test(authority) ||
          /^\[(?:0*:)+0*1\](?::\d*)?$/.test(authority);
        assert.ok(!enters({ authority }) || mayBe, authority);
      }),
      { numRuns: randomRuns(5000) },
    );
  });
});

describe('the setting allowedHosts', () => {
  const check = (host: string) => checkOptions({ ...defaultOptions, directory: '', allowedHosts: [host] });
  for (const host of ['a', 'a.example', 'a.example:1', '10.0.0.1', '[fd00::1]', '[fd00::1]:80', 'bücher.example']) {
    it(`may name ${host}`, () => void check(host));
  }
  for (const host of ['', '*', '*.example', 'http://a', 'a/', 'a:b', 'fd00::1', 'u@a', 'a b', '[zz]', 'a:123456']) {
    it(`may not name ${JSON.stringify(host)}`, () =>
      assert.throws(
        () => check(host),
        (error) => error instanceof OptionsError && error.option === 'allowedHosts',
      ));
  }

  it('may be in any script: a browser asks in ASCII', async () => {
    const ask = guardWith({ allowedHosts: ['bücher.example'] });
    assert.equal((await ask({ authority: 'xn--bcher-kva.example' })).status, 200);
  });
});
